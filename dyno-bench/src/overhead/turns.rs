//! How one side of a comparison is timed.

use std::hint::black_box;
use std::time::{Duration, Instant};

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
    let mut took = Duration::ZERO;
    let mut left = calls;
    while left > 0 {
        let group = left.min(8);
        let inputs: Vec<I> = (0..group).map(|_| input()).collect();
        let began = Instant::now();
        for input in inputs {
            drop(black_box(call(black_box(input))));
        }
        took += began.elapsed();
        left -= group;
    }
    took
}

/// Times calls that wait, each with an input made beforehand.
pub(crate) async fn repeat_async<I>(
    calls: u32,
    input: impl Fn() -> I,
    mut call: impl AsyncFnMut(I),
) -> Duration {
    let mut took = Duration::ZERO;
    for _ in 0..calls {
        let input = input();
        let began = Instant::now();
        call(black_box(input)).await;
        took += began.elapsed();
    }
    took
}
