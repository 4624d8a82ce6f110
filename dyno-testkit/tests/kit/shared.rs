//! Clients that share a server.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::DisplayErrorContext;
use dyno_embedded::Engine;
use dyno_testkit::{Item, SharedServer, TableSpec, dump, table_with_data, wrap};

use crate::support::key;

fn client(engine: &Engine, prefix: &str) -> Client {
    wrap(&engine.client(), |http| {
        SharedServer::new(http, "http://127.0.0.1:8000", prefix)
    })
}

#[tokio::test]
async fn each_has_tables_of_its_own_under_the_same_names() {
    let engine = Engine::in_memory().unwrap();
    let (left, right) = (client(&engine, "left-"), client(&engine, "right-"));
    let users = TableSpec::new("Users", "ID");
    table_with_data(&left, &users, [key("l")]).await.unwrap();
    table_with_data(&right, &users, [key("r")]).await.unwrap();

    let batch = left.batch_get_item().request_items(
        "Users",
        aws_sdk_dynamodb::types::KeysAndAttributes::builder()
            .keys(key("l"))
            .keys(key("r"))
            .build()
            .unwrap(),
    );
    let answered = batch.send().await.unwrap().responses.unwrap();
    assert_eq!(answered["Users"], [key("l")]);
    assert_eq!(dump(&right, "Users").await.unwrap(), [key("r")]);

    let mut names = engine.client().list_tables().send().await.unwrap();
    let names = names.table_names.take().unwrap();
    assert_eq!(names, ["left-Users", "right-Users"]);
}

#[tokio::test]
async fn a_list_has_all_own_tables_and_no_others() {
    let engine = Engine::in_memory().unwrap();
    let (own, others) = (client(&engine, "own-"), client(&engine, "others-"));
    for number in 0..101 {
        let spec = TableSpec::new(format!("T{number:03}"), "ID");
        spec.create(&others).await.unwrap();
    }
    TableSpec::new("Last", "ID").create(&own).await.unwrap();
    let listed = own.list_tables().send().await.unwrap();
    assert_eq!(listed.table_names(), ["Last"]);
    assert_eq!(listed.last_evaluated_table_name(), None);
    let listed = others.list_tables().send().await.unwrap();
    assert_eq!(listed.table_names().len(), 101);
}

#[tokio::test]
async fn tags_are_put_on_the_own_table_and_errors_name_it_as_the_program_does() {
    let engine = Engine::in_memory().unwrap();
    let client = client(&engine, "own-");
    TableSpec::new("Users", "ID").create(&client).await.unwrap();
    let described = client.describe_table().table_name("Users").send().await;
    let table = described.unwrap().table.unwrap();
    assert_eq!(table.table_name(), Some("Users"));
    let arn = table.table_arn().unwrap();
    assert!(arn.ends_with(":table/Users"), "{arn}");
    let tag = aws_sdk_dynamodb::types::Tag::builder()
        .key("team")
        .value("a");
    let tagged = client
        .tag_resource()
        .resource_arn(arn)
        .tags(tag.build().unwrap());
    tagged.send().await.unwrap();
    let tags = client
        .list_tags_of_resource()
        .resource_arn(arn)
        .send()
        .await;
    assert_eq!(tags.unwrap().tags().len(), 1);

    let missing = client.describe_table().table_name("Nowhere").send().await;
    let error = DisplayErrorContext(missing.unwrap_err()).to_string();
    assert!(
        error.contains("Nowhere") && !error.contains("own-"),
        "{error}"
    );
}

#[tokio::test]
async fn an_item_may_have_an_attribute_called_like_a_field_of_a_request() {
    let engine = Engine::in_memory().unwrap();
    let client = client(&engine, "own-");
    let mut item: Item = key("a");
    let name = aws_sdk_dynamodb::types::AttributeValue::S("Users".to_owned());
    item.insert("TableName".to_owned(), name);
    let users = TableSpec::new("Users", "ID");
    table_with_data(&client, &users, [item.clone()])
        .await
        .unwrap();
    assert_eq!(dump(&client, "Users").await.unwrap(), [item]);
}
