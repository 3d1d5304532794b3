//! Groups of columns: structs whose fields are the columns, in their order.

use super::csv::Line;

/// A column's name, unit and description, as `output/README.md` lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name, without a group's prefix.
    pub name: &'static str,
    /// The unit of its values; empty for texts, numbers of things and the like.
    pub unit: &'static str,
    /// One sentence on its values.
    pub doc: &'static str,
    /// Whether `--exact` adds `<name>_units` after it.
    pub has_units: bool,
}

/// A struct whose fields are columns: a row, or a part of a row that is made of several groups.
pub trait Columns {
    /// What they are about, as the documentation tells it.
    const ABOUT: &'static str;

    /// In the order of [`Columns::write`].
    const COLUMNS: &'static [Column];

    /// Appends the columns' names, each after `prefix` and an underscore; an empty prefix leaves them bare.
    fn header(prefix: &str, exact: bool, line: &mut Line);

    /// Appends the values in the order of [`Columns::COLUMNS`]; `exact` adds those in smallest units.
    fn write(&self, exact: bool, line: &mut Line);
}

pub(crate) fn prefixed(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}_{name}") }
}

/// Declares a struct whose fields are columns. Each field has a doc comment and a unit; the field order is the column
/// order.
macro_rules! columns {
    (
        $(#[doc = $about:literal])+
        $(#[derive($($derived:ident),+)])?
        pub struct $name:ident $(<$lifetime:lifetime>)? {$(
            $(#[doc = $doc:literal])+
            #[unit = $unit:literal]
            pub $field:ident: $cell:ty,
        )+}
    ) => {
        $(#[doc = $about])+
        $(#[derive($($derived),+)])?
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name $(<$lifetime>)? {$(
            $(#[doc = $doc])+
            pub $field: $cell,
        )+}

        impl $(<$lifetime>)? $crate::rows::columns::Columns for $name $(<$lifetime>)? {
            const ABOUT: &'static str = concat!($($about),+).trim_ascii_start();

            const COLUMNS: &'static [$crate::rows::columns::Column] = &[$($crate::rows::columns::Column {
                name: stringify!($field),
                unit: $unit,
                doc: concat!($($doc),+).trim_ascii_start(),
                has_units: <$cell as $crate::rows::csv::Cell>::HAS_UNITS,
            }),+];

            fn header(prefix: &str, exact: bool, line: &mut $crate::rows::csv::Line) {
                $(
                    let name = $crate::rows::columns::prefixed(prefix, stringify!($field));
                    <$cell as $crate::rows::csv::Cell>::names(&name, exact, line);
                )+
            }

            fn write(&self, exact: bool, line: &mut $crate::rows::csv::Line) {
                $($crate::rows::csv::Cell::write(&self.$field, exact, line);)+
            }
        }
    };
}

/// Declares an enum whose variants are written as words: in `snake_case`, spelled out beside each.
macro_rules! words {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident {$(
            $(#[doc = $doc:literal])+
            $variant:ident = $word:literal,
        )+}
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {$(
            $(#[doc = $doc])+
            $variant,
        )+}

        impl $name {
            /// Every word with what it means, in the order of the source.
            pub const WORDS: &'static [(&'static str, &'static str)] =
                &[$(($word, concat!($($doc),+).trim_ascii_start())),+];

            /// Returns the word as it stands in a cell.
            pub fn word(self) -> &'static str {
                match self {$(
                    Self::$variant => $word,
                )+}
            }
        }

        impl $crate::rows::csv::Cell for $name {
            fn write(&self, _exact: bool, line: &mut $crate::rows::csv::Line) {
                line.text(self.word());
            }
        }
    };
}
