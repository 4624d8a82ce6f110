use std::collections::BTreeMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment, encoding};
use sha2::{Digest as _, Sha256};

use super::keys::Keys;
use super::selection::Partition;
use crate::error::{Error, ErrorKind, Result};
use crate::expr::{
    Comparator, Condition, Node, Placeholders, Term, condition_text, write_line, write_placeholders,
};
use crate::limits;
use crate::plan::{self, Expiry, Topology, same_key};
use crate::reserved;
use crate::shape::Shape;
use crate::store::cursor::{self, Course};
use crate::store::operation::Operation;

/// The request of a [`Scan`](crate::Scan) or [`Query`](crate::Query), as it is sent: expressions, and what their
/// placeholders stand for.
///
/// The same call gives the same text. `Display` is meant for people and shows values; `Debug` does not.
#[derive(Clone, PartialEq)]
pub struct Params {
    pub(super) operation: &'static str,
    pub(super) table: &'static str,
    pub(super) index: Option<&'static str>,
    pub(super) key_condition: Option<String>,
    pub(super) filter: Option<String>,
    pub(super) names: BTreeMap<String, String>,
    pub(super) values: BTreeMap<String, AttributeValue>,
    pub(super) descending: bool,
    pub(super) consistent: bool,
    pub(super) limit: Option<u32>,
    pub(super) counts: bool,
}

impl Params {
    /// `Query` or `Scan`.
    pub fn operation(&self) -> &str {
        self.operation
    }

    /// The table, by the name that its type gives it, without a [namespace](crate::Namespace).
    pub fn table(&self) -> &str {
        self.table
    }

    /// `IndexName`.
    pub fn index(&self) -> Option<&str> {
        self.index
    }

    /// `KeyConditionExpression`.
    pub fn key_condition(&self) -> Option<&str> {
        self.key_condition.as_deref()
    }

    /// `FilterExpression`.
    pub fn filter(&self) -> Option<&str> {
        self.filter.as_deref()
    }

    /// `ExpressionAttributeNames`.
    pub fn names(&self) -> &BTreeMap<String, String> {
        &self.names
    }

    /// `ExpressionAttributeValues`.
    pub fn values(&self) -> &BTreeMap<String, AttributeValue> {
        &self.values
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of table `{}`", self.operation, self.table)?;
        if let Some(index) = self.index {
            write!(f, ", index `{index}`")?;
        }
        write_line(f, "key condition", self.key_condition.clone())?;
        write_line(f, "filter", self.filter.clone())?;
        write_placeholders(f, &self.names, &self.values)?;
        let limit = self.limit.map(|limit| format!("limit {limit}"));
        let options = [
            self.descending.then(|| "descending".to_owned()),
            self.consistent.then(|| "consistent".to_owned()),
            self.counts.then(|| "counts".to_owned()),
            limit,
        ];
        write_line(f, "options", options.into_iter().flatten())
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Params")
            .field("operation", &self.operation)
            .field("table", &self.table)
            .field("index", &self.index)
            .field("key_condition", &self.key_condition)
            .field("filter", &self.filter)
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

/// What is asked for, checked.
#[derive(Clone)]
pub(super) struct Asked {
    keys: Keys,
    /// The partition key by attribute, if there is one.
    partition: Vec<(&'static str, AttributeValue)>,
    key: Option<Node>,
    filter: Option<Node>,
    descending: bool,
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
        partition: Option<&Partition>,
        filter: Option<Condition<T>>,
    ) -> Result<Self> {
        let mut asked = Self {
            keys,
            partition: Vec::new(),
            key: None,
            filter: None,
            descending: false,
            members: Vec::new(),
        };
        if let Some(partition) = partition {
            asked.add_partition(partition)?;
            asked.check_index_keys(operation)?;
        }
        if let Some(filter) = filter {
            let filter = operation.condition_of_root(filter, &asked.known_keys(operation))?;
            keys.check_filter(&filter, partition.is_some())?;
            asked.filter = Some(filter);
        }
        Ok(asked)
    }

    fn add_partition(&mut self, partition: &Partition) -> Result<()> {
        self.partition = match &partition.made {
            Some(made) => {
                self.keys.check_made_partition(made.attribute)?;
                let made = made.key.clone();
                let made = made.map_err(|why| Error::new(ErrorKind::InvalidKey, why))?;
                self.keys.partition_of(&[made])?
            }
            None => self.keys.partition_of(&partition.key)?,
        };
        let mut nodes: Vec<_> = self
            .partition
            .iter()
            .map(|(name, value)| Node::equal(name, value.clone()))
            .collect();
        if let Some(condition) = &partition.sort {
            nodes.extend(condition.nodes(self.keys)?);
        }
        self.members.clone_from(&partition.members);
        if nodes.len() == self.partition.len() && self.members.is_empty() {
            nodes.extend(self.keys.beginning_of_sort());
        }
        self.key = Some(match <[Node; 1]>::try_from(nodes) {
            Ok([one]) => one,
            Err(nodes) => Node::All(nodes),
        });
        self.descending = partition.descending;
        Ok(())
    }

    /// Refuses to show the service, as the key of an index, a value that stored objects keep sealed.
    fn check_index_keys(&self, operation: &Operation) -> Result<()> {
        if self.keys.index_name().is_none() {
            return Ok(());
        }
        let known = self.known_keys(operation);
        let table = operation.topology.table;
        for node in self.key_nodes() {
            let attribute = attribute_of(node);
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
                _ => operation.check_looks(node, &known)?,
            }
        }
        Ok(())
    }

    /// What is asked of keys, one by one.
    fn key_nodes(&self) -> &[Node] {
        match &self.key {
            Some(Node::All(nodes)) => nodes,
            Some(node) => std::slice::from_ref(node),
            None => &[],
        }
    }

    /// What is known of the keys of the objects.
    fn known_keys(&self, operation: &Operation) -> Item {
        let table = operation.topology.table;
        let told = self.key_nodes().iter().filter_map(|node| match node {
            Node::Compare(Term::Field(path), Comparator::Equal, Term::Value(value)) => {
                Some((path, value))
            }
            _ => None,
        });
        let part = |(path, value): (&FieldPath, &AttributeValue)| match path.segments() {
            [Segment::Key(name)] if table.has_key(name) => Some((name.clone(), value.clone())),
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
        let mut text = |node: &Option<Node>| {
            let text = node.as_ref().map(|node| condition_text(node, &mut names));
            AttributeValue::S(text.unwrap_or_default())
        };
        let (key, filter) = (text(&self.key), text(&self.filter));
        let (names, values) = names.into_parts();
        let names = names
            .into_iter()
            .map(|(of, name)| (of, AttributeValue::S(name)));
        let asked = Item::from([
            ("key".to_owned(), key),
            ("filter".to_owned(), filter),
            ("names".to_owned(), AttributeValue::M(names.collect())),
            (
                "values".to_owned(),
                AttributeValue::M(values.into_iter().collect()),
            ),
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
        let Some(start) = start else { return Ok(()) };
        let mut asked = self.partition.iter();
        let is_there = |(name, asked): &(&str, AttributeValue)| {
            start.get(*name).is_some_and(|found| same_key(found, asked))
        };
        if asked.all(is_there) {
            return Ok(());
        }
        Err(cursor::invalid(
            "the cursor was changed: it holds a key of another partition than the query's",
        ))
    }

    /// The request.
    ///
    /// # Errors
    ///
    /// An expression is longer than the service takes.
    pub(super) fn render(
        &self,
        operation: &Operation,
        consistent: bool,
        limit: Option<u32>,
        counts: bool,
        hidden: Option<&Expiry>,
    ) -> Result<Params> {
        let mut names = Placeholders::new();
        let filter = match (self.filter.clone(), hidden.map(Expiry::lives)) {
            (Some(filter), Some(lives)) => Some(Node::All(vec![lives, filter])),
            (filter, lives) => filter.or(lives),
        };
        let filter = match (filter, counts) {
            (filter, true) => {
                let shape = operation.topology.root;
                let root = is_root(shape, self.keys.beginnings(self.key.is_some()));
                Some(Node::All(root.into_iter().chain(filter).collect()))
            }
            (filter, false) => filter,
        };
        let mut text = |node: &Node| checked(condition_text(node, &mut names));
        let key_condition = self.key.as_ref().map(&mut text).transpose()?;
        let filter = filter.as_ref().map(&mut text).transpose()?;
        let (names, values) = names.into_parts();
        Ok(Params {
            operation: if key_condition.is_some() {
                "Query"
            } else {
                "Scan"
            },
            table: operation.topology.table.name(),
            index: self.keys.index_name(),
            key_condition,
            filter,
            names,
            values,
            descending: self.descending,
            consistent,
            limit,
            counts,
        })
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

fn checked(text: String) -> Result<String> {
    if text.len() <= limits::EXPRESSION_BYTES {
        return Ok(text);
    }
    let why = format!(
        "the condition has {} bytes as text, and the service takes {}; ask for less at once, or compare after loading",
        text.len(),
        limits::EXPRESSION_BYTES
    );
    Err(Error::new(ErrorKind::InvalidExpression, why))
}
