//! The engine keeps every value that the strategies make.

use dyno_testkit::{Item, any_item, any_number, normalize};
use proptest::prelude::*;
use tokio::runtime::Builder;

use crate::support::{key, s, users};

fn normalized(item: Item) -> Item {
    let values = item.into_iter();
    values
        .map(|(name, value)| (name, normalize(value)))
        .collect()
}

/// Stores an item and reads it back.
fn stored(item: &Item) -> Item {
    let runtime = Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let client = users().await;
        let put = client
            .put_item()
            .table_name("Users")
            .set_item(Some(item.clone()));
        put.send().await.unwrap();
        let get = client
            .get_item()
            .table_name("Users")
            .set_key(Some(key("a")));
        get.send().await.unwrap().item.unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_item_comes_back_as_it_was(mut item in any_item()) {
        item.insert("ID".to_owned(), s("a"));
        prop_assert_eq!(normalized(stored(&item)), normalized(item));
    }

    #[test]
    fn any_number_comes_back_as_it_was(number in any_number()) {
        let mut item = key("a");
        item.insert("Number".to_owned(), aws_sdk_dynamodb::types::AttributeValue::N(number));
        prop_assert_eq!(stored(&item), item);
    }
}
