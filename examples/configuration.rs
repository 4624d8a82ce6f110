//! Configuration of a program in a table: read directly, and from a snapshot that refreshes itself.
//!
//! `cargo run --example configuration --features config` runs it on the embedded engine, with no set-up.

#![expect(clippy::print_stdout, reason = "the program shows what it does")]

use std::time::Duration;

use dyno::config::{ConfigStore, Error, StoredRules};
use dyno::{DyObject, EncryptionKey, Keyring, Rules, Store};
use dyno_testkit::Recorder;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
struct Database {
    host: String,
    port: u16,
    read_only: bool,
    replica: Option<String>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "People", key = "id")]
struct Person {
    #[dyno(key)]
    id: String,
    name: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let requests = Recorder::new();
    let store = Store::embedded()?.with_interceptor(requests.clone());
    let open = ConfigStore::open(&store, "Config", "prod");
    let config = open.create_if_missing().history(10).await?;
    show("Opened, and made the table", &requests);

    let database = Database {
        host: "db1".into(),
        port: 5432,
        read_only: false,
        replica: None,
    };
    config.set("db", &database).if_absent().await?;
    show("Wrote an option that was not there", &requests);

    let watch = config.watch().interval(Duration::from_mins(1)).await?;
    show("Watched the store", &requests);
    let mut changes = watch.changes();

    let read = config.get::<Database>("db").await?;
    println!("read version {:?}: {:?}", read.version(), *read);
    config.set_key("db", "replica", "db2").await?;
    match config.set("db", &database).if_unchanged(&read).await {
        Err(Error::Changed {
            standing: Some(standing),
            ..
        }) => println!("refused: version {:?} stands there now", standing.version()),
        other => println!("{other:?}"),
    }
    requests.take();

    println!(
        "snapshot before: {:?}",
        watch.snapshot().get::<Database>("db")?
    );
    watch.reload().await?;
    println!(
        "snapshot after:  {:?}",
        watch.snapshot().get::<Database>("db")?
    );
    if let Some(changed) = changes.next().await {
        println!("changed: {:?}", changed.changed());
    }
    show("Reloaded", &requests);

    config.restore("db", 1).await?;
    for version in config.history("db").await? {
        println!("version {}", version.number());
    }
    requests.take();

    // Which fields are encrypted stands in an option.
    config
        .set("encryption", &serde_json::json!({ "encrypt": [] }))
        .await?;
    watch.reload().await?;
    let base = Rules::new().with_keyring(Keyring::new(EncryptionKey::generate("2026")?))?;
    let rules = StoredRules::watch(&watch, "encryption", base)?;
    let people = store.with_loader(rules.clone());
    people.ensure_tables::<Person>().await?;
    config
        .set(
            "encryption",
            &serde_json::json!({ "encrypt": [{ "paths": ["name"] }] }),
        )
        .await?;
    watch.reload().await?;
    let ada = Person {
        id: "ada".into(),
        name: "Ada".into(),
    };
    people.save(ada.clone()).await?;
    assert_eq!(*people.load::<Person>("ada").await?, ada);
    println!(
        "saved and loaded with rules of snapshot {}",
        rules.status().snapshot()
    );
    Ok(())
}

fn show(what: &str, requests: &Recorder) {
    println!("{what}");
    for request in requests.take() {
        println!("    {request}");
    }
}
