//! What a call costs: `cargo run --release -p dyno-embedded --example cost`.
//!
//! Prints one JSON line per measurement, in microseconds per call, the best of five rounds.

#![expect(clippy::print_stdout, reason = "the figures are the purpose")]

use std::{future::Future, time::Instant};

use aws_sdk_dynamodb::{
    Client,
    types::{
        AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType,
        ScalarAttributeType,
    },
};
use dyno_embedded::Engine;
use tokio::task::JoinSet;

type Failure = Box<dyn std::error::Error + Send + Sync>;

const CALLS: u32 = 4_000;

fn main() -> Result<(), Failure> {
    let one = tokio::runtime::Builder::new_current_thread().build()?;
    let many = tokio::runtime::Builder::new_multi_thread().build()?;
    for (flavour, runtime) in [("current_thread", one), ("multi_thread", many)] {
        for inline in [true, false] {
            let mut engine = Engine::in_memory()?;
            if inline {
                engine = engine.inline();
            }
            let client = engine.client();
            let place = if inline { "inline" } else { "background" };
            runtime.block_on(async {
                fill(&client).await?;
                let name = format!("\"runtime\":\"{flavour}\",\"place\":\"{place}\"");
                measure(&format!("{name},\"what\":\"get\""), || one_by_one(&client)).await?;
                measure(&format!("{name},\"what\":\"100 tasks\""), || {
                    at_once(&client)
                })
                .await
            })?;
        }
    }
    Ok(())
}

async fn measure<F: Future<Output = Result<(), Failure>>>(
    name: &str,
    round: impl Fn() -> F,
) -> Result<(), Failure> {
    let mut best = f64::INFINITY;
    for _ in 0..5 {
        let begin = Instant::now();
        round().await?;
        best = best.min(begin.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS));
    }
    println!("{{{name},\"us\":{best:.1}}}");
    Ok(())
}

async fn one_by_one(client: &Client) -> Result<(), Failure> {
    for _ in 0..CALLS {
        get(client).await?;
    }
    Ok(())
}

async fn at_once(client: &Client) -> Result<(), Failure> {
    let mut tasks = JoinSet::new();
    for _ in 0..100 {
        let client = client.clone();
        tasks.spawn(async move {
            for _ in 0..CALLS / 100 {
                get(&client).await?;
            }
            Ok::<(), Failure>(())
        });
    }
    while let Some(task) = tasks.join_next().await {
        task??;
    }
    Ok(())
}

async fn get(client: &Client) -> Result<(), Failure> {
    let get = client.get_item().table_name("Users");
    get.key("ID", AttributeValue::S("ada".into()))
        .send()
        .await?;
    Ok(())
}

async fn fill(client: &Client) -> Result<(), Failure> {
    client
        .create_table()
        .table_name("Users")
        .attribute_definitions(
            AttributeDefinition::builder()
                .attribute_name("ID")
                .attribute_type(ScalarAttributeType::S)
                .build()?,
        )
        .key_schema(
            KeySchemaElement::builder()
                .attribute_name("ID")
                .key_type(KeyType::Hash)
                .build()?,
        )
        .billing_mode(BillingMode::PayPerRequest)
        .send()
        .await?;
    let put = client.put_item().table_name("Users");
    put.item("ID", AttributeValue::S("ada".into()))
        .item("Name", AttributeValue::S("Ada".into()))
        .send()
        .await?;
    Ok(())
}
