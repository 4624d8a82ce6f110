//! What the service's errors mean.

use std::error::Error as StdError;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::CancellationReason;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, DispatchFailure};

use crate::commit::{Answer, Reason, misfit, says_too_large};
use crate::error::{Error, ErrorKind};

/// The error of a read, or of a request that is not a commit.
pub(super) fn failure<E>(error: SdkError<E, HttpResponse>, tables: &[&str]) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    match classify(&error) {
        Class::Credentials => Error::new(
            ErrorKind::Credentials,
            "there are no credentials to sign requests with; set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, \
             a profile or a role, or use `Store::embedded`",
        ),
        Class::Invalid | Class::TooLarge => {
            let said = error.as_service_error().and_then(|error| error.message().map(str::to_owned));
            let said = said.unwrap_or_else(|| "no message".to_owned());
            let refused = || Error::new(ErrorKind::Service, format!("the service refused the request: {said}"));
            misfit(&said).unwrap_or_else(refused)
        }
        Class::Lost => Error::new(ErrorKind::Unreachable, "the service did not answer"),
        Class::NotSent => Error::new(
            ErrorKind::Unreachable,
            "the request could not be sent; check the region, the endpoint and the client's settings",
        ),
        Class::TableMissing => table_missing(tables),
        Class::Throttled => Error::new(
            ErrorKind::Throttled,
            "the service throttled the request until the last try; try again later or raise the table's capacity",
        ),
    }
    .with_source(error)
}

/// The answer that a failed single write is to its commit; the caller has looked for a failed condition before.
pub(super) fn answer<E>(error: SdkError<E, HttpResponse>, tables: &[&str]) -> Answer
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    if error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code)
        == Some("TransactionConflictException")
    {
        return Answer::Busy;
    }
    let class = classify(&error);
    let error = failure(error, tables);
    match class {
        Class::Lost => Answer::Lost(error),
        Class::Throttled => Answer::Throttled(error),
        Class::TooLarge => Answer::TooLarge,
        Class::Credentials | Class::Invalid | Class::NotSent | Class::TableMissing => {
            Answer::Refused(error)
        }
    }
}

/// Why one action of a transaction was cancelled.
pub(super) fn reason(reason: &CancellationReason) -> Reason {
    Reason {
        code: reason.code().unwrap_or_default().to_owned(),
        message: reason.message().map(str::to_owned),
        item: reason.item().cloned(),
    }
}

/// The answer that a failed transaction is to its commit.
pub(super) fn transaction_answer(
    error: SdkError<TransactWriteItemsError, HttpResponse>,
    tables: &[&str],
) -> Answer {
    match error.as_service_error() {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            let reasons = cancelled.cancellation_reasons().iter().map(reason);
            Answer::Cancelled(reasons.collect())
        }
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => Answer::InProgress,
        _ => answer(error, tables),
    }
}

/// An error that names the tables of which one is missing.
fn table_missing(tables: &[&str]) -> Error {
    let mut names: Vec<_> = tables.to_vec();
    names.sort_unstable();
    names.dedup();
    let advice = "create it with `store.ensure_tables::<YourType>()`, without a type with `store.ensure_specs(..)`, or check region and credentials";
    match names.as_slice() {
        [name] => Error::new(
            ErrorKind::TableMissing,
            format!("table `{name}` does not exist; {advice}"),
        )
        .in_table(*name),
        names => {
            let list: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            Error::new(
                ErrorKind::TableMissing,
                format!(
                    "one of the tables {} does not exist; {advice}",
                    list.join(", ")
                ),
            )
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Credentials,
    Invalid,
    Lost,
    NotSent,
    TableMissing,
    Throttled,
    TooLarge,
}

fn classify<E>(error: &SdkError<E, HttpResponse>) -> Class
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    match error {
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            let message = service.err().message().unwrap_or_default();
            match service.err().code() {
                Some("ResourceNotFoundException") => Class::TableMissing,
                Some(
                    "ProvisionedThroughputExceededException"
                    | "ThrottlingException"
                    | "RequestLimitExceeded"
                    | "ThrottlingError",
                ) => Class::Throttled,
                Some("UnrecognizedClientException" | "MissingAuthenticationTokenException") => {
                    Class::Credentials
                }
                Some("ValidationException") if says_too_large(Some(message)) => Class::TooLarge,
                _ if status >= 500 => Class::Lost,
                _ => Class::Invalid,
            }
        }
        SdkError::DispatchFailure(failure) if failure.is_io() || failure.is_timeout() => {
            Class::Lost
        }
        // A connection that closed before the answer was complete: what was sent may have been applied.
        SdkError::DispatchFailure(failure) if says_transient(failure) => Class::Lost,
        SdkError::ConstructionFailure(_) | SdkError::DispatchFailure(_)
            if speaks_of_credentials(error) =>
        {
            Class::Credentials
        }
        SdkError::ConstructionFailure(_) => Class::NotSent,
        SdkError::DispatchFailure(failure) if failure.is_user() => Class::NotSent,
        SdkError::DispatchFailure(_) if speaks_of_configuration(error) => Class::NotSent,
        _ => Class::Lost,
    }
}

fn says_transient(failure: &DispatchFailure) -> bool {
    let connector = failure.as_connector_error();
    connector.and_then(ConnectorError::as_other).is_some()
}

/// The SDK has no public type for missing credentials that all providers share, so its words are read.
fn speaks_of_credentials(error: &(dyn StdError + 'static)) -> bool {
    speaks_of(error, &["credentials", "auth scheme", "identity"])
}

/// Nor one for a region or an endpoint that it does not know before it sends.
fn speaks_of_configuration(error: &(dyn StdError + 'static)) -> bool {
    speaks_of(error, &["Invalid Configuration"])
}

fn speaks_of(error: &(dyn StdError + 'static), words: &[&str]) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if words.iter().any(|word| text.contains(word)) {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::operation::put_item::PutItemError;
    use aws_smithy_types::retry::ErrorKind as Retried;

    use super::*;

    fn class_of(error: ConnectorError) -> Class {
        classify(&SdkError::<PutItemError, _>::dispatch_failure(error))
    }

    #[test]
    fn a_connection_that_closed_before_the_answer_may_have_brought_the_request() {
        let closed = || "connection closed before message completed, asking for credentials".into();
        let transient = ConnectorError::other(closed(), Some(Retried::TransientError));
        assert!(matches!(class_of(transient), Class::Lost));
        assert!(matches!(
            class_of(ConnectorError::io(closed())),
            Class::Lost
        ));
        assert!(matches!(
            class_of(ConnectorError::timeout(closed())),
            Class::Lost
        ));
        let unknown = ConnectorError::other("something".into(), None);
        assert!(matches!(class_of(unknown), Class::Lost));
        let refused = ConnectorError::user("no such scheme".into());
        assert!(matches!(class_of(refused), Class::NotSent));
    }
}
