//! Page tokens: where a list goes on, as dynastore writes it.
//!
//! ```text
//! token  = base58( gzip( JSON "\n" ) )      Bitcoin alphabet
//! JSON   = { attribute: { "B": .., "BOOL": .., "BS": .., "L": .., "M": .., "N": .., "NS": .., "NULL": .., "S": .., "SS": .. } }
//! ```
//!
//! Members that are not used are null. The gzip stream of dynastore is flushed and not closed, so it ends in the middle;
//! ours is whole. Only the first JSON value is read, by both.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};

use dyno_core::{AttributeValue, Item};
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

/// More characters than any token has: keys of 6 KB at most, hardly compressed. Base58 takes the square of it.
const LONGEST: usize = 10 * 1024;
/// More bytes than any JSON in one has: each byte of the keys may be written as six.
const LARGEST: u64 = 64 * 1024;

/// One attribute, with the members of the SDK for Go in their order.
#[derive(Default, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
struct Member {
    #[serde(default)]
    b: Option<serde_json::Value>,
    #[serde(default)]
    bool: Option<serde_json::Value>,
    #[serde(default)]
    bs: Option<serde_json::Value>,
    #[serde(default)]
    l: Option<serde_json::Value>,
    #[serde(default)]
    m: Option<serde_json::Value>,
    #[serde(default)]
    n: Option<serde_json::Value>,
    #[serde(default)]
    ns: Option<serde_json::Value>,
    #[serde(default)]
    null: Option<serde_json::Value>,
    #[serde(default)]
    s: Option<String>,
    #[serde(default)]
    ss: Option<serde_json::Value>,
}

/// The keys of a record, as text.
pub(crate) type Keys = BTreeMap<String, String>;

/// # Errors
///
/// A key of the record is no text; which.
pub(crate) fn keys_of(last: &Item) -> Result<Keys, String> {
    let keys = last.iter().map(|(name, value)| match value {
        AttributeValue::S(text) => Ok((name.clone(), text.clone())),
        _ => Err(format!("key `{name}` is no text")),
    });
    keys.collect()
}

pub(crate) fn item_of(keys: Keys) -> Item {
    let keys = keys.into_iter();
    keys.map(|(name, text)| (name, AttributeValue::S(text)))
        .collect()
}

/// # Errors
///
/// Writing to memory fails, which it does not.
pub(crate) fn encode(keys: &Keys) -> std::io::Result<String> {
    let members: BTreeMap<_, _> = keys
        .iter()
        .map(|(name, text)| {
            let s = Some(text.clone());
            (
                name,
                Member {
                    s,
                    ..Member::default()
                },
            )
        })
        .collect();
    let mut json = serde_json::to_vec(&members)?;
    json.push(b'\n');
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&json)?;
    Ok(bs58::encode(gzip.finish()?).into_string())
}

/// # Errors
///
/// It is no token; why.
pub(crate) fn decode(token: &str) -> Result<Keys, String> {
    if token.len() > LONGEST {
        return Err("the text is longer than any page token".to_owned());
    }
    let no_token = |what: &str| format!("the text is no page token: {what}");
    let bytes = bs58::decode(token).into_vec();
    let bytes = bytes.map_err(|error| no_token(&format!("it is no base58, {error}")))?;
    let json = unzipped(&bytes).map_err(|why| no_token(&why))?;
    let mut values = serde_json::Deserializer::from_slice(&json).into_iter();
    let members: BTreeMap<String, Member> = match values.next() {
        Some(Ok(members)) => members,
        Some(Err(_)) => return Err(no_token("what is in it is no key")),
        None => return Err(no_token("there is nothing in it")),
    };
    let keys = members.into_iter().map(|(name, member)| {
        let Member {
            b,
            bool,
            bs,
            l,
            m,
            n,
            ns,
            null,
            s,
            ss,
        } = member;
        let others = [b, bool, bs, l, m, n, ns, null, ss];
        match s {
            Some(text) if others.iter().all(Option::is_none) => Ok((name, text)),
            _ => Err(format!("key `{name}` in the token is no text")),
        }
    });
    keys.collect()
}

/// What a gzip stream holds, as far as it goes: it may be cut, but not damaged.
fn unzipped(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut reader = GzDecoder::new(bytes).take(LARGEST + 1);
    let mut all = Vec::new();
    match reader.read_to_end(&mut all) {
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {}
        Err(error) => return Err(format!("it is no gzip, {error}")),
    }
    if u64::try_from(all.len()).is_ok_and(|length| length <= LARGEST) {
        Ok(all)
    } else {
        Err("it holds more than the keys of a record".to_owned())
    }
}

/// Whether these are the keys of a record of a list.
///
/// # Errors
///
/// They are not; why.
pub(crate) fn check(
    keys: &Keys,
    names: &BTreeSet<&str>,
    partition: (&str, &str),
    sort: Option<(&str, &str)>,
) -> Result<(), String> {
    let found: BTreeSet<_> = keys.keys().map(String::as_str).collect();
    if found != *names {
        let list = |names: &BTreeSet<&str>| {
            let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            quoted.join(", ")
        };
        return Err(format!(
            "the token is one of a list by other keys: it has {}, and this list has {}",
            list(&found),
            list(names)
        ));
    }
    let (name, wanted) = partition;
    if keys.get(name).is_none_or(|found| found != wanted) {
        return Err("the token is one of another partition".to_owned());
    }
    if let Some((name, prefix)) = sort
        && keys
            .get(name)
            .is_none_or(|found| !found.starts_with(prefix))
    {
        return Err("the token is one of a list with another prefix".to_owned());
    }
    if keys.values().any(String::is_empty) {
        return Err("a key in the token is empty".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Made by the predecessor's own test; its gzip stream is cut.
    const WELCOME: &str = "43hq9ZEtH5MmQ4HqcunoWHkJBoQUnu22Dsa1L9xdfG7ReiUJqPULC8AqoQxYg3jswJH4gGSncjrachbipBHxxmvTAryjUCj2sTomdzs8";

    fn keys(pairs: &[(&str, &str)]) -> Keys {
        let pairs = pairs.iter();
        pairs
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect()
    }

    fn zipped(json: &str) -> String {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
        gzip.write_all(json.as_bytes()).unwrap();
        bs58::encode(gzip.finish().unwrap()).into_string()
    }

    #[test]
    fn predecessor_02_the_token_of_dynastore_is_read() {
        assert_eq!(decode(WELCOME), Ok(keys(&[("id", "welcome")])));
    }

    #[test]
    fn predecessor_01_a_token_holds_what_the_one_of_dynastore_does() {
        let ours = encode(&keys(&[("id", "welcome")])).unwrap();
        let ours = bs58::decode(ours).into_vec().unwrap();
        let theirs = bs58::decode(WELCOME).into_vec().unwrap();
        let (ours, theirs) = (unzipped(&ours).unwrap(), unzipped(&theirs).unwrap());
        assert_eq!(String::from_utf8(ours), String::from_utf8(theirs));
    }

    #[test]
    fn only_the_first_value_counts_and_members_may_be_missing() {
        let text = r#"{"id":{"S":"a"},"name":{"S":"b","N":null,"New":1}} and more"#;
        assert_eq!(
            decode(&zipped(text)),
            Ok(keys(&[("id", "a"), ("name", "b")]))
        );
    }

    #[test]
    fn what_is_no_token_is_refused() {
        let bomb = zipped(&format!(r#"{{"id":{{"S":"{}"}}}}"#, "a".repeat(5_000_000)));
        assert!(bomb.len() < LONGEST, "{}", bomb.len());
        let cases = [
            ("0OIl", "base58"),
            ("abc", "nothing in it"),
            ("", "nothing in it"),
            ("2NEpo7TZRRrLZSi2U", "gzip"),
            (WELCOME.get(..60).unwrap(), "gzip"),
            (&zipped(r#"{"id":{"S""#), "no key"),
            (bomb.as_str(), "more than the keys"),
            (&"1".repeat(10_241), "longer than any"),
            (&zipped(""), "nothing in it"),
            (&zipped("[1]"), "no key"),
            (&zipped(r#"{"id":{"S":"a","N":"1"}}"#), "`id`"),
            (&zipped(r#"{"id":{"N":"1"}}"#), "`id`"),
            (&zipped(r#"{"id":{}}"#), "`id`"),
        ];
        for (text, why) in cases {
            let said = decode(text).unwrap_err();
            assert!(said.contains(why), "{text:.20}: {said}");
        }
    }

    #[test]
    fn a_token_of_another_list_is_refused() {
        let names = BTreeSet::from(["id", "name"]);
        let checked = |pairs: &[(&str, &str)]| {
            let found = keys(pairs);
            check(&found, &names, ("id", "p"), Some(("name", "a/")))
        };
        assert_eq!(checked(&[("id", "p"), ("name", "a/b")]), Ok(()));
        for (pairs, why) in [
            (&[("id", "q"), ("name", "a/b")][..], "another partition"),
            (&[("id", "p"), ("name", "b")], "another prefix"),
            (&[("id", "p")], "other keys"),
            (
                &[("id", "p"), ("name", "a/b"), ("created", "x")],
                "other keys",
            ),
        ] {
            assert!(checked(pairs).unwrap_err().contains(why));
        }
    }

    proptest! {
        #[test]
        fn what_is_encoded_is_decoded(
            keys in prop::collection::btree_map(".{1,20}", ".{0,200}", 1..4),
        ) {
            prop_assert_eq!(decode(&encode(&keys).unwrap()), Ok(keys));
        }

        #[test]
        fn any_text_is_a_token_or_none(text in ".{0,200}") {
            let _ = decode(&text);
        }

        #[test]
        fn any_cut_is_the_same_token_or_none(at in 0usize..105) {
            if let Ok(found) = decode(WELCOME.get(..at).unwrap()) {
                prop_assert_eq!(found, keys(&[("id", "welcome")]));
            }
        }
    }
}
