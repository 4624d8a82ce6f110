//! Laws of the mapper, on generated objects: what is saved is loaded, what changed is written, what is deleted leaves
//! nothing, whatever the loader encrypts.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash as _, Hasher as _};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno::{ConfigLoader, DyObject, EncryptionKey, ErrorKind, FieldPath, Item, KeyId, Store};
use dyno_testkit::{any_attribute_value, any_item, dump, normalize};
use proptest::prelude::*;

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Root", key = "ID")]
struct Root {
    text: String,
    #[dyno(rename = "größe")]
    number: i128,
    set: Option<BTreeSet<String>>,
    ratio: f64,
    list: Vec<Option<String>>,
    any: AttributeValue,
    choice: Choice,
    #[dyno(shard)]
    left: Option<Box<Branch>>,
    #[dyno(shard)]
    right: Option<Box<Branch>>,
    inline: Option<Inline>,
    #[dyno(flatten)]
    rest: BTreeMap<String, AttributeValue>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
#[dyno(table = "Branch", key = "OWNER", sort = "PLACE")]
struct Branch {
    label: String,
    any: BTreeMap<String, AttributeValue>,
    #[dyno(shard, rename = "a/b~#%")]
    left: Option<Box<Self>>,
    #[dyno(shard)]
    right: Option<Box<Self>>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
struct Inline {
    label: String,
    #[dyno(shard)]
    branch: Option<Branch>,
}

#[derive(DyObject, Clone, Debug, PartialEq)]
enum Choice {
    Nothing,
    Text {
        text: String,
    },
    Deeper {
        any: AttributeValue,
        more: Vec<Self>,
    },
}

type Boxed = Option<Box<Branch>>;

fn any_branch_around(left: Boxed, right: Boxed) -> impl Strategy<Value = Branch> {
    (any::<String>(), any_item()).prop_map(move |(label, any)| Branch {
        label,
        any: any
            .into_iter()
            .map(|(name, value)| (name, normalize(value)))
            .collect(),
        left: left.clone(),
        right: right.clone(),
    })
}

fn any_branch() -> impl Strategy<Value = Branch> {
    any_branch_around(None, None)
        .boxed()
        .prop_recursive(4, 8, 2, |inner| {
            let boxed = prop::option::of(inner.prop_map(Box::new));
            (boxed.clone(), boxed).prop_flat_map(|(left, right)| any_branch_around(left, right))
        })
}

fn any_choice() -> impl Strategy<Value = Choice> {
    let leaf = prop_oneof![
        Just(Choice::Nothing),
        any::<String>().prop_map(|text| Choice::Text { text }),
    ];
    leaf.prop_recursive(3, 6, 3, |inner| {
        (any_attribute_value(), prop::collection::vec(inner, 0..3)).prop_map(|(any, more)| {
            Choice::Deeper {
                any: normalize(any),
                more,
            }
        })
    })
}

fn any_rest() -> impl Strategy<Value = BTreeMap<String, AttributeValue>> {
    let taken = [
        "ID", "text", "größe", "set", "ratio", "list", "any", "choice", "left", "right", "inline",
    ];
    any_item().prop_map(move |item| {
        let free =
            |name: &str| !taken.contains(&name) && !name.starts_with("_dy_") && !name.is_empty();
        item.into_iter()
            .filter(|(name, _)| free(name))
            .map(|(name, value)| (name, normalize(value)))
            .collect()
    })
}

fn any_root() -> impl Strategy<Value = Root> {
    let digits = 10i128.pow(38) - 1;
    let scalars = (
        any::<String>(),
        prop_oneof![Just(digits), Just(-digits), Just(0), -digits..digits],
        prop::option::of(prop::collection::btree_set(any::<String>(), 1..4)),
        prop_oneof![Just(0.0), Just(-1.5e-120), Just(9.5e120), -1e15..1e15],
        prop::collection::vec(prop::option::of(any::<String>()), 0..4),
        any_attribute_value().prop_map(normalize),
    );
    let branch = || prop::option::of(any_branch().prop_map(Box::new));
    let inline = prop::option::of((any::<String>(), prop::option::of(any_branch())));
    (
        scalars,
        any_choice(),
        branch(),
        branch(),
        inline,
        any_rest(),
    )
        .prop_map(
            |((text, number, set, ratio, list, any), choice, left, right, inline, rest)| Root {
                text,
                number,
                set,
                ratio,
                list,
                any,
                choice,
                left,
                right,
                inline: inline.map(|(label, branch)| Inline { label, branch }),
                rest,
            },
        )
}

/// Encrypts about a third of all places, the same ones each time.
#[derive(Clone, Debug)]
struct Some3rd {
    seed: u64,
    key: EncryptionKey,
}

impl ConfigLoader for Some3rd {
    fn encryption_key(&self, path: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        let mut hash = DefaultHasher::new();
        (self.seed, path).hash(&mut hash);
        hash.finish().is_multiple_of(3).then(|| self.key.clone())
    }

    fn decryption_key(&self, _: &KeyId, _: &FieldPath, _: &Item) -> Option<EncryptionKey> {
        Some(self.key.clone())
    }
}

fn branches(branch: Option<&Branch>) -> usize {
    branch.map_or(0, |branch| {
        1 + branches(branch.left.as_deref()) + branches(branch.right.as_deref())
    })
}

/// The same values in one order: a set has none, and the engine returns it in another.
fn in_order(values: BTreeMap<String, AttributeValue>) -> BTreeMap<String, AttributeValue> {
    values
        .into_iter()
        .map(|(name, value)| (name, normalize(value)))
        .collect()
}

impl Choice {
    fn in_order(self) -> Self {
        match self {
            Self::Deeper { any, more } => Self::Deeper {
                any: normalize(any),
                more: more.into_iter().map(Self::in_order).collect(),
            },
            other => other,
        }
    }
}

impl Branch {
    fn in_order(self) -> Self {
        let inside = |branch: Boxed| branch.map(|branch| Box::new(branch.in_order()));
        Self {
            label: self.label,
            any: in_order(self.any),
            left: inside(self.left),
            right: inside(self.right),
        }
    }
}

impl Root {
    fn in_order(self) -> Self {
        let inside = |branch: Boxed| branch.map(|branch| Box::new(branch.in_order()));
        Self {
            any: normalize(self.any),
            choice: self.choice.in_order(),
            left: inside(self.left),
            right: inside(self.right),
            inline: self.inline.map(|inline| Inline {
                branch: inline.branch.map(Branch::in_order),
                ..inline
            }),
            rest: in_order(self.rest),
            ..self
        }
    }

    fn shards(&self) -> usize {
        let inline = self
            .inline
            .as_ref()
            .and_then(|inline| inline.branch.as_ref());
        branches(self.left.as_deref()) + branches(self.right.as_deref()) + branches(inline)
    }
}

async fn store(seed: u64) -> Store {
    let loader = Some3rd {
        seed,
        key: EncryptionKey::generate("k").unwrap(),
    };
    let store = dyno_testbed::store().with_loader(loader);
    store.ensure_tables::<Root>().await.unwrap();
    store
}

fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(test)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_is_saved_is_loaded(root in any_root(), seed: u64) {
        run(async {
            let store = store(seed).await;
            let saved = store.save(root.clone()).await.unwrap();
            let loaded = store.load::<Root>(saved.key()).await.unwrap();
            prop_assert_eq!(loaded.into_object().in_order(), root.clone());
            let stored = dump(&store.client::<Root>().unwrap(), "Branch").await.unwrap();
            prop_assert_eq!(stored.len(), root.shards());
            Ok(())
        })?;
    }

    #[test]
    fn what_changed_is_written_and_what_is_deleted_leaves_nothing(before in any_root(), after in any_root(), seed: u64) {
        run(async {
            let store = store(seed).await;
            let mut saved = store.save(before).await.unwrap();
            *saved = after.clone();
            saved.save().await.unwrap();
            let mut loaded = store.load::<Root>(saved.key()).await.unwrap();
            prop_assert_eq!(loaded.clone().into_object().in_order(), after.clone());
            let client = store.client::<Root>().unwrap();
            prop_assert_eq!(dump(&client, "Branch").await.unwrap().len(), after.shards());
            let stored = (dump(&client, "Root").await.unwrap(), dump(&client, "Branch").await.unwrap());
            loaded.save().await.unwrap();
            let again = (dump(&client, "Root").await.unwrap(), dump(&client, "Branch").await.unwrap());
            prop_assert_eq!(stored, again, "an unchanged object is not written");
            store.delete::<Root>(saved.key()).await.unwrap();
            prop_assert!(dump(&client, "Branch").await.unwrap().is_empty());
            prop_assert!(dump(&client, "Root").await.unwrap().is_empty());
            Ok(())
        })?;
    }

    #[test]
    fn a_replaced_object_leaves_nothing_of_the_old_one(before in any_root(), after in any_root(), key in any::<String>()) {
        prop_assume!(!key.is_empty() && key.len() < 200);
        run(async {
            let store = store(0).await;
            store.save(before).key(&key).await.unwrap();
            store.save(after.clone()).key(&key).await.unwrap();
            prop_assert_eq!(store.load::<Root>(&key).await.unwrap().into_object().in_order(), after.clone());
            let client = store.client::<Root>().unwrap();
            prop_assert_eq!(dump(&client, "Branch").await.unwrap().len(), after.shards());
            Ok(())
        })?;
    }

    #[test]
    fn an_empty_set_is_refused_wherever_it_stands(root in any_root(), at in 0usize..3) {
        run(async {
            let store = store(1).await;
            let empty = AttributeValue::Ss(vec![]);
            let mut wrong = root;
            match at {
                0 => wrong.any = empty,
                1 => wrong.choice = Choice::Deeper { any: empty, more: vec![] },
                _ => {
                    let any = BTreeMap::from([("x".to_owned(), empty)]);
                    wrong.left = Some(Box::new(Branch { label: String::new(), any, left: None, right: None }));
                }
            }
            let error = store.save(wrong).await.unwrap_err();
            prop_assert_eq!(error.kind(), ErrorKind::InvalidValue);
            let path = error.error().path().unwrap().to_string();
            prop_assert_eq!(path, ["any", "choice.any", "left.any.x"][at]);
            Ok(())
        })?;
    }
}
