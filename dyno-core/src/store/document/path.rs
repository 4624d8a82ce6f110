use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::{FieldPath, Item, Segment};

use super::documents::Documents;
use super::handle::Document;
use super::open::Options;
use crate::error::{Error, ErrorKind, Result, not_found, path_not_found};
use crate::key::Key;
use crate::loader::ConfigLoader;
use crate::plan::{self, Route};
use crate::shape::Kind;
use crate::store::drive;
use crate::store::operation::{Operation, Pending};
use crate::untyped::{DocumentPath, DocumentValue, Match, Parsed};

/// Reads every value of a document that a path finds, with its place.
///
/// A path that names one place (`$.location.city`), of a shape that declares shards, sends one `BatchGetItem` of the
/// root and the shard that holds the value, or one `GetItem`. Any other path (`$..city`, `$.lines[?@.price > 10]`),
/// or shape, reads the whole document as [`Read`](crate::document::Read) does.
///
/// Nothing found is an empty list. Queries see the document as JSON.
///
/// # Errors
///
/// [`ErrorKind::InvalidPath`] if the text is not JSONPath, with the position, or the path goes into dyno's own
/// attributes; and those of [`Read`](crate::document::Read).
#[must_use = "nothing is read until it is awaited"]
pub struct ReadPath {
    documents: Documents,
    key: Key,
    path: DocumentPath,
    options: Options,
}

impl ReadPath {
    pub(super) fn new(documents: Documents, key: Key, path: DocumentPath) -> Self {
        Self {
            documents,
            key,
            path,
            options: Options::default(),
        }
    }

    /// Uses this loader instead of the documents' and the store's.
    pub fn loader(mut self, loader: impl ConfigLoader) -> Self {
        self.options.loader = Some(Arc::new(loader));
        self
    }

    /// Reads at half the cost; the values may be a little old.
    pub fn eventual(mut self) -> Self {
        self.options.eventual = true;
        self
    }

    async fn run(self) -> Result<Vec<Match>> {
        let Self {
            documents,
            key,
            path,
            options,
        } = self;
        let operation = documents.operation(READ, options.loader.clone())?;
        let read = async {
            let path = path.parse()?;
            if let Parsed::Place(place) = &path {
                Route::of(&operation.topology, place, None)?;
                if documents.shape.has_shards() {
                    let found = operation.load_value(&key, place, !options.eventual).await?;
                    return Ok(found.into_iter().collect());
                }
            }
            let opened = documents.open(READ, &key, &options).await?;
            Ok(path.find(&opened.ok_or_else(not_found)?.item))
        };
        read.await.map_err(operation.explain(Some(&key)))
    }
}

/// Writes a value to every place of a document that a path finds.
///
/// A path that names one place, of a shape that declares shards, is written without reading: one `TransactWriteItems`
/// of the root and the shard that holds the value, or one `UpdateItem` of the root; see
/// [`WritePath`](crate::WritePath) for when it is not. The place need not exist, what is around it must. Any other
/// path, or shape, reads the whole document, sets all that is found, and saves once, if nobody else saved in between;
/// tried again a few times. Of places inside each other the outermost is written.
///
/// JSON is written as it is: a string where binary or a set is stored replaces it. Give an `AttributeValue` for
/// those. What is written without reading is encrypted if the loader says so, not because something encrypted was
/// there.
///
/// The answer is the places that were written; none where a query found nothing, and then nothing is sent.
///
/// # Cancel safety
///
/// A write that is dropped before its end may have been applied or not; read the document to see.
///
/// # Errors
///
/// [`ErrorKind::InvalidPath`] if the text is not JSONPath, with the position, or the path leads to a key or one of
/// dyno's own attributes; [`ErrorKind::InvalidValue`] if the value has no form in DynamoDB, or a shard would be
/// replaced by something that is not a map; [`ErrorKind::NotFound`], [`ErrorKind::PathNotFound`], and those of
/// [`Save`](crate::Save).
#[must_use = "nothing is written until it is awaited"]
pub struct WritePath {
    documents: Documents,
    key: Key,
    path: DocumentPath,
    value: DocumentValue,
    loader: Option<Arc<dyn ConfigLoader>>,
}

impl WritePath {
    pub(super) fn new(
        documents: Documents,
        key: Key,
        path: DocumentPath,
        value: DocumentValue,
    ) -> Self {
        Self {
            documents,
            key,
            path,
            value,
            loader: None,
        }
    }

    /// Uses this loader instead of the documents' and the store's.
    pub fn loader(mut self, loader: impl ConfigLoader) -> Self {
        self.loader = Some(Arc::new(loader));
        self
    }

    async fn run(self) -> Result<Vec<FieldPath>> {
        let Self {
            documents,
            key,
            path,
            value,
            loader,
        } = self;
        let operation = documents.operation(WRITE, loader.clone())?;
        let written = async {
            let path = path.parse()?;
            let value = attribute(&path, &value)?;
            if let Parsed::Place(place) = &path {
                operation.check_place(place, &value)?;
                let alone = documents.shape.has_shards()
                    && operation
                        .write_blind(&key, place, Some(&value))
                        .await
                        .map_err(|error| error.at_place(place))?;
                if alone {
                    return Ok(vec![place.clone()]);
                }
            }
            let options = Options {
                loader,
                ..Options::default()
            };
            write_found(documents, &key, &path, &value, options).await
        };
        written.await.map_err(operation.explain(Some(&key)))
    }
}

/// Reads, sets and saves, until nobody else saves in between.
async fn write_found(
    documents: Documents,
    key: &Key,
    path: &Parsed,
    value: &AttributeValue,
    options: Options,
) -> Result<Vec<FieldPath>> {
    const MOST_ATTEMPTS: u32 = 8;
    let mut attempt = 0;
    loop {
        attempt += 1;
        let opened = documents.open(WRITE, key, &options).await?;
        let opened = opened.ok_or_else(not_found)?;
        let mut document =
            Document::opened(documents.clone(), key.clone(), options.clone(), opened);
        let places = document.set_parsed(path, value)?;
        if places.is_empty() {
            return Ok(places);
        }
        match document.save_as(WRITE).await {
            Err(error) if error.kind() == ErrorKind::Conflict && attempt < MOST_ATTEMPTS => {
                drive::pause(attempt).await?;
            }
            saved => return saved.map(|()| places),
        }
    }
}

/// The value to be written.
pub(super) fn attribute(path: &Parsed, value: &DocumentValue) -> Result<AttributeValue> {
    value.to_attribute().map_err(|error| match path {
        Parsed::Place(place) => error.under_path(place).into(),
        Parsed::Query(_) => error.into(),
    })
}

/// Sets every place that a path finds.
pub(super) fn set_all(
    operation: &Operation,
    item: &mut Item,
    path: &Parsed,
    value: &AttributeValue,
) -> Result<Vec<FieldPath>> {
    let places = path.targets(item);
    for place in &places {
        operation.check_place(place, value)?;
    }
    let mut changed = item.clone();
    for place in &places {
        if !plan::set_value(&mut changed, place, Some(value.clone())) {
            return Err(path_not_found().at_path(place.clone()));
        }
    }
    *item = changed;
    Ok(places)
}

impl Operation {
    /// The value at a place, or the element of a set.
    async fn load_value(
        &self,
        key: &Key,
        place: &FieldPath,
        consistent: bool,
    ) -> Result<Option<Match>> {
        let value = match self.load_path(key, place, consistent).await {
            Ok((value, _)) => value,
            // A list of shards ends before the index.
            Err(error) if error.kind() == ErrorKind::PathNotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        if let Some(value) = value {
            return Ok(Some(Match::at(place, value)));
        }
        let mut around = place.clone();
        let Some(Segment::Index(index)) = around.pop() else {
            return Ok(None);
        };
        // An element of a set has no place in DynamoDB.
        let (set, _) = self.load_path(key, &around, consistent).await?;
        Ok(set.and_then(|set| Match::in_set(place, &set, index)))
    }

    /// Refuses a place that is not the document's, and a value that cannot stand there.
    fn check_place(&self, path: &FieldPath, value: &AttributeValue) -> Result<()> {
        let route = Route::of(&self.topology, path, None)?;
        let refuse = |kind, why: String| Err(Error::new(kind, why).at_path(path.clone()));
        if let (Some(shard), [Segment::Key(name), ..]) = (&route.shard, route.inside.segments()) {
            let keys = [Some(shard.table.key_name()), shard.table.sort_name()];
            if keys.contains(&Some(name)) {
                let why = format!(
                    "a key of table `{}`, which holds the shard's place and cannot be changed",
                    shard.table.name()
                );
                return refuse(ErrorKind::InvalidPath, why);
            }
        }
        let at_shard = route.shard.is_some() && route.inside.is_root();
        let is_map = matches!(value, AttributeValue::M(_) | AttributeValue::Null(_));
        if at_shard && !is_map && matches!(route.kind, Some(Kind::Object(_))) {
            let why = format!(
                "declared as a shard, which is a map, found {}; a null says that there is none",
                dyno_value::type_name(value)
            );
            return refuse(ErrorKind::InvalidValue, why);
        }
        self.check_writable(path, &route, Some(value))
    }
}

impl Error {
    /// The error at this place, if it names none.
    fn at_place(self, place: &FieldPath) -> Self {
        match self.path() {
            Some(_) => self,
            None => self.at_path(place.clone()),
        }
    }
}

const READ: &str = "read a path of";
const WRITE: &str = "write a path of";

impl std::fmt::Debug for ReadPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadPath")
            .field("key", &self.key)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for WritePath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WritePath")
            .field("key", &self.key)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl IntoFuture for ReadPath {
    type Output = Result<Vec<Match>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl IntoFuture for WritePath {
    type Output = Result<Vec<FieldPath>>;
    type IntoFuture = Pending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}
