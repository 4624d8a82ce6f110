//! `Option`, and the pointers that own what they point to.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::types::AttributeValue;
use dyno_value::ValueError;

use crate::shape::{Attribute, Kind};

/// `None` is stored as no attribute; in a list or map, as null. Both are read back as `None`.
impl<T: Attribute> Attribute for Option<T> {
    const __DYNO_IS_PLAIN: bool = T::__DYNO_IS_PLAIN;
    const __DYNO_IS_TEXT: bool = T::__DYNO_IS_TEXT;

    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        self.as_ref()
            .map_or(Ok(AttributeValue::Null(true)), T::to_value)
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        if value.is_null() {
            Ok(T::absent().map(|_| T::from_value(value)).transpose()?)
        } else {
            T::from_value(value).map(Some)
        }
    }

    fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
        if value.is_null() {
            Ok(T::absent().map(|_| T::from_ref(value)).transpose()?)
        } else {
            T::from_ref(value).map(Some)
        }
    }

    fn __dyno_take(value: &mut AttributeValue) -> Result<Self, ValueError> {
        if value.is_null() {
            Self::from_ref(value)
        } else {
            T::__dyno_take(value).map(Some)
        }
    }

    fn __dyno_is_as_written(value: &AttributeValue) -> bool {
        !value.is_null() && T::__dyno_is_as_written(value)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn kind() -> Kind {
        T::kind()
    }
}

impl<T: Attribute> Attribute for Arc<T> {
    const __DYNO_IS_PLAIN: bool = T::__DYNO_IS_PLAIN;

    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        T::to_value(self)
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        T::from_value(value).map(Self::new)
    }

    fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
        T::from_ref(value).map(Self::new)
    }

    fn is_absent(&self) -> bool {
        T::is_absent(self)
    }

    fn absent() -> Option<Self> {
        T::absent().map(Self::new)
    }

    fn kind() -> Kind {
        T::kind()
    }
}

impl<T> Attribute for Cow<'static, T>
where
    T: ToOwned + ?Sized,
    T::Owned: Attribute + Clone,
{
    fn to_value(&self) -> Result<AttributeValue, ValueError> {
        self.clone().into_owned().to_value()
    }

    fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
        T::Owned::from_value(value).map(Cow::Owned)
    }

    fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
        T::Owned::from_ref(value).map(Cow::Owned)
    }

    fn kind() -> Kind {
        T::Owned::kind()
    }
}

/// One for all boxes would meet the one for all objects, as [`Box`] is fundamental; of these types only this crate
/// could make an object.
macro_rules! boxed {
    ($([$($parameter:tt)*] $type:ty;)*) => {
        $(impl<$($parameter)*> Attribute for Box<$type> {
            const __DYNO_IS_PLAIN: bool = <$type as Attribute>::__DYNO_IS_PLAIN;

            fn to_value(&self) -> Result<AttributeValue, ValueError> {
                <$type>::to_value(self)
            }

            fn from_value(value: AttributeValue) -> Result<Self, ValueError> {
                <$type>::from_value(value).map(Self::new)
            }

            fn from_ref(value: &AttributeValue) -> Result<Self, ValueError> {
                <$type>::from_ref(value).map(Self::new)
            }

            fn kind() -> Kind {
                <$type>::kind()
            }
        })*
    };
}

boxed! {
    [] SystemTime;
    [] Duration;
    [T: Attribute] Vec<T>;
    [V: Attribute] BTreeMap<String, V>;
    [V: Attribute, S: BuildHasher + Default] HashMap<String, V, S>;
}
