//! How one side of a comparison is timed.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// How many inputs are alive at once: few, so that both sides find theirs in the caches, as a program does with an item
/// that just arrived.
const ALIVE: u32 = 8;

/// Times calls, each with the release of what it gave.
pub(crate) fn repeat<T>(calls: u32, mut call: impl FnMut() -> T) -> Duration {
    let began = Instant::now();
    for _ in 0..calls {
        drop(black_box(call()));
    }
    began.elapsed()
}

/// Times calls that take an input made beforehand, each with the release of what it gave.
pub(crate) fn consume<I, T>(
    calls: u32,
    input: impl Fn() -> I,
    mut call: impl FnMut(I) -> T,
) -> Duration {
    in_groups(calls, input, |inputs| {
        let began = Instant::now();
        for input in inputs {
            drop(black_box(call(black_box(input))));
        }
        began.elapsed()
    })
}

/// Times calls that change an input made beforehand. What they leave is released afterwards.
pub(crate) fn change<I>(
    calls: u32,
    input: impl Fn() -> I,
    mut call: impl FnMut(&mut I),
) -> Duration {
    in_groups(calls, input, |mut inputs| {
        let began = Instant::now();
        for input in &mut inputs {
            call(black_box(input));
        }
        let took = began.elapsed();
        drop(black_box(inputs));
        took
    })
}

/// Times calls that wait, each with an input made beforehand.
pub(crate) async fn repeat_async<I>(
    calls: u32,
    input: impl AsyncFn() -> I,
    mut call: impl AsyncFnMut(I),
) -> Duration {
    let mut took = Duration::ZERO;
    for _ in 0..calls {
        let input = input().await;
        let began = Instant::now();
        call(black_box(input)).await;
        took += began.elapsed();
    }
    took
}

fn in_groups<I>(
    calls: u32,
    input: impl Fn() -> I,
    mut time: impl FnMut(Vec<I>) -> Duration,
) -> Duration {
    let mut left = calls;
    let mut took = Duration::ZERO;
    while left > 0 {
        let group = left.min(ALIVE);
        took += time((0..group).map(|_| input()).collect());
        left -= group;
    }
    took
}
