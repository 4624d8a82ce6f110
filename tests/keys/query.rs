//! Partitions and sort conditions by fields: what is sent, and what comes back.

use dyno::{DyObject, ErrorKind, Saved};

use crate::fixture::{Order, Profile, Report, User, shop};

fn days(found: &[Saved<Order>]) -> Vec<(i32, u32)> {
    found
        .iter()
        .map(|order| (order.day, order.number))
        .collect()
}

#[tokio::test]
async fn a_query_reads_only_what_its_template_begins() {
    let (store, recorder) = shop().await;
    let all = store.query::<Order>().of("acme").await.unwrap();
    assert_eq!(
        days(&all),
        [(-3, 7), (0, 1), (0, 2), (1, 1), (10, 1), (200, 5)]
    );
    assert_eq!(recorder.take().len(), 1);
    let params = store.query::<Order>().of("acme").params().unwrap();
    assert_eq!(
        params.to_string(),
        "Query of table `App`
  key condition: #q0 = :q0 AND begins_with(#q1, :q1)
  names: #q0 = PK, #q1 = SK
  values: :q0 = \"TENANT#acme\", :q1 = \"ORDER#\""
    );
    let mut pages = store.query::<Order>().of("acme").limit(6).pages();
    assert_eq!(pages.next().await.unwrap().unwrap().objects().len(), 6);
    assert_eq!(
        store
            .query::<Order>()
            .of("acme")
            .take(2)
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(store.query::<Order>().of("acme").count().await.unwrap(), 6);
    assert_eq!(store.query::<Profile>().of("acme").await.unwrap().len(), 1);
    assert_eq!(store.query::<Report>().of("acme").await.unwrap().len(), 2);
    let by_hand = store.query::<Order>().key("TENANT#acme").await.unwrap();
    assert_eq!(by_hand.len(), 6);
}

#[tokio::test]
async fn conditions_are_of_fields() {
    let (store, _) = shop().await;
    let sort = || store.query::<Order>().of("acme").sort();
    assert_eq!(days(&sort().fields(0).await.unwrap()), [(0, 1), (0, 2)]);
    assert_eq!(days(&sort().fields((0, 2)).await.unwrap()), [(0, 2)]);
    assert_eq!(
        days(&sort().fields_from(1).await.unwrap()),
        [(1, 1), (10, 1), (200, 5)]
    );
    assert_eq!(
        days(&sort().fields_to(0).await.unwrap()),
        [(-3, 7), (0, 1), (0, 2)]
    );
    assert_eq!(
        days(&sort().fields_to((0, 1)).await.unwrap()),
        [(-3, 7), (0, 1)]
    );
    let between = sort().fields_between((0, 2), 10).descending();
    assert_eq!(days(&between.await.unwrap()), [(10, 1), (1, 1), (0, 2)]);
    assert_eq!(sort().any().await.unwrap().len(), 6);
    assert_eq!(sort().fields(0).count().await.unwrap(), 2);
    let backwards = sort().fields_between(10, 0).await.unwrap_err();
    assert_eq!(backwards.kind(), ErrorKind::InvalidExpression);
    let reports = store.query::<Report>().of("acme").sort().fields("may");
    assert_eq!(reports.await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_text_in_the_middle_of_a_key_is_not_the_beginning_of_another() {
    let (store, _) = shop().await;
    for (email, region) in [("a", "b#c"), ("a#b", "c"), ("a b", "c")] {
        let user = User {
            email: email.into(),
            region: region.into(),
            age: 1,
        };
        store.save(user).await.unwrap();
    }
    assert_eq!(store.scan::<User>().await.unwrap().len(), 3);
    let key = User::key_of(("a#b", "c"));
    assert_eq!(key.to_string(), "USER#a$23b#c");
    assert_eq!(store.load::<User>(key).await.unwrap().email, "a#b");
}

#[tokio::test]
async fn cursors_go_on_by_the_same_fields() {
    let (store, _) = shop().await;
    let query = || store.query::<Order>().of("acme").limit(2);
    let mut found = Vec::new();
    let mut page = query().pages().next().await.unwrap().unwrap();
    loop {
        found.extend(days(page.objects()));
        let Some(cursor) = page.cursor().cloned() else {
            break;
        };
        page = query().from(cursor).pages().next().await.unwrap().unwrap();
    }
    assert_eq!(found.len(), 6);
}
