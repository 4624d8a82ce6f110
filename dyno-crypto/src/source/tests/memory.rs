//! What a cache holds, for how long, and what it remembers of what it held.

use super::*;

#[test]
fn another_key_of_a_known_id_is_refused_even_after_the_first_had_to_make_room() {
    let vault = Vault::open();
    let (keys, hands) = cached(&vault);
    let keys = keys.with_capacity(1);
    get(&keys, "k1").unwrap();
    get(&keys, "k2").unwrap();
    vault.answers(|id| Ok(key(id, 2)));
    assert!(matches!(
        get(&keys, "k1"),
        Err(KeySourceError::OtherKey { .. })
    ));
    hands.forward(CachedKeys::<Vault>::TIME_TO_LIVE);
    assert!(matches!(
        get(&keys, "k2"),
        Err(KeySourceError::OtherKey { .. })
    ));
    vault.answers(|id| Err(KeySourceError::failed(id, "down")));
    assert!(matches!(
        get(&keys, "k1"),
        Err(KeySourceError::Failed { .. })
    ));
    hands.forward(Duration::from_secs(1));
    vault.answers(|id| Ok(key(id, 2)));
    assert!(matches!(
        get(&keys, "k1"),
        Err(KeySourceError::OtherKey { .. })
    ));
}

#[test]
fn a_key_whose_time_is_over_is_not_used_on_when_the_source_fails() {
    let vault = Vault::open();
    let (keys, hands) = cached(&vault);
    let used = get(&keys, "k1").unwrap();
    vault.answers(|id| Err(KeySourceError::retired(id)));
    hands.forward(CachedKeys::<Vault>::TIME_TO_LIVE);
    assert!(matches!(
        get(&keys, "k1"),
        Err(KeySourceError::Retired { .. })
    ));
    assert!(matches!(
        keys.held(&id("k1")),
        Some(Err(KeySourceError::Retired { .. }))
    ));
    drop(used);
}

#[test]
fn a_time_to_live_is_as_long_as_it_is_said() {
    let vault = Vault::open();
    let (keys, hands) = cached(&vault);
    let keys = keys.with_time_to_live(Duration::from_secs(10));
    get(&keys, "k1").unwrap();
    hands.forward(Duration::from_secs(9));
    get(&keys, "k1").unwrap();
    assert_eq!(vault.asked(), 1);
    hands.forward(Duration::from_secs(1));
    get(&keys, "k1").unwrap();
    assert_eq!(vault.asked(), 2);
}

#[test]
fn the_longest_time_to_live_is_ten_years() {
    let vault = Vault::open();
    let (keys, hands) = cached(&vault);
    let keys = keys.with_time_to_live(Duration::MAX);
    let years = Duration::from_hours(24 * 3650);
    get(&keys, "k1").unwrap();
    hands.forward(years.saturating_sub(Duration::from_secs(1)));
    get(&keys, "k1").unwrap();
    assert_eq!(vault.asked(), 1);
    hands.forward(Duration::from_secs(1));
    get(&keys, "k1").unwrap();
    assert_eq!(vault.asked(), 2);
}

#[test]
fn what_is_said_of_one_handle_holds_for_all() {
    let vault = Vault::open();
    let (keys, hands) = cached(&vault);
    let other = keys.clone().with_time_to_live(Duration::from_secs(10));
    get(&keys, "k1").unwrap();
    hands.forward(Duration::from_secs(10));
    get(&other, "k1").unwrap();
    assert_eq!(vault.asked(), 2);
}

#[test]
fn a_key_whose_time_is_over_is_let_go_when_it_is_asked_for() {
    let vault = Vault::open();
    let (keys, hands) = cached(&vault);
    let used = get(&keys, "k1").unwrap().downgrade();
    assert!(used.upgrade().is_some());
    hands.forward(CachedKeys::<Vault>::TIME_TO_LIVE);
    assert!(keys.held(&id("k1")).is_none());
    assert!(used.upgrade().is_none());
}

#[test]
fn another_key_of_a_known_id_is_refused_even_to_those_who_asked_before_it_was_forgotten() {
    let vault = Vault::open();
    let (keys, _) = cached(&vault);
    let wanted = id("k1");
    get(&keys, "k1").unwrap();
    keys.forget(&wanted);
    vault.shut();
    let mut early = Box::pin(keys.get(&wanted));
    assert!((&mut early).now_or_never().is_none());
    keys.forget(&wanted);
    vault.answers(|id| Ok(key(id, 2)));
    vault.let_in();
    assert!(matches!(
        early.now_or_never().unwrap(),
        Err(KeySourceError::OtherKey { .. })
    ));
    // The key that was given first is the one that stays.
    vault.answers(|id| Ok(key(id, 1)));
    assert!(get(&keys, "k1").is_ok());
}

#[test]
fn an_answer_that_comes_late_says_which_key_an_id_stands_for() {
    let vault = Vault::default();
    let (keys, _) = cached(&vault);
    let wanted = id("k1");
    let mut early = Box::pin(keys.get(&wanted));
    assert!((&mut early).now_or_never().is_none());
    keys.forget(&wanted);
    vault.let_in();
    assert!(early.now_or_never().unwrap().is_ok());
    vault.answers(|id| Ok(key(id, 2)));
    assert!(matches!(
        get(&keys, "k1"),
        Err(KeySourceError::OtherKey { .. })
    ));
}

#[test]
fn ids_without_a_key_do_not_drive_out_what_is_remembered_of_keys() {
    let vault = Vault::open();
    let (keys, hands) = cached(&vault);
    let keys = keys.with_capacity(1);
    get(&keys, "k1").unwrap();
    get(&keys, "k2").unwrap();
    vault.answers(|id| Err(KeySourceError::unknown(id)));
    for number in 0..100 {
        get(&keys, &format!("unknown {number}")).unwrap_err();
    }
    assert!(keys.remembered() <= 16);
    hands.forward(CachedKeys::<Vault>::TIME_TO_LIVE);
    vault.answers(|id| Ok(key(id, 2)));
    for known in ["k1", "k2"] {
        assert!(matches!(
            get(&keys, known),
            Err(KeySourceError::OtherKey { .. })
        ));
    }
}

#[test]
fn the_key_used_longest_ago_makes_room_and_is_found_while_it_is_used() {
    let vault = Vault::open();
    let (keys, _) = cached(&vault);
    let keys = keys.with_capacity(2);
    let used = get(&keys, "k1").unwrap();
    get(&keys, "k2").unwrap();
    get(&keys, "k3").unwrap();
    assert_eq!(vault.asked(), 3);
    // Somebody still has the first: it comes back, and the second makes room.
    get(&keys, "k1").unwrap();
    get(&keys, "k3").unwrap();
    assert_eq!(vault.asked(), 3);
    get(&keys, "k2").unwrap();
    assert_eq!(vault.asked(), 4);
    drop(used);
    get(&keys, "k3").unwrap();
    get(&keys, "k1").unwrap();
    assert_eq!(vault.asked(), 5);
}

#[test]
fn what_a_cache_remembers_is_bounded() {
    let vault = Vault::open();
    let (keys, _) = cached(&vault);
    let keys = keys.with_capacity(2);
    for number in 0..200 {
        get(&keys, &format!("k{number}")).unwrap();
    }
    vault.answers(|id| Err(KeySourceError::unknown(id)));
    for number in 0..200 {
        get(&keys, &format!("unknown {number}")).unwrap_err();
    }
    assert!(keys.remembered() <= 32);
}
