//! Types of every form of storage, and a store of its own for each test.

use aws_sdk_dynamodb::Client;
use dyno::{DyObject, Store};
use dyno_testbed::Service;
use dyno_testkit::{Fault, FaultClient, Recorder, Request, wrap};

/// One item without the mapper's attributes.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Notes", key = "OWNER", sort = "NUMBER")]
pub(crate) struct Note {
    #[dyno(key)]
    pub(crate) owner: String,
    #[dyno(sort)]
    pub(crate) number: u64,
    pub(crate) text: String,
}

/// The same in another table, without a key field.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Tags", key = "ID")]
pub(crate) struct Tag {
    pub(crate) name: String,
}

/// A root and two shards in another table.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Wholes", key = "ID")]
pub(crate) struct Whole {
    #[dyno(key)]
    pub(crate) id: String,
    pub(crate) number: u64,
    #[dyno(shard)]
    pub(crate) left: Half,
    #[dyno(shard)]
    pub(crate) right: Option<Half>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Halves", key = "IDX")]
pub(crate) struct Half {
    pub(crate) number: u64,
}

pub(crate) fn note(number: u64) -> Note {
    Note {
        owner: "ada".into(),
        number,
        text: format!("note {number}"),
    }
}

pub(crate) fn notes(count: u64) -> Vec<Note> {
    (0..count).map(note).collect()
}

pub(crate) fn note_keys(count: u64) -> impl Iterator<Item = (&'static str, u64)> {
    (0..count).map(|number| ("ada", number))
}

pub(crate) fn whole(id: &str, number: u64) -> Whole {
    Whole {
        id: id.into(),
        number,
        left: Half { number },
        right: number.is_multiple_of(2).then_some(Half { number }),
    }
}

pub(crate) fn wholes(count: u64) -> Vec<Whole> {
    (0..count)
        .map(|number| whole(&format!("w{number}"), number))
        .collect()
}

/// A store with the tables of all types, and what it sends from now on.
pub(crate) async fn store() -> (Store, Recorder) {
    let client = Service::new().client();
    on(client).await
}

/// A store whose requests go wrong as the script says, one on the same tables whose requests do not, and what the first sends.
pub(crate) async fn faulty(
    script: impl Fn(&Request) -> Fault + Send + Sync + 'static,
) -> (Store, Store, Recorder) {
    let client = Service::new().client();
    let (sound, _) = on(client.clone()).await;
    let recorder = Recorder::new();
    let faulty = Store::new(wrap(&client, |http| FaultClient::new(http, script)));
    (faulty.with_interceptor(recorder.clone()), sound, recorder)
}

async fn on(client: Client) -> (Store, Recorder) {
    let recorder = Recorder::new();
    let store = Store::new(client).with_interceptor(recorder.clone());
    store.ensure_tables::<Note>().await.unwrap();
    store.ensure_tables::<Tag>().await.unwrap();
    store.ensure_tables::<Whole>().await.unwrap();
    recorder.take();
    (store, recorder)
}

/// Operations and numbers of items, such as `BatchGetItem 100`, in alphabetical order.
pub(crate) fn sent(recorder: &Recorder) -> Vec<String> {
    let requests = recorder.take();
    let line = |request: &Request| format!("{} {}", request.operation(), request.actions());
    let mut lines: Vec<_> = requests.iter().map(line).collect();
    lines.sort();
    lines
}
