//! Key-value store on DynamoDB: versions, expiry, compare-and-put, locks and counters; items of dynastore.
