//! Eventually consistent reads that show the past.

use std::{fmt, sync::Arc};

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::{
    connector_metadata::ConnectorMetadata,
    http::{HttpClient, HttpConnector, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use crate::{
    batch::merge,
    layer::{Layer, connect},
    replica::{Link, Replica},
    touched::is_write,
    wire,
};

/// One of so many eventually consistent reads is answered from the newest state.
const REPLICAS: usize = 3;

/// An HTTP client whose eventually consistent reads are answered from older states.
///
/// DynamoDB keeps three copies of an item, and answers a read without `ConsistentRead` from any of
/// them. The embedded engine has one copy, so a program that reads what it has just written passes
/// its tests and fails in production. This client keeps a second database that follows the first
/// one: what a write changes arrives there later, for each item at another time, so that a batch
/// or a query may show one item new and another one old. Versions of one item arrive in their
/// order, and some are never seen. Two thirds of the reads go to the second database, the
/// others to the first, so a later read can show an older state, as it can in DynamoDB.
///
/// This concerns `GetItem`, `BatchGetItem`, `Query` and `Scan`, with their projections, filters and
/// indexes. Consistent reads and `TransactGetItems` always show the newest state.
///
/// How old the answers are follows from the seed.
///
/// # What it has to see
///
/// Writers use the same client, or one wrapped in a clone of this: a change that passes by is never
/// seen by eventually consistent reads, and neither is what a statement of `PartiQL` changes. A
/// table is copied when it is first used, whatever is in it.
///
/// It sends requests of its own: a read before the first write of an item, and one after each
/// write. They are not part of a transaction with it, so a version between two concurrent writes
/// may be left out. Put it next to the engine, below a [`Schedule`](crate::Schedule) and a
/// [`Recorder`](crate::Recorder), which then see only the requests of the program. They carry the
/// headers of those of the program, so their signatures are wrong: use it on engines that do not
/// check them, such as the embedded one.
///
/// # Example: a read after a write
///
/// ```
/// use aws_sdk_dynamodb::types::AttributeValue;
/// use dyno_embedded::Engine;
/// use dyno_testkit::{StaleReads, create_table, wrap};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut missed = 0;
/// for seed in 0..10 {
///     let engine = Engine::in_memory()?.inline();
///     create_table(&engine.client(), "Users", "ID", None).await?;
///     let replica = Engine::in_memory()?.inline().http_client();
///     let stale = StaleReads::new(engine.http_client(), replica, seed);
///     let client = wrap(&engine.client(), |_| stale.clone());
///
///     let id = AttributeValue::S("ada".into());
///     client.put_item().table_name("Users").item("ID", id.clone()).send().await?;
///     let get = client.get_item().table_name("Users").key("ID", id);
///     assert!(get.clone().consistent_read(true).send().await?.item.is_some());
///     missed += usize::from(get.clone().send().await?.item.is_none());
///     stale.catch_up().await;
///     assert!(get.send().await?.item.is_some(), "in the end it is there");
/// }
/// assert!((1..10).contains(&missed), "sometimes it is not there at first");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct StaleReads {
    leader: SharedHttpClient,
    replica: SharedHttpClient,
    seed: u64,
    state: Arc<Mutex<Replica>>,
}

impl StaleReads {
    /// Follows one database by another one, which is empty and used for nothing else.
    pub fn new(leader: SharedHttpClient, replica: SharedHttpClient, seed: u64) -> Self {
        Self {
            leader,
            replica,
            seed,
            state: Arc::new(Mutex::new(Replica::new(seed))),
        }
    }

    /// Lets everything that was written until now be seen by every read that follows.
    ///
    /// It stands for the time that passes between the steps of a test.
    pub async fn catch_up(&self) {
        self.state.lock().await.catch_up();
    }

    /// Returns the seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }
}

impl fmt::Display for StaleReads {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "stale reads of seed {}", self.seed)
    }
}

impl HttpClient for StaleReads {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let layer = Following {
            replica: self.replica.http_connector(settings, components),
            state: Arc::clone(&self.state),
        };
        connect(
            &Arc::new(layer),
            self.leader.http_connector(settings, components),
        )
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.leader.connector_metadata()
    }
}

#[derive(Debug)]
struct Following {
    replica: SharedHttpConnector,
    state: Arc<Mutex<Replica>>,
}

type Answered = Result<HttpResponse, ConnectorError>;

impl Layer for Following {
    async fn answer(
        self: Arc<Self>,
        leader: SharedHttpConnector,
        request: HttpRequest,
    ) -> Answered {
        let body = wire::body(&request);
        match wire::operation(&request) {
            operation if is_write(operation) => self.write(&leader, &request, &body).await,
            "GetItem" | "Query" | "Scan" if !is_consistent(&body) => {
                let table = body.get("TableName").and_then(Value::as_str);
                let tables = table.map(str::to_owned).into_iter().collect();
                self.read(&leader, &request, tables).await
            }
            "BatchGetItem" => self.read_batch(&leader, &request, &body).await,
            "DeleteTable" => self.delete_table(&leader, &request, &body).await,
            _ => leader.call(request).await,
        }
    }
}

impl Following {
    fn link<'a>(&'a self, leader: &'a SharedHttpConnector, like: &'a HttpRequest) -> Link<'a> {
        Link {
            leader,
            replica: &self.replica,
            like,
        }
    }

    async fn write(
        &self,
        leader: &SharedHttpConnector,
        request: &HttpRequest,
        body: &Value,
    ) -> Answered {
        let link = self.link(leader, request);
        let operation = wire::operation(request);
        let begun = self
            .state
            .lock()
            .await
            .begin_write(&link, operation, body)
            .await?;
        let answer = leader.call(wire::copy(request)?).await;
        self.state.lock().await.end_write(&link, &begun).await?;
        answer
    }

    async fn read(
        &self,
        leader: &SharedHttpConnector,
        request: &HttpRequest,
        tables: Vec<String>,
    ) -> Answered {
        let link = self.link(leader, request);
        let mut state = self.state.lock().await;
        for table in &tables {
            if !state.follow(&link, table).await? {
                drop(state);
                // The engine says what is wrong with it.
                return leader.call(wire::copy(request)?).await;
            }
        }
        state.advance(&link, &tables).await?;
        if state.random().below(REPLICAS) == 0 {
            drop(state);
            return leader.call(wire::copy(request)?).await;
        }
        // Under the lock, so that nothing arrives between the items of one read.
        self.replica.call(wire::copy(request)?).await
    }

    /// Tables are read consistently or not, each as the batch says.
    async fn read_batch(
        &self,
        leader: &SharedHttpConnector,
        request: &HttpRequest,
        body: &Value,
    ) -> Answered {
        let Some(Value::Object(tables)) = body.get("RequestItems") else {
            return leader.call(wire::copy(request)?).await;
        };
        let consistent = tables.iter().filter(|(_, table)| is_consistent(table));
        let consistent: Map<_, _> = cloned(consistent);
        let eventual = tables.iter().filter(|(_, table)| !is_consistent(table));
        let eventual: Map<_, _> = cloned(eventual);
        if eventual.is_empty() {
            return leader.call(wire::copy(request)?).await;
        }
        let names = eventual.keys().cloned().collect();
        if consistent.is_empty() {
            return self.read(leader, request, names).await;
        }
        let part = wire::with_body(request, &with_tables(body, consistent))?;
        let (response, mut total) = wire::read(leader.call(part).await?).await?;
        if !response.status().is_success() {
            return Ok(response);
        }
        let part = wire::with_body(request, &with_tables(body, eventual))?;
        let (response, answer) = wire::read(self.read(leader, &part, names).await?).await?;
        if !response.status().is_success() {
            return Ok(response);
        }
        merge(&mut total, answer);
        wire::respond(200, &total)
    }

    async fn delete_table(
        &self,
        leader: &SharedHttpConnector,
        request: &HttpRequest,
        body: &Value,
    ) -> Answered {
        let (response, _) = wire::read(leader.call(wire::copy(request)?).await?).await?;
        if let (true, Some(table)) = (response.status().is_success(), body.get("TableName")) {
            let mut state = self.state.lock().await;
            state.forget(table.as_str().unwrap_or_default());
        }
        Ok(response)
    }
}

fn is_consistent(request: &Value) -> bool {
    request.get("ConsistentRead") == Some(&Value::Bool(true))
}

fn cloned<'a>(tables: impl Iterator<Item = (&'a String, &'a Value)>) -> Map<String, Value> {
    tables
        .map(|(name, table)| (name.clone(), table.clone()))
        .collect()
}

fn with_tables(body: &Value, tables: Map<String, Value>) -> Value {
    let mut body = body.clone();
    if let Some(body) = body.as_object_mut() {
        body.insert("RequestItems".to_owned(), Value::Object(tables));
    }
    body
}
