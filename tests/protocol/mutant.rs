//! Mappers that do one thing wrong: their requests, or the answers to them, are changed on the wire.

use std::sync::atomic::{AtomicU64, Ordering};

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_types::base64;
use serde_json::{Value, json};

use crate::wire;

static TOKENS: AtomicU64 = AtomicU64::new(0);

/// What a mapper does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// It makes another token each time that it sends a transaction.
    ForgetsItsToken,
    /// It does not check that shards carry the stamps that the root names.
    IgnoresStamps,
    /// It does not delete shards.
    KeepsShards,
    /// Nothing.
    None,
    /// It writes over an object without asking for the etag that it loaded.
    OverwritesAnyEtag,
    /// It inserts without asking that nothing is there.
    OverwritesAnything,
    /// It writes an independent shard without asking for the version that it loaded.
    OverwritesAnyVersion,
    /// It writes a path in the root without asking that it has not done so already.
    WritesPathsAgain,
    /// It writes a path in a shard without asking that this is one item.
    WritesPathsInPieces,
}

impl Mutant {
    /// All but the one that does nothing wrong.
    pub(crate) const ALL: [Self; 8] = [
        Self::ForgetsItsToken,
        Self::IgnoresStamps,
        Self::KeepsShards,
        Self::OverwritesAnyEtag,
        Self::OverwritesAnything,
        Self::OverwritesAnyVersion,
        Self::WritesPathsAgain,
        Self::WritesPathsInPieces,
    ];

    /// Whether one client alone can be hurt by it.
    pub(crate) fn hurts_one_client(self) -> bool {
        // A single client never reads or writes between two writes of another. What hurts shelves, histories find sooner.
        self != Self::IgnoresStamps && !self.hurts_shelves_only()
    }

    /// Whether it does so only to what a shelf has and a book has not.
    pub(crate) fn hurts_shelves_only(self) -> bool {
        matches!(self, Self::OverwritesAnyVersion | Self::WritesPathsInPieces)
    }

    /// The client of such a mapper.
    pub(crate) fn apply(self, client: &Client) -> Client {
        if self == Self::None {
            return client.clone();
        }
        wire::through(client, move |inner, request| {
            let fresh = TOKENS.fetch_add(1, Ordering::Relaxed);
            Box::pin(async move {
                let mut body = wire::body(&request);
                self.change_request(&mut body, fresh);
                let response = inner.call(wire::with_body(&request, &body)).await?;
                let (status, mut answer) = wire::read(response).await;
                if self == Self::IgnoresStamps {
                    forge_stamps(&mut answer);
                }
                Ok(wire::respond(status, &answer))
            })
        })
    }

    fn change_request(self, body: &mut Value, fresh: u64) {
        if self == Self::ForgetsItsToken && body.get("ClientRequestToken").is_some() {
            body["ClientRequestToken"] = json!(format!("mutant-{fresh}"));
        }
        if let Some(Value::Array(actions)) = body.get_mut("TransactItems") {
            if self == Self::KeepsShards {
                let root = actions.remove(0);
                actions.retain(|action| action.get("Delete").is_none());
                actions.insert(0, root);
            }
            for action in actions {
                for (_, action) in action.as_object_mut().into_iter().flatten() {
                    self.change_action(action);
                }
            }
        } else {
            self.change_action(body);
        }
    }

    fn change_action(self, action: &mut Value) {
        let Some(condition) = action["ConditionExpression"].as_str() else {
            return;
        };
        let is_dropped = match self {
            Self::OverwritesAnyEtag => condition.ends_with("#t = :t"),
            Self::OverwritesAnyVersion => {
                action["ConditionExpression"] = json!(condition.replace(
                    "#i = :i AND #g = :g",
                    "(#i = :i OR #i <> :i) AND (#g = :g OR #g <> :g)"
                ));
                false
            }
            Self::WritesPathsInPieces => {
                let one = "begins_with(#m.#i, :b)";
                action["ConditionExpression"] =
                    json!(condition.replace(one, "#m <> :b AND attribute_exists(#m.#i)"));
                false
            }
            Self::OverwritesAnything => condition == "attribute_not_exists(#k)",
            Self::WritesPathsAgain => {
                let once = " AND #t <> :t AND NOT contains(#h, :t)";
                action["ConditionExpression"] = json!(condition.replace(once, ""));
                false
            }
            Self::ForgetsItsToken | Self::IgnoresStamps | Self::KeepsShards | Self::None => false,
        };
        if let (true, Some(action)) = (is_dropped, action.as_object_mut()) {
            action.remove("ConditionExpression");
            action.remove("ExpressionAttributeNames");
            action.remove("ExpressionAttributeValues");
        }
    }
}

/// Gives each shard of an answer the stamp that the root beside it names, so that whoever compares them is content.
fn forge_stamps(answer: &mut Value) {
    let items = || items_of(answer);
    let root = items().find(|item| item.get("_dy_shards").is_some());
    let Some(manifest) = root.and_then(|root| root["_dy_shards"]["M"].as_object().cloned()) else {
        return;
    };
    for item in items_of_mut(answer) {
        if item.get("_dy_stamp").is_none() {
            continue;
        }
        let values: Vec<_> = item.as_object().unwrap().values().cloned().collect();
        let is_key = |id: &str| {
            let ends = format!("/{id}");
            let text = |value: &Value| {
                value["S"]
                    .as_str()
                    .is_some_and(|text| text.ends_with(&ends))
            };
            values.iter().any(text)
        };
        // Of `a` and `b/a` both fit: the longest is meant.
        let ids = manifest.iter().filter(|(id, _)| is_key(id));
        if let Some((_, entry)) = ids.max_by_key(|(id, _)| id.len()) {
            let entry = base64::decode(entry["B"].as_str().unwrap()).unwrap();
            item["_dy_stamp"]["B"] = json!(base64::encode(&entry[1..9]));
        }
    }
}

fn items_of(answer: &Value) -> impl Iterator<Item = &Value> {
    let tables = answer["Responses"].as_object().into_iter().flatten();
    tables.flat_map(|(_, items)| items.as_array().into_iter().flatten())
}

fn items_of_mut(answer: &mut Value) -> impl Iterator<Item = &mut Value> {
    let tables = answer.get_mut("Responses").and_then(Value::as_object_mut);
    let tables = tables.into_iter().flatten();
    tables.flat_map(|(_, items)| items.as_array_mut().into_iter().flatten())
}
