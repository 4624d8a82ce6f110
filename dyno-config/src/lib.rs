//! Configuration store on DynamoDB: options read directly or from a snapshot that refreshes itself; items of dynamodb-config-store.
