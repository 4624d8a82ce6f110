//! Answers that are lost, copies that come late, conflicts and throttling: nothing lost, nothing twice.

use dyno::ErrorKind;
use dyno_testkit::{Fault, Late};

use crate::fixture::{Shop, User, assert_guarded, faulty, guards, shop, user};

#[tokio::test(start_paused = true)]
async fn everything_is_written_once_whatever_is_lost() {
    let faults = [
        Fault::NotDelivered,
        Fault::AnswerLost,
        Fault::ServerErrorBefore,
        Fault::ServerErrorAfter,
        Fault::AppliedTwice,
        Fault::Throttled,
        Fault::TransactionConflict,
        Fault::TransactionInProgress,
        Fault::Ghost(Late::Past(1)),
        Fault::Repeated(Late::Past(1)),
    ];
    for fault in faults {
        // Every second request goes wrong: the first copy of each.
        let script = move |number: u64| {
            if number.is_multiple_of(2) {
                fault.clone()
            } else {
                Fault::Pass
            }
        };
        let (store, sound, _) = faulty(script).await;
        let mut ada = store.save(user("u1", "a@x")).if_absent().await.unwrap();
        assert_guarded(&sound).await;
        ada.email = Some("b@x".into());
        ada.save().await.unwrap();
        assert_guarded(&sound).await;
        store.save(user("u1", "c@x")).await.unwrap();
        assert_guarded(&sound).await;
        let mut tea = store.save(shop("s1", "Tea")).await.unwrap();
        tea.name = "Rice".into();
        tea.save().await.unwrap();
        assert_guarded(&sound).await;
        let taken = store.save(user("u2", "c@x")).if_absent().await.unwrap_err();
        let kinds = [ErrorKind::NotUnique, ErrorKind::OutcomeUnknown];
        assert!(kinds.contains(&taken.kind()), "{taken:?}");
        store.delete::<User>("u1").await.unwrap();
        store.delete::<Shop>(("s1", 1995_u32)).await.unwrap();
        assert!(guards(&sound).await.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_never_arrives_writes_nothing() {
    let (store, sound, _) = faulty(|_| Fault::NotDelivered).await;
    let error = store.save(user("u1", "a@x")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert!(guards(&sound).await.is_empty());
    sound.save(user("u1", "a@x")).await.unwrap();
    assert_guarded(&sound).await;
}
