//! What is asked for, checked.

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment, encoding};
use sha2::{Digest as _, Sha256};

use super::expressions::Expressions;
use super::key_condition::KeyCondition;
use super::keys::Keys;
use super::partition::Partition;
use crate::error::Result;
use crate::expr::{Comparator, Condition, Node, Placeholders, Term, condition_text};
use crate::plan::{self, Expiry, Topology};
use crate::reserved;
use crate::shape::Shape;
use crate::store::cursor::{self, Course};
use crate::store::operation::Operation;

/// What is asked for, checked.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) keys: Keys,
    key: Option<KeyCondition>,
    filter: Option<Node>,
    /// The filter, and what else the service is told to leave out.
    sent_filter: Option<Node>,
    pub(super) descending: bool,
    /// The tags of several types that are found together, if they are.
    members: Vec<&'static str>,
}

impl Asked {
    /// # Errors
    ///
    /// The partition key is missing or none of the table, the sort condition does not fit it, or the filter looks at what
    /// the service does not see in the root's item.
    pub(super) fn of<T>(
        operation: &Operation,
        keys: Keys,
        partition: Option<Partition>,
        filter: Option<Condition<T>>,
    ) -> Result<Self> {
        let mut asked = Self {
            keys,
            key: None,
            filter: None,
            sent_filter: None,
            descending: false,
            members: Vec::new(),
        };
        if let Some(partition) = partition {
            asked.descending = partition.descending;
            asked.members.clone_from(&partition.members);
            asked.key = Some(KeyCondition::of(partition, keys)?);
            asked.check_index_keys(operation)?;
        }
        if let Some(filter) = filter {
            let filter = operation.condition_of_root(filter, &asked.known_keys(operation))?;
            keys.check_filter(&filter, asked.key.is_some())?;
            asked.sent_filter = Some(filter.clone());
            asked.filter = Some(filter);
        }
        Ok(asked)
    }

    /// The same without what expired.
    pub(super) fn living(mut self, expiry: &Expiry) -> Self {
        self.sent_filter = Some(match self.sent_filter {
            Some(filter) => Node::All(vec![expiry.lives(), filter]),
            None => expiry.lives(),
        });
        self
    }

    /// The same of nothing but roots of objects of the shape.
    pub(super) fn only_roots(mut self, shape: &'static Shape) -> Self {
        let root = is_root(shape, self.keys.beginnings(self.key.is_some()));
        let nodes = root.into_iter().chain(self.sent_filter);
        self.sent_filter = Some(Node::All(nodes.collect()));
        self
    }

    /// Refuses to show the service, as the key of an index, a value that stored objects keep sealed.
    fn check_index_keys(&self, operation: &Operation) -> Result<()> {
        if self.keys.index_name().is_none() {
            return Ok(());
        }
        let known = self.known_keys(operation);
        let table = operation.topology.table;
        for node in self.key_nodes() {
            let attribute = attribute_of(&node);
            let template = attribute
                .as_deref()
                .and_then(|name| self.keys.template_of(name));
            match (attribute, template) {
                // A key of the table is in clear, and need not be a field.
                (Some(name), _) if table.has_key(&name) => {}
                (_, Some(template)) => {
                    for field in template.fields() {
                        let field = Node::Exists(FieldPath::root().key(field));
                        operation.check_looks(&field, &known)?;
                    }
                }
                _ => operation.check_looks(&node, &known)?,
            }
        }
        Ok(())
    }

    /// What is asked of keys, one by one.
    fn key_nodes(&self) -> impl Iterator<Item = Node> {
        self.key.iter().flat_map(KeyCondition::nodes)
    }

    /// What is known of the keys of the objects.
    fn known_keys(&self, operation: &Operation) -> Item {
        let table = operation.topology.table;
        let told = self.key_nodes().filter_map(|node| match node {
            Node::Compare(Term::Field(path), Comparator::Equal, Term::Value(value)) => {
                Some((path, value))
            }
            _ => None,
        });
        let part = |(path, value): (FieldPath, AttributeValue)| match path.segments() {
            [Segment::Key(name)] if table.has_key(name) => Some((name.clone(), value)),
            _ => None,
        };
        told.filter_map(part).collect()
    }

    /// What cursors of it say.
    ///
    /// # Errors
    ///
    /// A value has no form in DynamoDB.
    pub(super) fn course(&self, topology: &Topology) -> Result<Course> {
        let hash = self.hash()?;
        Ok(match self.key {
            Some(_) => Course::query(topology, hash),
            None => Course::scan(topology, hash),
        })
    }

    /// What tells this from everything else that can be asked of the same table and type.
    fn hash(&self) -> Result<Vec<u8>> {
        const BYTES: usize = 16;
        let mut names = Placeholders::new();
        let key = self.key.as_ref().map(|key| key.text(&mut names));
        let filter = self.filter.as_ref();
        let filter = filter.map(|filter| condition_text(filter, &mut names));
        let text = |text: Option<String>| AttributeValue::S(text.unwrap_or_default());
        let (names, values) = names.into_parts();
        let names = names
            .into_iter()
            .map(|(of, name)| (of, AttributeValue::S(name)));
        let asked = Item::from([
            ("key".to_owned(), text(key)),
            ("filter".to_owned(), text(filter)),
            ("names".to_owned(), AttributeValue::M(names.collect())),
            ("values".to_owned(), AttributeValue::M(values)),
            (
                "descending".to_owned(),
                AttributeValue::Bool(self.descending),
            ),
        ]);
        let of_index = |name: &str| ("index".to_owned(), AttributeValue::S(name.to_owned()));
        let asked: Item = asked
            .into_iter()
            .chain(self.keys.index_name().map(of_index))
            .chain(self.of_members())
            .collect();
        let bytes = encoding::encode_item(&asked)?;
        let hash: [u8; 32] = Sha256::digest(&bytes).into();
        Ok(hash.into_iter().take(BYTES).collect())
    }

    /// Of which types the objects are, if of several.
    fn of_members(&self) -> Option<(String, AttributeValue)> {
        let tags = self.members.iter();
        let tags = tags.map(|tag| AttributeValue::S((*tag).to_owned()));
        let tags = AttributeValue::L(tags.collect());
        (!self.members.is_empty()).then(|| ("members".to_owned(), tags))
    }

    /// Refuses to go on in another partition than the one asked for.
    pub(super) fn check_start(&self, start: Option<&Item>) -> Result<()> {
        match (&self.key, start) {
            (Some(key), Some(start)) if !key.is_in_partition(start) => Err(cursor::invalid(
                "the cursor was changed: it holds a key of another partition than the query's",
            )),
            _ => Ok(()),
        }
    }

    pub(super) fn expressions(&self) -> Expressions {
        let mut names = Placeholders::new();
        let key_condition = self.key.as_ref().map(|key| key.text(&mut names));
        let filter = self.sent_filter.as_ref();
        let filter = filter.map(|filter| condition_text(filter, &mut names));
        let (names, values) = names.into_parts();
        Expressions {
            key_condition,
            filter,
            names,
            values,
        }
    }
}

/// The attribute that a condition on keys looks at.
fn attribute_of(node: &Node) -> Option<String> {
    let mut attribute = None;
    node.each_look(&mut |path, _| {
        if let [Segment::Key(name)] = path.segments() {
            attribute = Some(name.clone());
        }
    });
    attribute
}

/// What holds of exactly those items that are taken for roots of objects of the shape, whose keys begin so.
fn is_root(shape: &'static Shape, beginnings: Vec<Node>) -> Vec<Node> {
    let plain = match plan::plain_of_type(shape) {
        None => Node::missing(reserved::FORMAT),
        Some(of_type) => Node::All(vec![Node::missing(reserved::FORMAT), of_type]),
    };
    let managed = vec![Node::missing(reserved::STATE), plan::managed_of_type(shape)];
    let root = [
        Node::missing(reserved::STAMP),
        Node::missing(reserved::PIECE),
        Node::Any(vec![plain, Node::All(managed)]),
    ];
    root.into_iter().chain(beginnings).collect()
}
