//! `toasty` with its driver of DynamoDB, which is given the client. It has no conversion that can be called alone.

use aws_sdk_dynamodb::Client;
use toasty::Db;
use toasty_driver_dynamodb::DynamoDb;

use crate::objects::Flat;
use crate::rows::{Operations, Rows};
use crate::samples::CUSTOMER;

pub(crate) fn measure(rows: &Rows) {
    rows.operations::<Database, Flat>("flat", &(0..100).map(Flat::nth).collect::<Vec<_>>());
}

struct Database {
    db: Db,
}

impl Operations<Flat> for Database {
    async fn on(client: Client) -> Self {
        let driver = DynamoDb::new("dynamodb://canned".to_owned(), client);
        let mut builder = Db::builder();
        let db = builder.models(toasty::models!(Flat)).build(driver).await;
        Self {
            db: db.expect("the model is one of DynamoDB"),
        }
    }

    async fn put(&mut self, object: Flat) {
        let created = toasty::create!(Flat {
            customer: object.customer,
            order: object.order,
            name: object.name,
            email: object.email,
            city: object.city,
            age: object.age,
            balance: object.balance,
            score: object.score,
            active: object.active,
            note: object.note,
        });
        let created = created.exec(&mut self.db).await;
        drop(created.expect("the answer is canned"));
    }

    async fn get(&mut self, order: &str) -> Flat {
        let got = Flat::get_by_customer_and_order(&mut self.db, CUSTOMER, order).await;
        got.expect("the item is there")
    }

    async fn query(&mut self) -> Vec<Flat> {
        let found = Flat::filter_by_customer(CUSTOMER).exec(&mut self.db).await;
        found.expect("the items fit")
    }
}
