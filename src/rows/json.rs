//! JSON of all that is written: nothing has no sign, and what is no number is `null`.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

/// Returns indented JSON that ends with a newline.
pub fn indented(content: &impl Serialize) -> Vec<u8> {
    let mut text = written(content, PrettyFormatter::new());
    text.push(b'\n');
    text
}

/// Returns JSON in one line.
pub fn compact(content: &impl Serialize) -> Vec<u8> {
    written(content, CompactFormatter)
}

fn written(content: &impl Serialize, layout: impl Formatter) -> Vec<u8> {
    let mut text = Vec::new();
    content
        .serialize(&mut Serializer::with_formatter(&mut text, Unsigned(layout)))
        .expect("structs of numbers and texts are JSON");
    text
}

/// A layout in which a zero has no sign: an empty sum of floats is -0, and so is 0 taken from nothing.
struct Unsigned<F>(F);

/// Leaves where lists and objects begin and end to the layout.
macro_rules! as_laid_out {
    ($($name:ident($($what:ident: $of:ty)?)),* $(,)?) => {
        $(
            fn $name<W: ?Sized + Write>(&mut self, writer: &mut W $(, $what: $of)?) -> io::Result<()> {
                self.0.$name(writer $(, $what)?)
            }
        )*
    };
}

impl<F: Formatter> Formatter for Unsigned<F> {
    fn write_f64<W: ?Sized + Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        // -0 + 0 is 0, and nothing else is changed.
        self.0.write_f64(writer, value + 0.0)
    }

    as_laid_out!(
        begin_array(),
        end_array(),
        begin_array_value(first: bool),
        end_array_value(),
        begin_object(),
        end_object(),
        begin_object_key(first: bool),
        end_object_key(),
        begin_object_value(),
        end_object_value(),
    );
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn content() -> BTreeMap<&'static str, Vec<Option<f64>>> {
        BTreeMap::from([
            ("a", vec![Some(-0.0), Some(0.0), Some(-1e-300), None, Some(f64::NAN), Some(f64::NEG_INFINITY)]),
            ("b", vec![]),
        ])
    }

    #[test]
    fn nothing_has_no_sign_and_all_else_is_as_it_was() {
        assert_eq!(compact(&content()), br#"{"a":[0.0,0.0,-1e-300,null,null,null],"b":[]}"#);
    }

    #[test]
    fn indentation_is_the_usual_one_and_a_newline_ends_it() {
        let usual = serde_json::to_string_pretty(&content()).unwrap() + "\n";
        assert_eq!(String::from_utf8(indented(&content())).unwrap(), usual.replace("-0.0", "0.0"));
    }
}
