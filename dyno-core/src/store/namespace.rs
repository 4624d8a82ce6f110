//! Where names of tables leave the mapper and come back: an interceptor of the SDK.
//!
//! Everything above it, stored metadata and what values are sealed with included, knows tables by the names that types
//! give them. A request that this file does not know is refused, so that none can reach a table of another namespace.

use std::collections::HashMap;

use aws_sdk_dynamodb::config::interceptors::{
    BeforeSerializationInterceptorContextMut, FinalizerInterceptorContextMut,
};
use aws_sdk_dynamodb::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::operation::batch_get_item::{BatchGetItemInput, BatchGetItemOutput};
use aws_sdk_dynamodb::operation::batch_write_item::{BatchWriteItemInput, BatchWriteItemOutput};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemInput;
use aws_sdk_dynamodb::operation::describe_table::DescribeTableInput;
use aws_sdk_dynamodb::operation::get_item::GetItemInput;
use aws_sdk_dynamodb::operation::put_item::PutItemInput;
use aws_sdk_dynamodb::operation::query::QueryInput;
use aws_sdk_dynamodb::operation::scan::ScanInput;
use aws_sdk_dynamodb::operation::transact_get_items::TransactGetItemsInput;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsInput;
use aws_sdk_dynamodb::operation::update_item::UpdateItemInput;
use aws_sdk_dynamodb::types::TransactWriteItem;
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};

use crate::error::Result;
use crate::table::Namespace;

/// Prefixes the tables of requests, and takes the prefix off those of answers.
#[derive(Debug)]
pub(super) struct Prefixed(pub(super) Namespace);

impl Intercept for Prefixed {
    fn name(&self) -> &'static str {
        "dyno::Namespace"
    }

    fn modify_before_serialization(
        &self,
        context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if self.name_in(context.input_mut()) {
            return Ok(());
        }
        Err("a request that names tables in a way unknown to the namespace was not sent".into())
    }

    fn modify_before_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(Ok(output)) = context.output_or_error_mut() {
            self.name_back(output)?;
        }
        Ok(())
    }
}

impl Prefixed {
    /// Whether it is a request of a kind that is known here.
    fn name_in(&self, input: &mut Input) -> bool {
        macro_rules! one_table {
            ($($input:ty),+) => {
                $(if let Some(input) = input.downcast_mut::<$input>() {
                    input.table_name = input.table_name.take().map(|name| self.0.physical_name(&name));
                    return true;
                })+
            };
        }
        one_table!(
            GetItemInput,
            PutItemInput,
            UpdateItemInput,
            DeleteItemInput,
            QueryInput,
            ScanInput,
            DescribeTableInput
        );
        if let Some(input) = input.downcast_mut::<BatchGetItemInput>() {
            input.request_items = self.keys_in(input.request_items.take());
            true
        } else if let Some(input) = input.downcast_mut::<BatchWriteItemInput>() {
            input.request_items = self.keys_in(input.request_items.take());
            true
        } else if let Some(input) = input.downcast_mut::<TransactGetItemsInput>() {
            let gets = input.transact_items.iter_mut().flatten();
            for get in gets.filter_map(|item| item.get.as_mut()) {
                get.table_name = self.0.physical_name(&get.table_name);
            }
            true
        } else if let Some(input) = input.downcast_mut::<TransactWriteItemsInput>() {
            for item in input.transact_items.iter_mut().flatten() {
                for name in names_of(item).into_iter().flatten() {
                    *name = self.0.physical_name(name);
                }
            }
            true
        } else {
            false
        }
    }

    fn name_back(&self, output: &mut Output) -> Result<()> {
        if let Some(output) = output.downcast_mut::<BatchGetItemOutput>() {
            output.responses = self.keys_back(output.responses.take())?;
            output.unprocessed_keys = self.keys_back(output.unprocessed_keys.take())?;
        } else if let Some(output) = output.downcast_mut::<BatchWriteItemOutput>() {
            output.unprocessed_items = self.keys_back(output.unprocessed_items.take())?;
        }
        Ok(())
    }

    fn keys_in<V>(&self, named: Option<HashMap<String, V>>) -> Option<HashMap<String, V>> {
        let physical = |(name, value): (String, V)| (self.0.physical_name(&name), value);
        named.map(|named| named.into_iter().map(physical).collect())
    }

    fn keys_back<V>(
        &self,
        named: Option<HashMap<String, V>>,
    ) -> Result<Option<HashMap<String, V>>> {
        let logical =
            |(name, value): (String, V)| Ok((self.0.logical_name(&name)?.to_owned(), value));
        named
            .map(|named| named.into_iter().map(logical).collect())
            .transpose()
    }
}

/// The tables of one action, of which it has one.
fn names_of(item: &mut TransactWriteItem) -> [Option<&mut String>; 4] {
    [
        item.condition_check
            .as_mut()
            .map(|check| &mut check.table_name),
        item.put.as_mut().map(|put| &mut put.table_name),
        item.update.as_mut().map(|update| &mut update.table_name),
        item.delete.as_mut().map(|delete| &mut delete.table_name),
    ]
}

#[cfg(feature = "embedded")]
#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::Client;
    use aws_sdk_dynamodb::types::{
        AttributeValue, ConditionCheck, Get, KeysAndAttributes, PutRequest, TransactGetItem,
        WriteRequest,
    };
    use dyno_testkit::{Fault, FaultClient, create_table, wrap};

    use super::*;

    /// A client with a namespace, and table `dev_Users`, to which batches are torn.
    async fn client() -> Client {
        let client = dyno_embedded::Engine::in_memory().unwrap().client();
        create_table(&client, "dev_Users", "ID", None)
            .await
            .unwrap();
        let torn = wrap(&client, |http| {
            FaultClient::new(http, |_| Fault::UnprocessedKeys(1))
        });
        let prefixed = Prefixed(Namespace::new("dev_").unwrap());
        Client::from_conf(torn.config().to_builder().interceptor(prefixed).build())
    }

    fn id(id: &str) -> AttributeValue {
        AttributeValue::S(id.to_owned())
    }

    #[tokio::test]
    async fn what_batches_leave_over_has_its_logical_name() {
        let client = client().await;
        let writes = ["a", "b"].map(|one| {
            let put = PutRequest::builder().item("ID", id(one)).build().unwrap();
            WriteRequest::builder().put_request(put).build()
        });
        let batch = client.batch_write_item();
        let batch = batch.request_items("Users", writes.to_vec());
        let left = batch.send().await.unwrap().unprocessed_items.unwrap();
        assert_eq!(left["Users"].len(), 1);

        let keys = ["a", "b"].map(|one| [("ID".to_owned(), id(one))].into());
        let keys = KeysAndAttributes::builder().set_keys(Some(keys.to_vec()));
        let batch = client
            .batch_get_item()
            .request_items("Users", keys.build().unwrap());
        let answer = batch.send().await.unwrap();
        assert_eq!(answer.responses.unwrap()["Users"].len(), 1);
        assert_eq!(answer.unprocessed_keys.unwrap()["Users"].keys().len(), 1);
    }

    #[tokio::test]
    async fn transactions_reach_the_tables_of_the_namespace() {
        let client = client().await;
        let put = client.put_item().table_name("Users").item("ID", id("a"));
        put.send().await.unwrap();
        let get = Get::builder().table_name("Users").key("ID", id("a"));
        let get = TransactGetItem::builder().get(get.build().unwrap()).build();
        let read = client.transact_get_items().transact_items(get);
        let read = read.send().await.unwrap().responses.unwrap();
        assert!(read[0].item().is_some());
        let check = ConditionCheck::builder()
            .table_name("Users")
            .key("ID", id("a"))
            .condition_expression("attribute_exists(ID)");
        let check = check.build().unwrap();
        let check = TransactWriteItem::builder().condition_check(check).build();
        let write = client.transact_write_items().transact_items(check);
        write.send().await.unwrap();
    }

    #[tokio::test]
    async fn a_request_of_another_kind_is_not_sent() {
        let client = client().await;
        let statement = client
            .execute_statement()
            .statement("SELECT * FROM \"Users\"");
        let error = statement.send().await.unwrap_err();
        let text = format!("{error:?}");
        assert!(text.contains("unknown to the namespace"), "{text}");
    }
}
