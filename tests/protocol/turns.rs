//! One request at a time, and whose it is follows from a seed.
//!
//! A request waits until every client waits or has finished. Then one of those that wait, or one that is late, is
//! chosen and goes to the engine. A batch of reads is as many requests as it has keys. A client that backs off sleeps
//! on the paused clock, which moves when nothing else does, so all others wait for it too: the run depends on nothing
//! but the seed.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::{HttpConnector as _, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use serde_json::{Map, Value, json};
use tokio::sync::{Notify, oneshot};

use crate::random::Random;
use crate::wire::{self, Answer};
use crate::work::Memory;

/// The clients of a run, and their turns. Clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Turns {
    run: Arc<Mutex<Run>>,
    /// A client waits or has finished.
    changed: Arc<Notify>,
    deaths: Vec<Arc<Notify>>,
}

#[derive(Debug, Default)]
struct Run {
    random: Random,
    /// How many of a hundred writes, and of three hundred reads, something happens to.
    mishaps: usize,
    waiting: BTreeMap<usize, oneshot::Sender<()>>,
    finished: usize,
    late: Vec<(SharedHttpConnector, HttpRequest)>,
    /// What the write that a client is at remembers.
    memories: BTreeMap<usize, Memory>,
    /// Nobody waits: a run is over or has not begun.
    is_idle: bool,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    AnswerLost,
    Conflict,
    Delivered,
    DiesAfter,
    DiesBefore,
    ErrorAfter,
    ErrorBefore,
    Late,
    NotDelivered,
    Repeated,
    Throttled,
    Twice,
}

impl Fate {
    const OF_READS: [Self; 4] = [
        Self::DiesBefore,
        Self::ErrorBefore,
        Self::NotDelivered,
        Self::Throttled,
    ];
    const OF_WRITES: [Self; 13] = [
        Self::AnswerLost,
        Self::AnswerLost,
        Self::Conflict,
        Self::DiesAfter,
        Self::DiesBefore,
        Self::ErrorAfter,
        Self::ErrorBefore,
        Self::Late,
        Self::Late,
        Self::NotDelivered,
        Self::Repeated,
        Self::Throttled,
        Self::Twice,
    ];
}

impl Fate {
    /// The same without what a write that remembers no more is known not to stand.
    fn spare(self, memory: Memory) -> Self {
        match (self, memory) {
            (Self::Repeated, Memory::FourEtags | Memory::OneVersion) => Self::Delivered,
            (Self::Late, Memory::FourEtags | Memory::OneVersion)
            | (Self::AnswerLost | Self::ErrorAfter, Memory::OneVersion) => Self::NotDelivered,
            (fate, _) => fate,
        }
    }
}

impl Turns {
    pub(crate) fn new(clients: usize) -> Self {
        let run = Run {
            is_idle: true,
            ..Run::default()
        };
        Self {
            run: Arc::new(Mutex::new(run)),
            changed: Arc::default(),
            deaths: (0..clients).map(|_| Arc::default()).collect(),
        }
    }

    /// A client whose requests wait for their turns.
    pub(crate) fn direct(&self, client: &Client, number: usize) -> Client {
        let turns = self.clone();
        wire::through(client, move |inner, request| {
            let turns = turns.clone();
            Box::pin(async move {
                if wire::operation(&request) == "BatchGetItem" {
                    turns.read_one_by_one(number, inner, &request).await
                } else {
                    turns.pass(number, inner, request).await
                }
            })
        })
    }

    /// Runs an operation of a client until it ends, or until the client dies: `None`.
    pub(crate) async fn live<T>(
        &self,
        number: usize,
        operation: impl Future<Output = T>,
    ) -> Option<T> {
        tokio::select! {
            biased;
            () = self.deaths[number].notified() => None,
            outcome = operation => Some(outcome),
        }
    }

    /// Says how the writes of a client are known to be applied from now on.
    pub(crate) fn remember(&self, number: usize, memory: Memory) {
        self.run.lock().unwrap().memories.insert(number, memory);
    }

    /// A client has no more operations.
    pub(crate) fn finish(&self) {
        self.run.lock().unwrap().finished += 1;
        self.changed.notify_one();
    }

    /// Begins a run.
    pub(crate) fn begin(&self, seed: u64, mishaps: usize) {
        *self.run.lock().unwrap() = Run {
            random: Random::new(seed),
            mishaps,
            ..Run::default()
        };
    }

    /// Gives turns until every client has finished and nothing is late any more.
    pub(crate) async fn conduct(&self) {
        loop {
            self.all_wait().await;
            let Some(next) = self.choose() else {
                break;
            };
            match next {
                Next::Client(turn) => turn.send(()).unwrap(),
                Next::Late(late) => drop(late.0.call(late.1).await),
            }
        }
        self.run.lock().unwrap().is_idle = true;
    }

    async fn all_wait(&self) {
        loop {
            {
                let run = self.run.lock().unwrap();
                if run.waiting.len() + run.finished == self.deaths.len() {
                    return;
                }
            }
            self.changed.notified().await;
        }
    }

    fn choose(&self) -> Option<Next> {
        let mut run = self.run.lock().unwrap();
        let choices = run.waiting.len() + run.late.len();
        if choices == 0 {
            return None;
        }
        let chosen = run.random.below(choices);
        if let Some(number) = run.waiting.keys().nth(chosen).copied() {
            return run.waiting.remove(&number).map(Next::Client);
        }
        let late = chosen - run.waiting.len();
        Some(Next::Late(Box::new(run.late.remove(late))))
    }

    /// Waits for a turn, and draws what becomes of the request then.
    async fn turn(&self, number: usize, writes: bool) -> Fate {
        let turn = {
            let mut run = self.run.lock().unwrap();
            if run.is_idle {
                return Fate::Delivered;
            }
            let (sender, turn) = oneshot::channel();
            run.waiting.insert(number, sender);
            turn
        };
        self.changed.notify_one();
        turn.await.unwrap();
        let run = &mut *self.run.lock().unwrap();
        let mishaps = run.mishaps;
        let limit = if writes { 100 } else { 300 };
        if run.random.below(limit) >= mishaps {
            return Fate::Delivered;
        }
        let fates: &[_] = if writes {
            &Fate::OF_WRITES
        } else {
            &Fate::OF_READS
        };
        let fate = fates[run.random.below(fates.len())];
        let memory = run.memories.get(&number).copied().unwrap_or_default();
        fate.spare(memory)
    }

    async fn pass(
        &self,
        number: usize,
        inner: SharedHttpConnector,
        request: HttpRequest,
    ) -> Answer {
        let fate = self.turn(number, wire::writes(&request)).await;
        match fate {
            Fate::Delivered => inner.call(request).await,
            Fate::NotDelivered => wire::broken(),
            Fate::AnswerLost => {
                drop(inner.call(request).await);
                wire::broken()
            }
            Fate::Twice => {
                drop(inner.call(wire::copy(&request)).await);
                inner.call(request).await
            }
            Fate::ErrorBefore => Ok(wire::refuse(500, "InternalServerError")),
            Fate::ErrorAfter => {
                drop(inner.call(request).await);
                Ok(wire::refuse(500, "InternalServerError"))
            }
            Fate::Throttled => Ok(wire::refuse(400, "ProvisionedThroughputExceededException")),
            Fate::Conflict => Ok(conflict(&request)),
            Fate::Repeated => {
                let copy = wire::copy(&request);
                let answer = inner.call(request).await;
                // A copy of a refused insert may be applied later, a known defect.
                if answer.as_ref().is_ok_and(|one| one.status().is_success()) {
                    self.run.lock().unwrap().late.push((inner, copy));
                }
                answer
            }
            Fate::Late => {
                self.run.lock().unwrap().late.push((inner, request));
                wire::broken()
            }
            Fate::DiesBefore => self.die(number).await,
            Fate::DiesAfter => {
                drop(inner.call(request).await);
                self.die(number).await
            }
        }
    }

    async fn die(&self, number: usize) -> Answer {
        self.deaths[number].notify_one();
        std::future::pending().await
    }

    /// Reads the keys of a batch in any order, with the requests of others between them.
    async fn read_one_by_one(
        &self,
        number: usize,
        inner: SharedHttpConnector,
        request: &HttpRequest,
    ) -> Answer {
        let mut keys = keys_of(&wire::body(request));
        self.run.lock().unwrap().random.shuffle(&mut keys);
        let mut responses: Map<String, Value> = Map::new();
        for (table, options, key) in keys {
            let mut asked = options;
            asked["Keys"] = json!([key]);
            let body = json!({"RequestItems": {table.clone(): asked}});
            let single = wire::with_body(request, &body);
            let response = self.pass(number, inner.clone(), single).await?;
            let (status, mut answer) = wire::read(response).await;
            if status != 200 {
                return Ok(wire::respond(status, &answer));
            }
            let found = answer["Responses"][&table].take();
            let list = responses.entry(table).or_insert_with(|| json!([]));
            if let (Value::Array(list), Value::Array(found)) = (list, found) {
                list.extend(found);
            }
        }
        Ok(wire::respond(
            200,
            &json!({"Responses": responses, "UnprocessedKeys": {}}),
        ))
    }
}

enum Next {
    Client(oneshot::Sender<()>),
    Late(Box<(SharedHttpConnector, HttpRequest)>),
}

/// The keys of a batch with their tables and the options of these, in an order that depends on them alone.
fn keys_of(body: &Value) -> Vec<(String, Value, Value)> {
    let mut keys = Vec::new();
    for (table, options) in body["RequestItems"].as_object().unwrap() {
        for key in options["Keys"].as_array().unwrap() {
            keys.push((table.clone(), options.clone(), key.clone()));
        }
    }
    keys.sort_by_key(|(table, _, key)| (table.clone(), key.to_string()));
    keys
}

/// The refusal of a write while another transaction holds an item.
fn conflict(request: &HttpRequest) -> HttpResponse {
    let body = wire::body(request);
    let Some(actions) = body["TransactItems"].as_array() else {
        return wire::refuse(400, "TransactionConflictException");
    };
    let reasons: Vec<_> = (0..actions.len())
        .map(|at| json!({"Code": if at == 0 { "TransactionConflict" } else { "None" }}))
        .collect();
    let error = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    wire::respond(
        400,
        &json!({"__type": error, "Message": "injected", "CancellationReasons": reasons}),
    )
}
