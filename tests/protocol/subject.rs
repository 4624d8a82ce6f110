//! The objects that the exhaustive runs write.

use dyno::{DyObject, EncryptionKey, Key, Rules};

/// A type of objects, with one change that another client may make.
pub(crate) trait Subject: DyObject + Clone + PartialEq + std::fmt::Debug {
    fn sample() -> Self;
    fn touch(&mut self);

    /// The key of the one object of a run.
    fn key() -> Key {
        Key::from("k")
    }
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Map", key = "IDX")]
pub(crate) struct Map {
    pub(crate) scale: u64,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Place", key = "IDX")]
pub(crate) struct Place {
    pub(crate) city: String,
    pub(crate) visits: u64,
    #[dyno(shard)]
    pub(crate) map: Map,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Diary", key = "OWNER", sort = "SHARD")]
pub(crate) struct Diary {
    pub(crate) pages: Vec<String>,
}

/// An object with three shards: one inside another, one that may be absent and has the composite layout.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Trip", key = "ID")]
pub(crate) struct Trip {
    pub(crate) name: String,
    pub(crate) tags: Vec<String>,
    pub(crate) touched: u64,
    #[dyno(shard)]
    pub(crate) place: Place,
    #[dyno(shard)]
    pub(crate) diary: Option<Diary>,
}

impl Subject for Trip {
    fn sample() -> Self {
        Self {
            name: "Kansai".into(),
            tags: vec!["a".into(), "b".into()],
            touched: 0,
            place: Place {
                city: "Osaka".into(),
                visits: 0,
                map: Map { scale: 1 },
            },
            diary: Some(Diary {
                pages: vec!["arrived".into()],
            }),
        }
    }

    fn touch(&mut self) {
        self.touched += 1;
        self.place.visits += 10;
        self.place.map.scale += 10;
    }
}

/// A managed object in one item.
#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Secret", key = "ID")]
pub(crate) struct Secret {
    #[dyno(encrypt)]
    pub(crate) text: String,
    pub(crate) uses: u64,
}

impl Subject for Secret {
    fn sample() -> Self {
        Self {
            text: "open sesame".into(),
            uses: 0,
        }
    }

    fn touch(&mut self) {
        self.uses += 10;
    }
}

/// What the stores of a run encrypt.
pub(crate) fn rules() -> Rules {
    let key = EncryptionKey::generate("k").unwrap();
    let rules = Rules::new().encrypt(["name", "text", "place.city"], key);
    rules.unwrap()
}
