//! Keys of secondary indexes that are made of fields.

use dyno::table::TableSpec;
use dyno::{AttributeValue, DyObject, EncryptionKey, ErrorKind, Key, Rules, Store};
use dyno_testkit::Recorder;

use crate::fixture::{empty, stored_item};

/// Of one index with [`Call`].
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "TICKET#{id}",
    tag = "Ticket",
    index(name = "gsi1", key = "STATUS#{status}", sort = "TICKET#{day}#{id}"),
    index(
        name = "by-assignee",
        key(name = "who", template = "{assignee}"),
        sort(name = "when", template = "{due}"),
        keys_only
    ),
    index(name = "by-day", local, sort = "{day}#{title}")
)]
pub(crate) struct Ticket {
    pub(crate) tenant: String,
    pub(crate) id: u32,
    pub(crate) status: String,
    pub(crate) day: i32,
    pub(crate) title: String,
    pub(crate) assignee: Option<String>,
    pub(crate) due: Option<u16>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "CALL#{id}",
    tag = "Call",
    index(name = "gsi1", key = "STATUS#{status}", sort = "CALL#{id}")
)]
struct Call {
    tenant: String,
    id: u32,
    status: String,
}

/// With a shard beside it, so that it has the mapper's attributes.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(
    table = "App",
    key = "TENANT#{tenant}",
    sort = "CASE#{id}",
    tag = "Case",
    index(name = "gsi1", key = "STATUS#{status}", sort = "CASE#{id}")
)]
struct Case {
    tenant: String,
    id: u32,
    status: String,
    #[dyno(shard(table = "App"))]
    body: crate::fixture::Text,
}

fn ticket(id: u32, status: &str, day: i32) -> Ticket {
    Ticket {
        tenant: "acme".into(),
        id,
        status: status.into(),
        day,
        title: format!("t{id}"),
        assignee: None,
        due: None,
    }
}

fn case(id: u32, status: &str) -> Case {
    Case {
        tenant: "acme".into(),
        id,
        status: status.into(),
        body: crate::fixture::Text {
            text: "long".into(),
        },
    }
}

fn key(id: u32) -> Key {
    Ticket::key_of(("acme", id))
}

async fn store() -> (Store, Recorder) {
    let (store, recorder) = empty();
    store
        .ensure_tables::<Ticket>()
        .and::<Call>()
        .and::<Case>()
        .await
        .unwrap();
    recorder.take();
    (store, recorder)
}

async fn text(store: &Store, key: &Key, name: &str) -> Option<String> {
    let item = stored_item(store, key).await;
    item.get(name).map(|text| text.as_s().unwrap().clone())
}

async fn of_ticket(store: &Store, id: u32, name: &str) -> Option<String> {
    text(store, &key(id), name).await
}

#[test]
fn the_index_is_over_the_attributes_that_the_templates_make() {
    let specs = [
        TableSpec::of::<Ticket>().unwrap(),
        TableSpec::of::<Call>().unwrap(),
        TableSpec::of::<Case>().unwrap(),
    ];
    let merged = TableSpec::merged(specs.into_iter().flatten()).unwrap();
    let text: String = merged.iter().map(TableSpec::to_string).collect();
    for part in [
        "`GSI1PK` (a string)",
        "`GSI1SK` (a string)",
        "`who` (a string)",
        "`when` (a string)",
        "`BY-DAYSK` (a string)",
    ] {
        assert!(text.contains(part), "{text}");
    }
}

#[tokio::test]
async fn a_save_makes_the_keys_of_the_index_beside_the_fields() {
    let (store, recorder) = store().await;
    let mut saved = store.save(ticket(7, "open", -3)).await.unwrap();
    assert_eq!(recorder.take().len(), 1);
    let gsi1 = async |name| of_ticket(&store, 7, name).await;
    assert_eq!(gsi1("GSI1PK").await.unwrap(), "STATUS#open");
    assert_eq!(
        gsi1("GSI1SK").await.unwrap(),
        "TICKET#-9999999996#0000000007"
    );
    assert_eq!(gsi1("BY-DAYSK").await.unwrap(), "-9999999996#t7");
    assert_eq!((gsi1("who").await, gsi1("when").await), (None, None));

    recorder.take();
    saved.status = "do#ne".into();
    saved.assignee = Some("ada".into());
    saved.due = Some(5);
    saved.save().await.unwrap();
    assert_eq!(recorder.take().len(), 1);
    assert_eq!(gsi1("GSI1PK").await.unwrap(), "STATUS#do#ne");
    assert_eq!(gsi1("who").await.unwrap(), "ada");
    assert_eq!(gsi1("when").await.unwrap(), "00005");

    saved.assignee = None;
    saved.save().await.unwrap();
    assert_eq!(gsi1("who").await, None);
    assert_eq!(gsi1("when").await.unwrap(), "00005");
    let loaded = store.load::<Ticket>(key(7)).await.unwrap();
    assert_eq!(*loaded, *saved);
    recorder.take();
}

#[tokio::test]
async fn every_way_to_write_an_object_makes_them() {
    let (store, _) = store().await;
    store.save(ticket(1, "open", 1)).if_absent().await.unwrap();
    store.save_many([ticket(2, "open", 1)]).await.unwrap();
    store
        .transaction()
        .insert(ticket(3, "open", 1))
        .put(case(4, "open"))
        .await
        .unwrap();
    store.save(case(5, "open")).await.unwrap();
    store.save_many([case(6, "open")]).await.unwrap();
    let open = || {
        store
            .query::<Ticket>()
            .index(Ticket::indexes().gsi1())
            .of("open")
    };
    let found = open().await.unwrap();
    let ids: Vec<_> = found.iter().map(|found| found.id).collect();
    assert_eq!(ids, [1, 2, 3]);
    let cases = store
        .query::<Case>()
        .index(Case::indexes().gsi1())
        .of("open");
    let cases = cases.await.unwrap();
    let ids: Vec<_> = cases.iter().map(|found| found.id).collect();
    assert_eq!(ids, [4, 5, 6]);
    assert_eq!(*cases[2], case(6, "open"));

    let mut many = found;
    for saved in &mut many {
        saved.status = "done".into();
    }
    let (first, rest) = many.split_first_mut().unwrap();
    store.transaction().save(first).await.unwrap();
    for saved in rest {
        saved.save().await.unwrap();
    }
    assert!(open().await.unwrap().is_empty());
    let mut cases = cases;
    for saved in &mut cases {
        saved.status = "done".into();
        saved.save().await.unwrap();
    }
    let done = store
        .query::<Case>()
        .index(Case::indexes().gsi1())
        .of("done");
    assert_eq!(done.await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_query_takes_the_fields_of_the_index() {
    let (store, recorder) = store().await;
    for (id, day) in [(1, 9), (2, 9), (3, 10), (4, 300)] {
        store.save(ticket(id, "open", day)).await.unwrap();
    }
    let call = Call {
        tenant: "acme".into(),
        id: 1,
        status: "open".into(),
    };
    store.save(call.clone()).await.unwrap();
    recorder.take();
    let index = || store.query::<Ticket>().index(Ticket::indexes().gsi1());
    let of_day = index().of("open").sort().fields(9).await.unwrap();
    assert_eq!(of_day.len(), 2);
    let one = index().of(("open",)).sort().fields((9, 2)).await.unwrap();
    assert_eq!((one.len(), one[0].id), (1, 2));
    let late = index().of("open").sort().fields_from(10).await.unwrap();
    assert_eq!(late.len(), 2);
    let between = index().of("open").sort().fields_between((9, 2), 10);
    assert_eq!(between.await.unwrap().len(), 2);
    let last = index().of("open").descending().take(1).await.unwrap();
    assert_eq!(last[0].id, 4);
    assert_eq!(index().of("open").count().await.unwrap(), 4);
    let by_text = index().key("STATUS#open").sort().begins_with("TICKET#");
    assert_eq!(by_text.await.unwrap().len(), 4);
    let by_name = store.query::<Ticket>().index_str("gsi1");
    let by_name = by_name.where_str("GSI1PK", "STATUS#open");
    assert_eq!(by_name.await.unwrap().len(), 4);
    assert_eq!(
        store
            .scan::<Ticket>()
            .index(Ticket::indexes().gsi1())
            .await
            .unwrap()
            .len(),
        4
    );

    let calls = store
        .query::<Call>()
        .index(Call::indexes().gsi1())
        .of("open");
    let params = calls.params().unwrap().to_string();
    assert!(params.contains("begins_with"), "{params}");
    assert_eq!(*calls.await.unwrap()[0], call);

    let local = || {
        store
            .query::<Ticket>()
            .index(Ticket::indexes().by_day())
            .of("acme")
    };
    assert_eq!(local().await.unwrap().len(), 4);
    assert_eq!(local().sort().fields(9).await.unwrap().len(), 2);
    let pages = index().of("open").limit(1).await.unwrap();
    assert_eq!(pages.len(), 4);
}

#[tokio::test]
async fn an_option_that_is_none_keeps_an_object_out_of_the_index() {
    let (store, _) = store().await;
    let mut mine = ticket(1, "open", 1);
    mine.assignee = Some("ada".into());
    mine.due = Some(700);
    let mut no_date = ticket(2, "open", 1);
    no_date.assignee = Some("ada".into());
    store
        .save_many([mine.clone(), no_date, ticket(3, "open", 1)])
        .await
        .unwrap();
    let by = || {
        let index = Ticket::indexes().by_assignee().hydrated();
        store.query::<Ticket>().index(index).of("ada")
    };
    let found = by().await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(*found[0], mine);
    assert_eq!(by().sort().fields_to(700).await.unwrap().len(), 1);
    assert_eq!(by().sort().fields_to(699).await.unwrap().len(), 0);
}

#[tokio::test]
async fn an_update_sets_what_it_knows_all_fields_of() {
    let (store, recorder) = store().await;
    store.save(ticket(1, "open", 1)).await.unwrap();
    store.save(case(2, "open")).await.unwrap();
    recorder.take();
    let fields = Ticket::fields;
    store
        .update::<Ticket>(key(1))
        .set(fields().status(), "done")
        .await
        .unwrap();
    assert_eq!(recorder.take().len(), 1);
    assert_eq!(of_ticket(&store, 1, "GSI1PK").await.unwrap(), "STATUS#done");
    assert!(of_ticket(&store, 1, "GSI1SK").await.is_some());

    let case_key = Case::key_of(("acme", 2));
    store
        .update::<Case>(case_key.clone())
        .set(Case::fields().status(), "done")
        .await
        .unwrap();
    assert_eq!(
        text(&store, &case_key, "GSI1PK").await.unwrap(),
        "STATUS#done"
    );
    let done = store
        .query::<Case>()
        .index(Case::indexes().gsi1())
        .of("done");
    assert_eq!(*done.await.unwrap()[0], case(2, "done"));

    recorder.take();
    let error = store
        .update::<Ticket>(key(1))
        .set(fields().day(), 5)
        .set(fields().title(), "x")
        .set(fields().assignee(), "ada".to_owned())
        .set(fields().due(), 3_u16)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidExpression);
    assert!(error.to_string().contains("`GSI1SK`"), "{error}");
    assert!(recorder.take().is_empty());
    store
        .update::<Ticket>(key(1))
        .set(fields().assignee(), "ada".to_owned())
        .set(fields().due(), 3_u16)
        .await
        .unwrap();
    assert_eq!(of_ticket(&store, 1, "who").await.unwrap(), "ada");
    store
        .transaction()
        .update(store.update::<Ticket>(key(1)).remove(fields().assignee()))
        .await
        .unwrap();
    assert_eq!(of_ticket(&store, 1, "who").await, None);
    assert_eq!(of_ticket(&store, 1, "when").await.unwrap(), "00003");
    let mut loaded = store.load::<Ticket>(key(1)).await.unwrap();
    recorder.take();
    loaded.save().await.unwrap();
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn an_update_that_does_not_know_a_key_of_the_index_is_refused() {
    let (store, recorder) = store().await;
    let fields = Ticket::fields;
    let error = store
        .update::<Ticket>(key(1))
        .set(fields().day(), 5)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidExpression);
    let words = error.to_string();
    for part in [
        "`Ticket.day`",
        "`GSI1SK`",
        "`gsi1`",
        "`id`",
        "`TICKET#{day}#{id}`",
        "load, change and save",
    ] {
        assert!(words.contains(part), "{words}");
    }
    assert!(!words.contains("in the same update"), "{words}");
    let error = store
        .update::<Ticket>(key(1))
        .set(fields().title(), "x")
        .await
        .unwrap_err();
    let words = error.to_string();
    assert!(words.contains("`BY-DAYSK`"), "{words}");
    assert!(
        words.contains("set them in the same update, or load"),
        "{words}"
    );
    let error = store
        .update::<Ticket>(key(1))
        .set_if_absent(fields().status(), "x")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidExpression);
    assert!(
        error.to_string().contains("load, change and save"),
        "{error}"
    );
    let error = store
        .update::<Ticket>(key(1))
        .set(fields().status(), "")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    let error = store.save(ticket(1, "", 1)).await.unwrap_err();
    assert_eq!(error.error().kind(), ErrorKind::InvalidValue);
    assert!(error.to_string().contains("index `gsi1`"), "{error}");
    let error = store
        .save(ticket(1, &"x".repeat(2048), 1))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("2048"), "{error}");
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_path_is_written_with_the_keys_made_of_it() {
    let (store, recorder) = store().await;
    store.save(ticket(1, "open", 1)).await.unwrap();
    recorder.take();
    let write = store.write_path::<Ticket, _>(key(1), Ticket::paths().status(), "done");
    write.await.unwrap();
    assert_eq!(recorder.take().len(), 1);
    assert_eq!(of_ticket(&store, 1, "GSI1PK").await.unwrap(), "STATUS#done");
    recorder.take();
    // Of the others only the object tells.
    let write = store.write_path::<Ticket, _>(key(1), Ticket::paths().day(), 8);
    write.await.unwrap();
    assert_eq!(recorder.take().len(), 2);
    let made = of_ticket(&store, 1, "GSI1SK").await.unwrap();
    assert_eq!(made, "TICKET#00000000008#0000000001");
    assert_eq!(
        of_ticket(&store, 1, "BY-DAYSK").await.unwrap(),
        "00000000008#t1"
    );

    let error = store
        .write_path::<Ticket, AttributeValue>(key(1), "GSI1PK", AttributeValue::S("x".into()))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidPath);
    assert!(error.to_string().contains("`gsi1`"), "{error}");
}

#[tokio::test]
async fn what_another_program_left_out_is_written_by_the_next_save() {
    let (store, recorder) = store().await;
    store.save(ticket(1, "open", 1)).await.unwrap();
    let mut item = stored_item(&store, &key(1)).await;
    item.remove("GSI1PK");
    item.insert("GSI1SK".into(), AttributeValue::S("stale".into()));
    crate::fixture::put(&store, item).await;
    let mut loaded = store.load::<Ticket>(key(1)).await.unwrap();
    recorder.take();
    loaded.save().await.unwrap();
    assert_eq!(recorder.take().len(), 1);
    assert_eq!(of_ticket(&store, 1, "GSI1PK").await.unwrap(), "STATUS#open");
    assert!(
        of_ticket(&store, 1, "GSI1SK")
            .await
            .unwrap()
            .starts_with("TICKET#")
    );
    recorder.take();
    loaded.save().await.unwrap();
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_field_of_an_index_is_not_encrypted() {
    let (store, recorder) = store().await;
    let key_of = EncryptionKey::generate("k1").unwrap();
    let rules = Rules::new().encrypt(["status"], key_of).unwrap();
    let error = store
        .save(ticket(1, "open", 1))
        .loader(rules.clone())
        .await
        .unwrap_err();
    assert_eq!(error.error().kind(), ErrorKind::KeyRefused);
    assert!(error.to_string().contains("`GSI1PK`"), "{error}");
    let error = store
        .update::<Ticket>(key(1))
        .set(Ticket::fields().status(), "x")
        .loader(rules.clone())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::KeyRefused);
    let index = store.query::<Ticket>().index(Ticket::indexes().gsi1());
    let error = index.of("open").loader(rules).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidExpression);
    assert!(recorder.take().is_empty());
}

#[tokio::test]
async fn a_variant_without_the_field_is_not_in_the_index() {
    #[derive(DyObject, Clone, Debug, PartialEq)]
    #[dyno(
        table = "Jobs",
        key = "JOB#{id}",
        tag = "Job",
        index(name = "by-worker", key = "WORKER#{worker}")
    )]
    enum Job {
        Waiting { id: u32 },
        Running { id: u32, worker: String },
    }
    let (store, _) = empty();
    store.ensure_tables::<Job>().await.unwrap();
    let running = Job::Running {
        id: 1,
        worker: "w1".into(),
    };
    let mut saved = store.save(running.clone()).await.unwrap();
    store.save(Job::Waiting { id: 2 }).await.unwrap();
    let of = || {
        store
            .query::<Job>()
            .index(Job::indexes().by_worker())
            .of("w1")
    };
    let found = of().await.unwrap();
    assert_eq!((found.len(), &*found[0]), (1, &running));
    *saved = Job::Waiting { id: 1 };
    saved.save().await.unwrap();
    assert!(of().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_attribute_of_a_flattened_object_cannot_have_the_name_of_a_key() {
    #[derive(DyObject, Debug)]
    struct Inner {
        #[dyno(rename = "GSI1PK")]
        x: String,
    }
    #[derive(DyObject, Debug)]
    #[dyno(table = "Outers", key = "ID", index(name = "gsi1", key = "X#{name}"))]
    struct Outer {
        #[dyno(key)]
        id: String,
        name: String,
        #[dyno(flatten)]
        inner: Inner,
    }
    let error = TableSpec::of::<Outer>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidShape);
    assert!(error.to_string().contains("`GSI1PK`"), "{error}");
}
