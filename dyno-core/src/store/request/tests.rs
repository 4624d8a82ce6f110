//! Requests as the engine answers and charges them.

use std::sync::Arc;

use dyno_testkit::{Capacity, create_table, dump};
use proptest::prelude::*;

use super::*;
use crate::commit::cost::tests::{address, delete, put, sized, update};
use crate::commit::{Known, effect};
use crate::forecast::PlannedRequest;
use crate::plan::Address;
use crate::store::meter::Units;

/// The updates that commits write: a commit shifts its history, counts, and sets or removes what has changed.
const UPDATES: [&str; 4] = [
    "SET #p=:v",
    "SET #p=:v, #n=#n+:1, #h[0]=#n, #h[1]=#h[0], #h[2]=#h[1]",
    "SET #n=#n+:1, #m.#p=:v REMOVE #p",
    "REMOVE #h[1], #p",
];

fn commit(id: &str, text: &str, padding: usize) -> Action {
    let mut action = update(id, padding);
    if let Action::Update { expressions, .. } = &mut action {
        let mut names = std::mem::take(expressions);
        names.update = Some(text.to_owned());
        names.condition = None;
        names.values.remove(":o");
        for (placeholder, name) in [("#n", "N"), ("#h", "H"), ("#m", "M")] {
            names = names.name(placeholder, name);
        }
        names = names.value(":1", AttributeValue::N("1".to_owned()));
        let used = |placeholder: &String, _: &mut _| text.contains(placeholder.as_str());
        names.names.retain(used);
        names
            .values
            .retain(|placeholder, _| text.contains(placeholder.as_str()));
        *expressions = names;
    }
    action
}

/// An item that the updates fit.
fn committed(address: &Address, bytes: usize) -> Item {
    let number = |number: &str| AttributeValue::N(number.to_owned());
    let mut item = sized(address, bytes);
    item.insert("N".to_owned(), number("99"));
    item.insert(
        "H".to_owned(),
        AttributeValue::L(vec![number("7"), number("12.5")]),
    );
    item.insert("M".to_owned(), AttributeValue::M(HashMap::new()));
    item
}

fn any_action(id: &'static str) -> impl Strategy<Value = Action> {
    let bytes = prop_oneof![Just(1024_usize), Just(1025), 100..9000_usize];
    prop_oneof![
        bytes.clone().prop_map(move |bytes| put(id, bytes)),
        Just(delete(id)),
        (prop::sample::select(&UPDATES[..]), bytes)
            .prop_map(move |(text, bytes)| commit(id, text, bytes)),
    ]
}

fn any_member(id: &'static str) -> impl Strategy<Value = Action> {
    let check = Action::Check {
        address: address(id),
        condition: Expressions::condition("attribute_exists(#k)")
            .name("#k", address(id).key_name()),
    };
    prop_oneof![3 => any_action(id), 1 => Just(check)]
}

fn any_request() -> impl Strategy<Value = Request> {
    prop_oneof![
        any_action("a").prop_map(Request::single),
        (any_action("a"), any_action("b"), any_member("c")).prop_map(|(a, b, c)| {
            Request::Transact {
                token: "token".to_owned(),
                actions: vec![a, b, c],
            }
        }),
    ]
}

/// Sends a request over items of these sizes, twice if it has a token; returns what was forecast and what was
/// consumed.
async fn send_metered(request: Request, sizes: [usize; 3]) -> [(String, f64, f64); 2] {
    let client = dyno_embedded::Engine::in_memory().unwrap().client();
    let table = address("a");
    create_table(&client, table.table, table.key_name(), None)
        .await
        .unwrap();
    let items: Vec<_> = ["a", "b", "c"]
        .into_iter()
        .zip(sizes)
        .map(|(id, bytes)| (address(id), committed(&address(id), bytes)))
        .collect();
    for (address, item) in &items {
        let put = client.put_item().table_name(address.table);
        put.set_item(Some(item.clone())).send().await.unwrap();
    }
    let find = |at: &Address| items.iter().find(|(address, _)| address == at);
    let before = |at: &Address| find(at).map_or(Known::Absent, |(_, item)| Known::Item(item));
    let forecast = PlannedRequest::write(&request, &before);
    assert!(forecast.is_exact(), "{forecast:?}");
    let (written, repeated) = (request.write_units(&before), request.repeat_units(&before));
    assert_eq!(forecast.write_units(), written);

    let capacity = Capacity::new();
    let store = Store::new(capacity.attach(&client));
    let answer = send(&store, request.clone()).await.unwrap();
    assert!(matches!(answer, Answer::Applied), "{answer:?}");
    let [consumed] = capacity.consumed().try_into().unwrap();
    assert_eq!(consumed.operation(), forecast.operation());
    let first = ("written".to_owned(), written.as_f64(), capacity.writes());
    let after = dump(&client, table.table).await.unwrap();
    for action in request.actions() {
        if let (
            Action::Update {
                address,
                expressions,
            },
            Some((_, item)),
        ) = (action, find(action.address()))
        {
            let stored = after.iter().find(|item| address.holds(item));
            assert_eq!(
                stored.cloned(),
                effect::updated(item, expressions),
                "{expressions:?}"
            );
        }
    }

    capacity.clear();
    if matches!(request, Request::Single(_)) {
        return [first.clone(), first];
    }
    send(&store, request).await.unwrap();
    [
        first,
        ("repeated".to_owned(), repeated.as_f64(), capacity.reads()),
    ]
}

/// What a meter says of a request that is refused over these items.
async fn meter_refused(request: Request, items: &[Item]) -> f64 {
    let client = dyno_embedded::Engine::in_memory().unwrap().client();
    let table = address("a");
    create_table(&client, table.table, table.key_name(), None)
        .await
        .unwrap();
    for item in items {
        let put = client.put_item().table_name(table.table);
        put.set_item(Some(item.clone())).send().await.unwrap();
    }
    let meter = Arc::default();
    let store = Store::new(client).metered(&meter);
    let answer = send(&store, request).await.unwrap();
    let refused = matches!(answer, Answer::ConditionFailed(_) | Answer::Cancelled(_));
    assert!(refused, "{answer:?}");
    let Units { reads, writes } = meter.consumed();
    assert_eq!(reads.to_bits(), 0.0_f64.to_bits());
    writes
}

fn on_condition(mut action: Action, text: &str) -> Action {
    let wanted = Expressions::condition(text).name("#k", address("a").key_name());
    match &mut action {
        Action::Put { condition, .. } | Action::Delete { condition, .. } => {
            *condition = Some(wanted);
        }
        Action::Check { condition, .. } => *condition = wanted,
        Action::Update { expressions, .. } => {
            expressions.condition = Some(format!("{text} AND #p <> :o"));
            expressions.names.extend(wanted.names);
        }
    }
    action
}

#[tokio::test]
async fn what_is_refused_is_metered_as_what_it_would_have_written() {
    let (a, b) = (address("a"), address("b"));
    let (absent, present) = ("attribute_not_exists(#k)", "attribute_exists(#k)");
    let standing = sized(&a, 5000);
    for action in [
        put("a", 300),
        put("a", 9000),
        update("a", 7000),
        delete("a"),
    ] {
        for (text, items) in [(absent, vec![standing.clone()]), (present, Vec::new())] {
            let request = Request::single(on_condition(action.clone(), text));
            let known = |_: &Address| items.first().map_or(Known::Absent, Known::Item);
            let forecast = PlannedRequest::write(&request, &known).write_units();
            let described = format!("{request:?}");
            let metered = meter_refused(request, &items).await;
            let same = metered.to_bits() == forecast.as_f64().to_bits();
            assert!(same, "{metered} {forecast} {described:.200}");
        }
    }
    // Of the second item nobody tells how large it is.
    let actions = vec![
        on_condition(put("a", 300), absent),
        put("b", 2000),
        delete("c"),
    ];
    let request = Request::Transact {
        token: "token".to_owned(),
        actions,
    };
    let metered = meter_refused(request, &[standing, sized(&b, 9000)]).await;
    assert_eq!(metered.to_bits(), 16.0_f64.to_bits(), "2 * (5 + 2 + 1)");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn what_is_forecast_is_consumed(
        request in any_request(),
        sizes in prop::array::uniform3(900..5000_usize),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for (what, forecast, consumed) in runtime.block_on(send_metered(request, sizes)) {
            prop_assert_eq!(forecast.to_bits(), consumed.to_bits(), "{}", what);
        }
    }
}
