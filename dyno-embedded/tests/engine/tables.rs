//! Tables, time to live, tags and streams; one database for every region.

use std::sync::Arc;

use aws_sdk_dynamodb::{
    Client,
    config::Region,
    types::{
        CreateGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate, KeyType, Projection,
        ProjectionType, StreamSpecification, StreamViewType, TableStatus, Tag,
        TimeToLiveSpecification, TimeToLiveStatus,
    },
};
use dyno_embedded::{Engine, dynoxide};

use crate::support::{attribute, client_with_table, create, get, item, key, n, put, s, schema};

#[tokio::test]
async fn a_table_is_created_described_listed_and_deleted() {
    let client = client_with_table().await;
    let described = client
        .describe_table()
        .table_name("Things")
        .send()
        .await
        .unwrap();
    let table = described.table.unwrap();
    assert_eq!(table.table_status, Some(TableStatus::Active));
    assert_eq!(table.key_schema.unwrap().len(), 2);
    assert_eq!(
        client.list_tables().send().await.unwrap().table_names(),
        ["Things"]
    );
    client
        .delete_table()
        .table_name("Things")
        .send()
        .await
        .unwrap();
    assert!(
        client
            .list_tables()
            .send()
            .await
            .unwrap()
            .table_names()
            .is_empty()
    );
}

#[tokio::test]
async fn an_index_is_added_to_a_table() {
    let client = client_with_table().await;
    put(&client, item("p", "s", 1)).await;
    let action = CreateGlobalSecondaryIndexAction::builder()
        .index_name("BySort")
        .key_schema(schema("SK", KeyType::Hash))
        .projection(
            Projection::builder()
                .projection_type(ProjectionType::All)
                .build(),
        )
        .build()
        .unwrap();
    client
        .update_table()
        .table_name("Things")
        .attribute_definitions(attribute("SK"))
        .global_secondary_index_updates(
            GlobalSecondaryIndexUpdate::builder().create(action).build(),
        )
        .send()
        .await
        .unwrap();
    let found = client
        .query()
        .table_name("Things")
        .index_name("BySort")
        .key_condition_expression("SK = :s")
        .expression_attribute_values(":s", s("s"))
        .send()
        .await
        .unwrap();
    assert_eq!(found.items(), [item("p", "s", 1)]);
}

#[tokio::test]
async fn expired_items_go_when_the_database_is_swept() {
    let clock = dynoxide::storage_backend::ManualClock::new(1_000);
    let database = dynoxide::Database::memory_with_clock(Arc::new(clock)).unwrap();
    let engine = Engine::from(database);
    let client = engine.client();
    create(&client, "Things").send().await.unwrap();
    let specification = TimeToLiveSpecification::builder()
        .enabled(true)
        .attribute_name("Expires")
        .build()
        .unwrap();
    client
        .update_time_to_live()
        .table_name("Things")
        .time_to_live_specification(specification)
        .send()
        .await
        .unwrap();
    let described = client
        .describe_time_to_live()
        .table_name("Things")
        .send()
        .await
        .unwrap();
    assert_eq!(
        described
            .time_to_live_description
            .unwrap()
            .time_to_live_status,
        Some(TimeToLiveStatus::Enabled)
    );
    let mut expired = item("p", "old", 1);
    expired.insert("Expires".to_owned(), n(500));
    put(&client, expired.clone()).await;
    assert_eq!(get(&client, key("p", "old")).await, Some(expired));
    assert_eq!(engine.database().sweep_ttl().unwrap(), 1);
    assert_eq!(get(&client, key("p", "old")).await, None);
}

#[tokio::test]
async fn tags_are_added_listed_and_removed() {
    let client = client_with_table().await;
    let described = client
        .describe_table()
        .table_name("Things")
        .send()
        .await
        .unwrap();
    let arn = described.table.unwrap().table_arn.unwrap();
    for name in ["a", "b"] {
        let tag = Tag::builder().key(name).value("1").build().unwrap();
        client
            .tag_resource()
            .resource_arn(&arn)
            .tags(tag)
            .send()
            .await
            .unwrap();
    }
    client
        .untag_resource()
        .resource_arn(&arn)
        .tag_keys("a")
        .send()
        .await
        .unwrap();
    let listed = client
        .list_tags_of_resource()
        .resource_arn(&arn)
        .send()
        .await
        .unwrap();
    let names: Vec<_> = listed.tags().iter().map(Tag::key).collect();
    assert_eq!(names, ["b"]);
}

/// The operations of streams belong to another SDK crate, so only the table's part is visible here.
#[tokio::test]
async fn a_table_with_a_stream_says_so() {
    let client = Engine::in_memory().unwrap().client();
    let stream = StreamSpecification::builder()
        .stream_enabled(true)
        .stream_view_type(StreamViewType::NewAndOldImages)
        .build()
        .unwrap();
    create(&client, "Things")
        .stream_specification(stream)
        .send()
        .await
        .unwrap();
    let described = client
        .describe_table()
        .table_name("Things")
        .send()
        .await
        .unwrap();
    let arn = described.table.unwrap().latest_stream_arn.unwrap();
    assert!(arn.contains("/stream/"), "{arn}");
}

#[tokio::test]
async fn every_region_and_endpoint_is_the_same_database() {
    let engine = Engine::in_memory().unwrap();
    create(&engine.client(), "Things").send().await.unwrap();
    let far = engine
        .config_builder()
        .region(Region::new("ap-southeast-2"))
        .build();
    let local = engine
        .config_builder()
        .endpoint_url("http://localhost:8000")
        .build();
    for config in [far, local] {
        let tables = Client::from_conf(config)
            .list_tables()
            .send()
            .await
            .unwrap();
        assert_eq!(tables.table_names(), ["Things"]);
    }
    let other = Engine::in_memory()
        .unwrap()
        .client()
        .list_tables()
        .send()
        .await
        .unwrap();
    assert!(other.table_names().is_empty());
}
