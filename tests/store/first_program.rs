//! The first program of the documentation, as it is written there.

use dyno::{ConfigLoader, DyObject, EncryptionKey, FieldPath, Item, Store};

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
    geolocation: GeoLocation,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Root", key = "ID", region = "us-east-2")]
struct Root {
    #[dyno(encrypt)]
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

async fn main() -> dyno::Result<()> {
    let store = Store::embedded()?.with_loader(Secrets {
        key: EncryptionKey::generate("k1")?,
    });
    store.ensure_tables::<Root>().await?;
    store.clone().install()?;

    let mut saved = Root {
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
    }
    .save()
    .await?;
    saved.location.city = "Kyoto".into();
    saved.save().await?;

    let root = Root::load(saved.key()).await?;
    assert_eq!(*root, *saved);
    let city: String = Root::read_path(saved.key(), Root::paths().location().city()).await?;
    assert_eq!(city, "Kyoto");
    Root::write_path(saved.key(), Root::paths().location().city(), "Nara").await?;
    assert_eq!(Root::load(saved.key()).await?.location.city, "Nara");
    Root::delete(saved.key()).await?;
    Ok(())
}

#[tokio::test]
async fn it_runs_as_it_is_written() {
    main().await.unwrap();
    let again = dyno_testbed::store().install().unwrap_err();
    assert_eq!(again.kind(), dyno::ErrorKind::AlreadyInstalled);
}
