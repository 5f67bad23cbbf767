//! Typed sections: a struct that states its own keys.

use super::{Key, Scope};
use crate::Result;

/// A struct that is read from the settings. Made by [`section!`](crate::section).
pub trait Section: Sized {
    /// Its keys, with paths relative to the section.
    fn keys() -> Vec<Key>;
    /// Its keys below `prefix`.
    fn keys_below(prefix: &str) -> Vec<Key> {
        Self::keys().into_iter().map(|k| k.below(prefix)).collect()
    }
    /// Reads every field.
    ///
    /// # Errors
    /// When a value does not fit its field's type.
    fn read(scope: &Scope<'_>) -> Result<Self>;
}

/// Declares a struct whose fields are settings: type, default and documentation stand once.
/// Its `Default` has the built-in defaults.
///
/// ```
/// mlpt_core::section! {
///     /// How an optimiser is set.
///     pub struct Demo {
///         /// Learning rate.
///         pub lr: f64 = 0.002, "LR";
///         /// Name of the optimiser.
///         pub name: String = "sgd".to_owned(), "NAME";
///     }
/// }
/// use mlpt_core::config::Section;
/// assert_eq!(Demo::keys_below("OPTIM")[0].path, "OPTIM.LR");
/// ```
#[macro_export]
macro_rules! section {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $( $(#[doc = $doc:literal])* pub $field:ident : $ty:ty = $default:expr, $key:literal; )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            $( $(#[doc = $doc])* pub $field: $ty, )*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $( $field: $default, )* }
            }
        }

        impl $crate::config::Section for $name {
            fn keys() -> Vec<$crate::config::Key> {
                vec![ $( $crate::config::Key::new::<$ty>($key, $default, concat!($($doc),*)), )* ]
            }
            fn read(scope: &$crate::config::Scope<'_>) -> $crate::Result<Self> {
                Ok(Self { $( $field: scope.get($key)?, )* })
            }
        }
    };
}
