use std::pin::Pin;

/// The boxed future that builders turn into.
pub(crate) type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Makes a builder awaitable by its method `run`.
macro_rules! awaitable {
    ($builder:ident -> $output:ty) => {
        impl IntoFuture for $builder {
            type Output = $crate::error::Result<$output>;
            type IntoFuture = $crate::pending::Pending<Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(self.run())
            }
        }
    };
}

pub(crate) use awaitable;
