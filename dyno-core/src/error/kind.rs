/// What went wrong, grouped by who must act.
///
/// * The caller: the program must change. [`AlreadyInstalled`](Self::AlreadyInstalled),
///   [`BatchRefused`](Self::BatchRefused), [`InvalidCursor`](Self::InvalidCursor),
///   [`InvalidExpression`](Self::InvalidExpression), [`InvalidKey`](Self::InvalidKey),
///   [`InvalidPath`](Self::InvalidPath), [`InvalidSetting`](Self::InvalidSetting), [`InvalidShape`](Self::InvalidShape),
///   [`InvalidValue`](Self::InvalidValue), [`KeyRefused`](Self::KeyRefused), [`NotConfirmed`](Self::NotConfirmed),
///   [`NotInstalled`](Self::NotInstalled), [`NotValid`](Self::NotValid), [`TooLarge`](Self::TooLarge).
/// * The data: somebody else wrote, or wrote differently. [`AlreadyExists`](Self::AlreadyExists),
///   [`ConditionFailed`](Self::ConditionFailed), [`Conflict`](Self::Conflict), [`Corrupt`](Self::Corrupt),
///   [`DoesNotFit`](Self::DoesNotFit), [`KeyRetired`](Self::KeyRetired), [`NotDecrypted`](Self::NotDecrypted),
///   [`NotEncrypted`](Self::NotEncrypted), [`NotFound`](Self::NotFound), [`NewerFormat`](Self::NewerFormat),
///   [`NotUnique`](Self::NotUnique), [`PathNotFound`](Self::PathNotFound), [`SealBroken`](Self::SealBroken),
///   [`SnapshotMoved`](Self::SnapshotMoved), [`TypeMismatch`](Self::TypeMismatch).
/// * The service: try again, or mend its configuration. [`Contended`](Self::Contended),
///   [`Credentials`](Self::Credentials), [`Engine`](Self::Engine), [`KeySource`](Self::KeySource),
///   [`OutcomeUnknown`](Self::OutcomeUnknown), [`Service`](Self::Service), [`TableMissing`](Self::TableMissing),
///   [`TableMismatch`](Self::TableMismatch), [`Throttled`](Self::Throttled), [`Unreachable`](Self::Unreachable).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    // ── The caller: the program must change.
    /// A store is installed already; a process has one.
    AlreadyInstalled,
    /// Another part of the same batch is refused for what is wrong with it. Nothing of the batch was sent.
    BatchRefused,
    /// The text is no cursor, or one of another request: over another table or type, or with other conditions. Nothing was sent.
    InvalidCursor,
    /// A condition or update is built of what cannot be compared or written. Nothing was sent.
    InvalidExpression,
    /// The key is empty, too long, of the wrong type, incomplete, or written twice by one batch or transaction. Nothing was sent.
    InvalidKey,
    /// The path names no field, or a place that cannot be read or written by itself. Nothing was sent.
    InvalidPath,
    /// A setting of a store makes no sense. Nothing was sent.
    InvalidSetting,
    /// The type cannot be stored as it is declared. Nothing was sent.
    InvalidShape,
    /// A value has no form in DynamoDB, and nothing was sent; or an update counts a number, or a version, to what its type does not hold,
    /// and nothing was written.
    InvalidValue,
    /// A field must be encrypted, and the loader gives no key; or a key given cannot be used. Nothing was sent.
    KeyRefused,
    /// Tables were to be deleted, and not exactly theirs were the names given. Nothing was sent.
    NotConfirmed,
    /// No store was named, and none is installed. Nothing was sent.
    NotInstalled,
    /// A type does not accept an object that was to be saved (`#[dyno(validate = ..)]`); why is the error's source. Nothing was
    /// sent.
    NotValid,
    /// An item or a transaction is larger than DynamoDB takes. Nothing was sent.
    TooLarge,

    // ── The data: somebody else wrote, or wrote differently.
    /// The object exists, and the save was to create it.
    AlreadyExists,
    /// The object is not as the write demands with `.when(..)`. Nothing was written.
    ConditionFailed,
    /// Somebody else saved or deleted the object since it was loaded. Nothing was written.
    Conflict,
    /// The stored items do not fit together: something other than this mapper wrote to them.
    Corrupt,
    /// A stored value does not fit its field.
    DoesNotFit,
    /// A key is retired: what it sealed is not opened, and nothing is sealed with it.
    KeyRetired,
    /// An encrypted value cannot be opened: its key is missing, or it was damaged or moved.
    NotDecrypted,
    /// A value is stored in clear where its field demands encryption.
    NotEncrypted,
    /// There is no object with this key.
    NotFound,
    /// A newer version of the mapper wrote the object, in a format that this one must not touch.
    NewerFormat,
    /// Another object has the value of a field whose values are unique (`#[dyno(unique)]`). Nothing was written.
    NotUnique,
    /// There is nothing at this path of the stored object.
    PathNotFound,
    /// An item is not as it was sealed, or has no seal though its type demands one (`#[dyno(seal)]`); or a type that does
    /// not demand seals was about to save over a sealed object.
    SealBroken,
    /// A shard that is loaded when it is asked for was changed by somebody since its object was loaded. Reload the
    /// object, or ask for the newest state of the shard: `lazy.get().latest()`.
    SnapshotMoved,
    /// The item with this key is an object of another type, as its type tag, its key or its attributes say; or a stored value is of
    /// another type than an update needs. Types of one table need tags of their own, `#[dyno(tag = "..")]`: the tag is the table's name
    /// unless a type says another.
    TypeMismatch,

    // ── The service: try again, or mend its configuration.
    /// Other clients kept changing the object while this one tried; nothing was written. Try again later.
    Contended,
    /// There are no credentials to sign requests with.
    Credentials,
    /// The embedded engine could not be opened.
    Engine,
    /// The source of a key could not be asked, or gave what it must not. Nothing was written.
    KeySource,
    /// The answer to a write was lost, and whether it was applied could not be learned. Load the object to see.
    OutcomeUnknown,
    /// The service refused the request.
    Service,
    /// A table does not exist.
    TableMissing,
    /// A table is not as it is wanted: it has other keys than the type or the request, lacks an index, or is kept otherwise.
    TableMismatch,
    /// The service throttled the request until the last try. Nothing was written.
    Throttled,
    /// The service could not be reached.
    Unreachable,
}
