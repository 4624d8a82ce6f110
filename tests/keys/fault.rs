//! Requests of plain objects with tags that get lost.

use std::sync::atomic::{AtomicUsize, Ordering};

use dyno::{DyObject as _, ErrorKind, Store};
use dyno_testbed::Service;
use dyno_testkit::{Fault, FaultClient, wrap};

use crate::fixture::{Order, Other, order};

/// A store that meets no fault, and one whose first request does.
async fn faulty(fault: Fault) -> (Store, Store) {
    let engine = Service::new().inline();
    let sound = Store::new(engine.client());
    sound.ensure_tables::<Order>().await.unwrap();
    let sent = AtomicUsize::new(0);
    let client = wrap(&engine.client(), |http| {
        FaultClient::new(http, move |_| match sent.fetch_add(1, Ordering::Relaxed) {
            0 => fault.clone(),
            _ => Fault::Pass,
        })
    });
    (sound, Store::new(client))
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_of_a_save_is_resolved() {
    for fault in [Fault::NotDelivered, Fault::AnswerLost, Fault::Throttled] {
        for if_absent in [false, true] {
            let (sound, hit) = faulty(fault.clone()).await;
            let save = hit.save(order("acme", 0, 1));
            let save = if if_absent { save.if_absent() } else { save };
            save.await.unwrap();
            let key = Order::key_of(("acme", 0, 1));
            assert_eq!(
                *sound.load::<Order>(key).await.unwrap(),
                order("acme", 0, 1)
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_of_a_save_over_another_type_leaves_it() {
    for fault in [Fault::NotDelivered, Fault::AnswerLost] {
        let (sound, hit) = faulty(fault).await;
        sound.save(order("acme", 0, 1)).await.unwrap();
        let other = Other {
            tenant: "acme".into(),
            day: 0,
            number: 1,
        };
        let (kept, error) = hit.save(other).await.unwrap_err().into_parts();
        assert_eq!(error.kind(), ErrorKind::TypeMismatch);
        let key = Order::key_of((kept.tenant, kept.day, kept.number));
        assert_eq!(
            *sound.load::<Order>(key).await.unwrap(),
            order("acme", 0, 1)
        );
    }
}
