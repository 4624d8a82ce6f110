//! The first program: an object with shards and encrypted fields, saved, changed, read and deleted.
//!
//! `cargo run --example quickstart` runs it on the embedded engine, with no set-up.

#![expect(clippy::print_stdout, reason = "the program shows what it does")]

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{ConfigLoader, DyObject, EncryptionKey, FieldPath, Item, Store};
use dyno_testkit::{Recorder, dump};

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Shard1", key = "IDX")]
struct BirthDetails {
    hospital: String,
    dob: String,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Shard3", key = "IDX")]
struct GeoLocation {
    latitude: f64,
    longitude: f64,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Shard2", key = "IDX")]
struct Location {
    city: String,
    country: String,
    #[dyno(shard)]
    geolocation: GeoLocation, // a shard inside a shard
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Root", key = "ID", region = "us-east-2")]
struct Root {
    #[dyno(encrypt)] // the loader must give a key, or the save is refused
    firstname: String,
    lastname: String,
    #[dyno(shard)]
    location: Location,
    #[dyno(shard)]
    birth_details: BirthDetails,
}

struct Secrets {
    key: EncryptionKey,
}

impl ConfigLoader for Secrets {
    fn encryption_key(&self, path: &FieldPath, _object: &Item) -> Option<EncryptionKey> {
        let secret = [
            "firstname",
            "birth_details.hospital",
            "birth_details.dob",
            "location.city",
        ];
        secret.iter().any(|s| path == *s).then(|| self.key.clone())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let requests = Recorder::new();
    let store = Store::embedded()? // or Store::from_env().await?
        .with_loader(Secrets {
            key: EncryptionKey::generate("k1")?,
        })
        .with_interceptor(requests.clone());
    store.ensure_tables::<Root>().await?; // Root, Shard1, Shard2, Shard3
    store.clone().install()?; // the store that Root::load(..) and save() use
    requests.take();

    let john = Root {
        firstname: "John".into(),
        lastname: "Smith".into(),
        location: Location {
            city: "Osaka".into(),
            country: "Japan".into(),
            geolocation: GeoLocation {
                latitude: 34.6937,
                longitude: 135.5023,
            },
        },
        birth_details: BirthDetails {
            hospital: "Kosei Nenkin".into(),
            dob: "12/2/1995".into(),
        },
    };
    println!("The object\n\n{john:#?}\n");

    let mut saved = john.save().await?; // Saved<Root>: the object, its key and its version
    show_requests("Saved as a new object", &requests);
    show_tables(&store).await?;
    requests.take();

    saved.location.city = "Kyoto".into();
    saved.save().await?; // writes the root and the one shard that changed
    show_requests("Saved with one shard changed", &requests);

    let root = Root::load(saved.key()).await?; // one round trip, verified
    show_requests("Loaded", &requests);
    assert_eq!(*root, *saved);

    let city: String = Root::read_path(saved.key(), Root::paths().location().city()).await?;
    show_requests("Read the path location.city", &requests);
    assert_eq!(city, "Kyoto");

    Root::write_path(saved.key(), Root::paths().location().city(), "Nara").await?;
    show_requests("Wrote the path location.city", &requests);

    let root = Root::load(saved.key()).await?;
    println!("\nThe object read back\n\n{:#?}\n", *root);
    requests.take();

    Root::delete(saved.key()).await?;
    show_requests("Deleted", &requests);
    Ok(())
}

fn show_requests(what: &str, requests: &Recorder) {
    let sent = requests.take();
    println!(
        "{what}: {} request{}",
        sent.len(),
        if sent.len() == 1 { "" } else { "s" }
    );
    for request in sent {
        println!("    {request}");
    }
}

/// Prints every stored item as it is: manifest, stamps and ciphertext.
async fn show_tables(store: &Store) -> Result<(), Box<dyn std::error::Error>> {
    println!("\nThe items, as they are stored\n");
    let client = store.client::<Root>()?;
    for table in ["Root", "Shard1", "Shard2", "Shard3"] {
        println!("{table}");
        for item in dump(&client, table).await? {
            let mut attributes: Vec<_> = item.iter().collect();
            attributes.sort_by_key(|(name, _)| *name);
            for (name, value) in attributes {
                println!("    {name:<12} {}", readable(value));
            }
        }
    }
    println!();
    Ok(())
}

fn readable(value: &AttributeValue) -> String {
    match value {
        AttributeValue::S(text) => format!("{text:?}"),
        AttributeValue::N(number) => number.clone(),
        AttributeValue::B(blob) => {
            let bytes = blob.as_ref();
            let shown: String = bytes
                .iter()
                .take(24)
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let more = if bytes.len() > 24 { ".." } else { "" };
            format!("<{} bytes {shown}{more}>", bytes.len())
        }
        AttributeValue::L(elements) => {
            let elements: Vec<_> = elements.iter().map(readable).collect();
            format!("[{}]", elements.join(", "))
        }
        AttributeValue::M(inner) => {
            let mut entries: Vec<_> = inner
                .iter()
                .map(|(name, value)| format!("{name}: {}", readable(value)))
                .collect();
            entries.sort();
            format!("{{{}}}", entries.join(", "))
        }
        other => format!("{other:?}"),
    }
}
