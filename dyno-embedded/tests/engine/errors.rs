//! The typed errors of the SDK, with all that they carry.

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::{RequestId, put_item::PutItemError},
    types::{AttributeValue, ReturnValuesOnConditionCheckFailure},
};
use dyno_embedded::Engine;

use crate::support::{client_with_table, create, item, key, put, s};

#[tokio::test]
async fn a_failed_condition_carries_the_item_when_asked() {
    let client = client_with_table().await;
    put(&client, item("p", "s", 1)).await;
    let insert = || {
        let put = client
            .put_item()
            .table_name("Things")
            .set_item(Some(item("p", "s", 2)));
        put.condition_expression("attribute_not_exists(PK)")
    };
    let all_old = ReturnValuesOnConditionCheckFailure::AllOld;
    let asked = insert().return_values_on_condition_check_failure(all_old);
    for (request, expected) in [(insert(), None), (asked, Some(item("p", "s", 1)))] {
        let error = request.send().await.unwrap_err();
        assert_eq!(error.raw_response().unwrap().status().as_u16(), 400);
        let PutItemError::ConditionalCheckFailedException(failed) = error.into_service_error()
        else {
            panic!("another error than a failed condition");
        };
        assert_eq!(failed.item, expected);
        assert_eq!(failed.message(), Some("The conditional request failed"));
    }
}

#[tokio::test]
async fn a_missing_table_is_not_found() {
    let client = Engine::in_memory().unwrap().client();
    let get = client
        .get_item()
        .table_name("Things")
        .set_key(Some(key("p", "s")));
    let error = get.send().await.unwrap_err();
    assert!(error.request_id().is_some_and(|id| id.len() == 52));
    let error = error.into_service_error();
    assert!(error.is_resource_not_found_exception(), "{error:?}");
    assert_eq!(error.message(), Some("Requested resource not found"));
}

#[tokio::test]
async fn a_table_that_exists_is_in_use() {
    let client = client_with_table().await;
    let error = create(&client, "Things")
        .send()
        .await
        .unwrap_err()
        .into_service_error();
    assert!(error.is_resource_in_use_exception(), "{error:?}");
}

#[tokio::test]
async fn what_dynamodb_validates_is_validated() {
    let client = client_with_table().await;
    let put = || client.put_item().table_name("Things");
    let deep = (0..40).fold(s("x"), |value, _| AttributeValue::L(vec![value]));
    let very_deep = (0..200).fold(s("x"), |value, _| AttributeValue::L(vec![value]));
    let large = s(&"x".repeat(400 * 1024));
    let requests = [
        ("no key", put().item("PK", s("p"))),
        ("an empty key", put().set_item(Some(key("p", "")))),
        (
            "a bad condition",
            put()
                .set_item(Some(key("p", "s")))
                .condition_expression("&&"),
        ),
        (
            "a bad number",
            put()
                .set_item(Some(key("p", "s")))
                .item("N", AttributeValue::N("x".into())),
        ),
        (
            "an empty set",
            put()
                .set_item(Some(key("p", "s")))
                .item("S", AttributeValue::Ss(vec![])),
        ),
        (
            "a false null",
            put()
                .set_item(Some(key("p", "s")))
                .item("N", AttributeValue::Null(false)),
        ),
        (
            "a large item",
            put().set_item(Some(key("p", "s"))).item("L", large),
        ),
        (
            "a deep item",
            put().set_item(Some(key("p", "s"))).item("D", deep),
        ),
        (
            "a very deep item",
            put().set_item(Some(key("p", "s"))).item("D", very_deep),
        ),
    ];
    for (what, request) in requests {
        let error = request.send().await.unwrap_err().into_service_error();
        assert_eq!(
            error.code(),
            Some("ValidationException"),
            "{what}: {error:?}"
        );
        assert!(
            error.message().is_some_and(|text| !text.is_empty()),
            "{what}: {error:?}"
        );
    }
}

#[tokio::test]
async fn an_operation_that_the_engine_does_not_have_is_unknown() {
    let client = Engine::in_memory().unwrap().client();
    let error = client.list_backups().send().await.unwrap_err();
    assert!(matches!(error, SdkError::ServiceError(_)), "{error:?}");
    assert_eq!(error.code(), Some("UnknownOperationException"));
}
