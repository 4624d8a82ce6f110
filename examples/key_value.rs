//! A key-value store: sessions that expire, a name that only one can have, a counter, and a job that runs once at a time.
//!
//! `cargo run --example key_value --features kv`
#![expect(clippy::print_stdout, reason = "it shows what it does")]

use std::time::Duration;

use dyno::Store;
use dyno::kv::{Error, Kv, Serde};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, Serialize)]
struct Session {
    user: String,
    roles: Vec<String>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let kv = Kv::new(&Store::embedded()?, "CRMTable")
        .global_index("by_user", "user", "created")
        .on_request(|request| {
            let key = request.key().unwrap_or_default();
            println!("    {} {}/{key}", request.operation(), request.partition());
        });
    kv.ensure_table().await?;

    println!("A session, for half an hour");
    let sessions = kv.partition("sessions");
    let session = Session {
        user: "ada".into(),
        roles: vec!["admin".into()],
    };
    sessions
        .put("s1", Serde(&session))
        .ttl(Duration::from_mins(30))
        .fields([("user", "ada"), ("created", "2026-11-22T06:25")])
        .await?;
    let record = sessions.get("s1").consistent().await?;
    println!(
        "  {:?}, until {:?}",
        record.get::<Session>()?,
        record.expires()
    );
    let of_ada = kv.global("by_user", "ada").list("2026-11").await?;
    println!("  {} of ada in November", of_ada.len());

    println!("A name, for whoever is first");
    let names = kv.partition("names");
    let first = names.create("lovelace", "ada").await?;
    match names.create("lovelace", "ken").await {
        Err(Error::Exists { present, .. }) => println!("  taken by {}", present.text()?),
        other => println!("  {other:?}"),
    }
    let second = names.compare_and_put(&first, "ada, countess").await?;
    println!("  version {} is {:?}", second.version(), second.text()?);

    println!("A job, one at a time");
    let jobs = kv.partition("jobs");
    let guard = jobs.lock("export", Duration::from_secs(10)).await?;
    let other = jobs.lock("export", Duration::from_secs(10)).try_now();
    println!("  somebody else: {}", other.await.is_ok());
    jobs.put("export/last", "2026-11-22").fenced(&guard).await?;
    println!("  under token {}", guard.token());
    guard.release().await?;
    println!("  exports: {}", jobs.counter("exports").add(1).await?);

    println!("All jobs");
    let mut records = jobs.list("export").into_stream();
    while let Some(record) = records.next().await {
        let record = record?;
        let what = if record.is_lock() {
            "lock"
        } else {
            record.text()?
        };
        println!("  {}: {what}", record.key());
    }
    Ok(())
}
