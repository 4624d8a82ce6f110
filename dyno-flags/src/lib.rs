//! Feature-flag store on DynamoDB, in the items of the LaunchDarkly SDKs.
