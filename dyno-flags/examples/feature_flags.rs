//! Feature flags in a table: written by one program, evaluated by a client of LaunchDarkly's Rust SDK in another, without a network.
//!
//! `cargo run -p dyno-flags --example feature_flags --features launchdarkly` runs it on the embedded engine, with no set-up.

#![expect(clippy::print_stdout, reason = "the program shows what it does")]

use std::error::Error;
use std::sync::Arc;

use dyno_core::Store;
use dyno_flags::launchdarkly::DynoDataStoreFactory;
use dyno_flags::{Descriptor, FeatureStore, Kind};
use launchdarkly_server_sdk::{
    Client, ConfigBuilder, ContextBuilder, NullEventProcessorBuilder, PersistentDataStoreBuilder,
};
use serde_json::json;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = Store::embedded()?;
    let flags = FeatureStore::new(&store, "launchdarkly").prefix("production");
    flags.ensure_table().await?;

    println!("Initialised: {}", flags.initialized().await?);
    flags
        .init([
            (Kind::Segment, "testers", testers(1)),
            (Kind::Flag, "dark-mode", dark_mode(1, true)),
        ])
        .await?;
    println!("Initialised: {}", flags.initialized().await?);

    let client = client(store)?;
    for user in ["ada", "ben"] {
        println!("Dark mode for {user}: {}", is_dark(&client, user)?);
    }

    println!("An older version is written: {}", upsert(&flags, 1).await?);
    println!("A newer version is written: {}", upsert(&flags, 2).await?);
    println!("Dark mode for ada: {}", is_dark(&client, "ada")?);

    flags.delete(Kind::Flag, "dark-mode", 3).await?;
    let all = flags.all(Kind::Flag).await?;
    println!(
        "Flags with tombstones: {}, without: {}",
        all.len(),
        all.live().len()
    );
    client.close();
    Ok(())
}

/// A client that reads the table and asks nobody else. Over a network its store needs connections of its own: there, make it in
/// `connect`, with `Store::from_env().await?`.
fn client(store: Store) -> Result<Client, Box<dyn Error>> {
    let factory = DynoDataStoreFactory::connect(move || {
        let flags = FeatureStore::new(&store, "launchdarkly").prefix("production");
        async { Ok::<_, dyno_core::Error>(flags) }
    });
    let mut store = PersistentDataStoreBuilder::new(Arc::new(factory));
    store.no_caching();
    let config = ConfigBuilder::new("no key is needed")
        .daemon_mode(true)
        .data_store(&store)
        .event_processor(&NullEventProcessorBuilder::new())
        .build()?;
    let client = Client::build(config)?;
    client.start_with_default_executor();
    Ok(client)
}

fn is_dark(client: &Client, user: &str) -> Result<bool, String> {
    let context = ContextBuilder::new(user).build()?;
    Ok(client.bool_variation(&context, "dark-mode", false))
}

/// Turns the flag off.
async fn upsert(flags: &FeatureStore, version: u64) -> dyno_flags::Result<bool> {
    let flag = dark_mode(version, false);
    flags.upsert(Kind::Flag, "dark-mode", flag).await
}

/// On for testers.
fn dark_mode(version: u64, on: bool) -> Descriptor {
    let clause = json!({
        "contextKind": "user", "attribute": "", "op": "segmentMatch", "values": ["testers"], "negate": false,
    });
    let flag = json!({
        "key": "dark-mode", "version": version, "on": on, "salt": "", "variations": [false, true],
        "fallthrough": {"variation": 0}, "offVariation": 0, "prerequisites": [], "targets": [], "trackEvents": false,
        "rules": [{"id": "testers", "variation": 1, "clauses": [clause], "trackEvents": false}],
        "clientSideAvailability": {"usingMobileKey": false, "usingEnvironmentId": false},
    });
    Descriptor::new(version, flag.to_string())
}

fn testers(version: u64) -> Descriptor {
    let segment = json!({
        "key": "testers", "version": version, "included": ["ada"], "excluded": [], "rules": [], "salt": "",
    });
    Descriptor::new(version, segment.to_string())
}
