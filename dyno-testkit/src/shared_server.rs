//! One server for many tests, each with tables of its own.

use std::sync::Arc;

use aws_sdk_dynamodb::config::SharedHttpClient;
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use crate::{
    layer::{Layer, stacked},
    wire,
};

/// The region that servers are told, whatever region a client has.
const REGION: &str = "us-east-1";

/// An HTTP client that sends every request to one server, where its tables have names that no other client uses.
///
/// Tests that run at the same time, and make tables of the same names, can then share `DynamoDB` Local, the moto server or
/// `ScyllaDB` Alternator. As with an engine of their own, a client of any region reaches the same tables, and answers name the
/// tables as the program does, also in error messages. `ListTables` answers with all of them at once.
///
/// The tables stay on the server when the test is over: start the server for the tests, and stop it afterwards.
///
/// # Signatures
///
/// Requests are changed after they were signed, so their signatures are wrong: use it on servers that do not check them.
/// Those do, whose tables other people use, so that these are not reached by mistake.
///
/// # Examples
///
/// ```
/// use dyno_testkit::{SharedServer, wrap};
///
/// # let client = dyno_embedded::Engine::in_memory()?.client();
/// let mine = wrap(&client, |http| SharedServer::new(http, "http://127.0.0.1:8000", "test-7-"));
/// # Ok::<(), dyno_embedded::OpenError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SharedServer {
    inner: SharedHttpClient,
    rename: Arc<Rename>,
}

impl SharedServer {
    /// Sends what goes to an HTTP client to the server at `endpoint`, `http://127.0.0.1:8000`, with `prefix` before the name of
    /// each table. A prefix of its own is one that no other client has, and that is not part of any stored value.
    pub fn new(
        inner: SharedHttpClient,
        endpoint: impl Into<String>,
        prefix: impl Into<String>,
    ) -> Self {
        let endpoint = endpoint.into().trim_end_matches('/').to_owned();
        let prefix = prefix.into();
        Self {
            inner,
            rename: Arc::new(Rename { endpoint, prefix }),
        }
    }
}

stacked!(SharedServer, rename);

#[derive(Debug)]
struct Rename {
    endpoint: String,
    prefix: String,
}

impl Layer for Rename {
    async fn answer(
        self: Arc<Self>,
        inner: SharedHttpConnector,
        request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        let mut body = wire::body(&request);
        self.name_tables(&mut body);
        let mut request = wire::with_body(&request, &body)?;
        self.redirect(&mut request)?;
        if wire::operation(&request) == "ListTables" {
            return self.list_tables(&inner, &request).await;
        }
        let (response, _) = wire::read(inner.call(request).await?).await?;
        Ok(self.name_back(&response))
    }
}

impl Rename {
    fn redirect(&self, request: &mut HttpRequest) -> Result<(), ConnectorError> {
        let refused = |error| ConnectorError::user(Box::new(error));
        request
            .set_uri(format!("{}/", self.endpoint))
            .map_err(refused)?;
        let host = wire::host(&self.endpoint).to_owned();
        let headers = request.headers_mut();
        if let Some(signed) = headers.get("authorization").map(in_one_region) {
            headers.insert("authorization", signed);
        }
        headers.insert("host", host);
        Ok(())
    }

    /// Renames the tables of a request. Items have maps where these fields have texts, so none is taken for a name.
    fn name_tables(&self, body: &mut Value) {
        self.name_table(body);
        if let Some(Value::Object(tables)) = body.get_mut("RequestItems") {
            let named = std::mem::take(tables).into_iter();
            *tables = named
                .map(|(table, keys)| (self.named(&table), keys))
                .collect();
        }
        if let Some(Value::String(arn)) = body.get_mut("ResourceArn") {
            *arn = arn.replacen(":table/", &format!(":table/{}", self.prefix), 1);
        }
        let actions = body.get_mut("TransactItems").and_then(Value::as_array_mut);
        for action in actions.into_iter().flatten() {
            for (_, action) in action.as_object_mut().into_iter().flatten() {
                self.name_table(action);
            }
        }
    }

    fn name_table(&self, body: &mut Value) {
        if let Some(Value::String(table)) = body.get_mut("TableName") {
            *table = self.named(table);
        }
    }

    fn named(&self, table: &str) -> String {
        format!("{}{table}", self.prefix)
    }

    fn name_back(&self, response: &HttpResponse) -> HttpResponse {
        let bytes = response.body().bytes().unwrap_or_default();
        let text = String::from_utf8_lossy(bytes).replace(&self.prefix, "");
        let mut named = HttpResponse::new(response.status(), SdkBody::from(text));
        *named.headers_mut() = response.headers().clone();
        for of_the_old_body in ["content-length", "x-amz-crc32"] {
            named.headers_mut().remove(of_the_old_body);
        }
        named
    }

    /// Answers with all own tables at once, however many pages the tables of others take.
    async fn list_tables(
        &self,
        inner: &SharedHttpConnector,
        request: &HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        let mut own = Vec::new();
        let mut asked = json!({});
        loop {
            let page = inner.call(wire::with_body(request, &asked)?).await?;
            let (response, page) = wire::read(page).await?;
            let Some(names) = page.get("TableNames").and_then(Value::as_array) else {
                return Ok(response);
            };
            let names = names.iter().filter_map(Value::as_str);
            own.extend(names.filter_map(|name| Some(name.strip_prefix(&self.prefix)?.to_owned())));
            match page.get("LastEvaluatedTableName") {
                Some(last) => asked = json!({"ExclusiveStartTableName": last}),
                None => return wire::respond(200, &json!({"TableNames": own})),
            }
        }
    }
}

/// `.. Credential=KEY/20261121/us-east-2/dynamodb/aws4_request, ..` with another region.
fn in_one_region(authorization: &str) -> String {
    let mut parts: Vec<&str> = authorization.split('/').collect();
    if let Some(region) = parts.get_mut(2) {
        *region = REGION;
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rename() -> Rename {
        Rename {
            endpoint: "http://127.0.0.1:8000".to_owned(),
            prefix: "t7-".to_owned(),
        }
    }

    #[test]
    fn tables_are_renamed_and_items_are_not() {
        let mut body = json!({
            "TableName": "Users",
            "ResourceArn": "arn:aws:dynamodb:us-east-1:0:table/Users",
            "RequestItems": {"Users": [{"PutRequest": {"Item": {"TableName": {"S": "x"}}}}]},
            "TransactItems": [{"Put": {"TableName": "Users", "Item": {"TableName": {"S": "x"}}}}],
        });
        rename().name_tables(&mut body);
        let renamed = json!({
            "TableName": "t7-Users",
            "ResourceArn": "arn:aws:dynamodb:us-east-1:0:table/t7-Users",
            "RequestItems": {"t7-Users": [{"PutRequest": {"Item": {"TableName": {"S": "x"}}}}]},
            "TransactItems": [{"Put": {"TableName": "t7-Users", "Item": {"TableName": {"S": "x"}}}}],
        });
        assert_eq!(body, renamed);
    }

    #[test]
    fn the_region_of_a_signature_is_replaced() {
        assert_eq!(
            in_one_region(
                "AWS4-HMAC-SHA256 Credential=me/20261121/eu-west-1/dynamodb/aws4_request, Signature=ab"
            ),
            "AWS4-HMAC-SHA256 Credential=me/20261121/us-east-1/dynamodb/aws4_request, Signature=ab"
        );
        assert_eq!(in_one_region("none"), "none");
    }
}
