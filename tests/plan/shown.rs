use dyno::{ActionKind, DyObject as _, PlannedAction};

use super::fixture::{Book, File, Order, note, setup};

#[tokio::test]
async fn a_plan_shows_every_item_with_its_bytes() {
    let setup = setup::<File>().await;
    let mut saved = setup
        .saved(File {
            name: "f".into(),
            content: Some(note(500)),
            summary: note(2500),
        })
        .await;
    saved.summary = note(10);
    saved.content = None;
    let plan = saved.save().plan().unwrap();
    let [request] = plan.requests() else {
        panic!("{plan}");
    };
    let items: Vec<_> = request
        .actions()
        .iter()
        .map(|action| {
            (
                action.kind(),
                action.table(),
                action.key(),
                action.bytes() / 1024,
            )
        })
        .collect();
    assert_eq!(
        items,
        [
            (ActionKind::Put, "Files", "k", 0),
            (ActionKind::Put, "Notes", "Files#k/summary", 2),
            (ActionKind::Delete, "Notes", "Files#k/content", 0),
        ]
    );
    let text = plan.to_string();
    assert!(
        text.starts_with("1 request in 1 round trip, 0 read units, 10 write units\n"),
        "{text}"
    );
    assert!(text.contains("1 TransactWriteItems: 10 WCU\n"), "{text}");
    assert!(
        text.contains("    Delete  Notes  Files#k/content"),
        "{text}"
    );
}

#[tokio::test]
async fn a_plan_by_key_says_what_it_does_not_know() {
    let store = setup::<Order>().await.store;
    let plan = store.delete::<Order>("k").plan().unwrap();
    assert!(!plan.is_complete());
    assert_eq!(
        plan.to_string(),
        "at least 1 request in 1 round trip, at least 1 read units, at least 0 write units\n\n\
         1 GetItem: at least 1 RCU\n    Get     Orders  k  >= 0 bytes\n"
    );
    let path = Order::paths().lines().index(7).product();
    let plan = store.read_path("k", path).eventual().plan().unwrap();
    let keys = plan.requests()[1].actions().iter();
    let keys: Vec<_> = keys.map(PlannedAction::key).collect();
    assert_eq!(keys, ["k", "Orders#k/lines/~"]);
    let plan = store.load::<Book>("k").plan().unwrap();
    assert!(!plan.is_exact() && !plan.is_complete());
    let plan = store.load::<super::fixture::Note>("k").plan().unwrap();
    assert!(!plan.is_exact() && plan.is_complete());
}
