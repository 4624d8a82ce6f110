//! What a cache asks its source, and whom it gives the answer.

mod memory;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use futures_util::future::join_all;

use super::*;
use crate::MasterKey;

/// Answers when it is told to, and counts the questions.
#[derive(Clone, Default)]
struct Vault(Arc<Inside>);

#[derive(Default)]
struct Inside {
    asked: AtomicUsize,
    closed: Mutex<Vec<Waker>>,
    is_open: Mutex<bool>,
    answer: Mutex<Option<Answer>>,
}

impl Vault {
    fn open() -> Self {
        let vault = Self::default();
        vault.let_in();
        vault
    }

    fn shut(&self) {
        *self.0.is_open.lock().unwrap() = false;
    }

    fn let_in(&self) {
        *self.0.is_open.lock().unwrap() = true;
        for waker in self.0.closed.lock().unwrap().drain(..) {
            waker.wake();
        }
    }

    fn answers(
        &self,
        answer: impl Fn(&KeyId) -> Result<EncryptionKey, KeySourceError> + Send + 'static,
    ) {
        *self.0.answer.lock().unwrap() = Some(Box::new(answer));
    }

    fn asked(&self) -> usize {
        self.0.asked.load(Ordering::SeqCst)
    }
}

impl AsyncKeySource for Vault {
    async fn load(&self, id: &KeyId) -> Result<EncryptionKey, KeySourceError> {
        self.0.asked.fetch_add(1, Ordering::SeqCst);
        poll_fn(|context| {
            if *self.0.is_open.lock().unwrap() {
                return Poll::Ready(());
            }
            self.0.closed.lock().unwrap().push(context.waker().clone());
            Poll::Pending
        })
        .await;
        match &*self.0.answer.lock().unwrap() {
            Some(answer) => answer(id),
            None => Ok(key(id, 1)),
        }
    }
}

type Answer = Box<dyn Fn(&KeyId) -> Result<EncryptionKey, KeySourceError> + Send>;

/// A clock that is moved by hand.
#[derive(Clone)]
struct Hands(Arc<Mutex<Instant>>);

impl Hands {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    fn forward(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }
}

fn cached(vault: &Vault) -> (CachedKeys<Vault>, Hands) {
    let hands = Hands::new();
    let clock = hands.clone();
    let keys = CachedKeys::new(vault.clone()).with_clock(move || *clock.0.lock().unwrap());
    (keys, hands)
}

fn id(text: &str) -> KeyId {
    KeyId::new(text).unwrap()
}

fn key(id: &KeyId, byte: u8) -> EncryptionKey {
    EncryptionKey::new(id, MasterKey::from_bytes([byte; 32])).unwrap()
}

/// The answer of a source that answers at once.
fn get(keys: &CachedKeys<Vault>, name: &str) -> Result<EncryptionKey, KeySourceError> {
    keys.get(&id(name))
        .now_or_never()
        .expect("the vault is open")
}

#[test]
fn a_key_is_asked_for_once_until_its_time_is_over() {
    let vault = Vault::open();
    let (keys, hands) = cached(&vault);
    for _ in 0..3 {
        assert_eq!(get(&keys, "k1").unwrap().id(), "k1");
    }
    assert_eq!(vault.asked(), 1);
    hands.forward(Duration::from_mins(59));
    get(&keys, "k1").unwrap();
    assert_eq!(vault.asked(), 1);
    hands.forward(Duration::from_mins(1));
    get(&keys, "k1").unwrap();
    assert_eq!(vault.asked(), 2);
}

#[test]
fn many_who_ask_for_one_key_ask_the_source_once() {
    let vault = Vault::default();
    let (keys, _) = cached(&vault);
    let wanted = id("k1");
    let mut all = pin!(join_all((0..50).map(|_| keys.get(&wanted))));
    assert!((&mut all).now_or_never().is_none());
    assert_eq!(vault.asked(), 1);
    vault.let_in();
    let answers = all.now_or_never().unwrap();
    assert!(answers.iter().all(Result::is_ok) && answers.len() == 50);
    assert_eq!(vault.asked(), 1);
}

#[test]
fn who_goes_away_leaves_the_others_waiting_for_the_same_answer() {
    let vault = Vault::default();
    let (keys, _) = cached(&vault);
    let wanted = id("k1");
    let mut first = Box::pin(keys.get(&wanted));
    let mut second = Box::pin(keys.get(&wanted));
    let (woken, waker) = counting_waker();
    assert!((&mut first).now_or_never().is_none());
    assert!(
        second
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    drop(first);
    vault.let_in();
    assert!(
        woken.0.load(Ordering::SeqCst) > 0,
        "the second is told, though the first asked"
    );
    assert!(second.now_or_never().unwrap().is_ok());
    assert_eq!(vault.asked(), 1);
}

#[test]
fn a_question_that_everybody_left_is_asked_anew() {
    let vault = Vault::default();
    let (keys, _) = cached(&vault);
    assert!(keys.get(&id("k1")).now_or_never().is_none());
    vault.let_in();
    assert!(get(&keys, "k1").is_ok());
    assert_eq!(vault.asked(), 2);
}

#[test]
fn an_error_is_the_answer_for_a_second() {
    let vault = Vault::open();
    let (keys, hands) = cached(&vault);
    vault.answers(|id| Err(KeySourceError::failed(id, "no route")));
    for _ in 0..3 {
        let error = get(&keys, "k1").unwrap_err();
        assert_eq!(error.to_string(), "the key source failed to give key `k1`");
        assert_eq!(
            std::error::Error::source(&error).unwrap().to_string(),
            "no route"
        );
    }
    assert_eq!(vault.asked(), 1);
    vault.answers(|id| Ok(key(id, 1)));
    hands.forward(Duration::from_millis(999));
    assert!(get(&keys, "k1").is_err());
    hands.forward(Duration::from_millis(1));
    assert!(get(&keys, "k1").is_ok());
    assert_eq!(vault.asked(), 2);
}

#[test]
fn a_key_of_another_id_is_refused() {
    let vault = Vault::open();
    let (keys, _) = cached(&vault);
    vault.answers(|_| Ok(key(&id("k2"), 1)));
    let error = get(&keys, "k1").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the key source was asked for key `k1` and gave key `k2`"
    );
    assert!(matches!(
        keys.held(&id("k1")),
        Some(Err(KeySourceError::OtherId { .. }))
    ));
    assert!(keys.held(&id("k2")).is_none());
}

#[test]
fn a_key_that_is_to_be_forgotten_is_asked_for_again() {
    let vault = Vault::open();
    let (keys, _) = cached(&vault);
    let used = get(&keys, "k1").unwrap();
    keys.forget(&id("k1"));
    assert!(keys.held(&id("k1")).is_none());
    get(&keys, "k1").unwrap();
    assert_eq!(vault.asked(), 2);
    drop(used);
}

#[test]
fn an_answer_that_comes_after_the_question_was_given_up_is_dropped() {
    let vault = Vault::default();
    let (keys, _) = cached(&vault);
    let wanted = id("k1");
    let mut early = Box::pin(keys.get(&wanted));
    assert!((&mut early).now_or_never().is_none());
    keys.forget(&wanted);
    let mut late = Box::pin(keys.get(&wanted));
    assert!((&mut late).now_or_never().is_none());
    assert_eq!(
        vault.asked(),
        2,
        "who asks after the retirement does not get an answer from before"
    );
    vault.let_in();
    assert!(early.now_or_never().unwrap().is_ok());
    assert!(keys.held(&wanted).is_none());
    assert!(late.now_or_never().unwrap().is_ok());
}

#[test]
fn nothing_of_a_key_is_shown() {
    let vault = Vault::open();
    let (keys, _) = cached(&vault);
    get(&keys, "k1").unwrap();
    assert_eq!(format!("{keys:?}"), "CachedKeys { .. }");
}

struct Woken(AtomicUsize);

impl std::task::Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn counting_waker() -> (Arc<Woken>, Waker) {
    let woken = Arc::new(Woken(AtomicUsize::new(0)));
    (Arc::clone(&woken), Waker::from(woken))
}
