//! What `ron` says, in the words of somebody who writes a scenario.

use std::ops::Range;

use ron::error::Error;

use super::advice::{meant, parted};
use super::diagnostic::{Diagnostic, did_you_mean, one_of};
use super::piece::Node;
use super::tree::Tree;

/// Says what `ron` would make of a piece if something else stood in a place of it.
pub type Probe<'a> = &'a dyn Fn(Range<usize>, &str) -> Probed;

/// What `ron` makes of a piece in which something else stands.
#[derive(Debug)]
pub struct Probed {
    /// What it complains about, if anything.
    pub error: Option<Error>,
    /// At which byte from where that begins it complains, or where the piece ends; none before it.
    pub at: Option<usize>,
}

impl Probed {
    /// Whether `ron` reads on behind this text, which is what stands there or its beginning.
    pub fn fits(&self, text: &str) -> bool {
        let lacks_brackets = matches!(self.error, Some(Error::ExpectedStructLike | Error::ExpectedNamedStructLike(_)));
        self.at.is_some_and(|at| at > text.len() || at == text.len() && !lacks_brackets)
    }

    /// Counts from behind so many bytes that stand first.
    #[must_use]
    pub fn after(self, bytes: usize) -> Self {
        Self { at: self.at.and_then(|at| at.checked_sub(bytes)), ..self }
    }
}

/// Turns an error of `ron` at byte `at` of a piece into a diagnostic.
pub fn error_diagnostic(piece: Node, at: usize, error: &Error, probe: Probe) -> Diagnostic {
    let here = Node { tree: piece.tree.innermost(at), ..piece };
    match error {
        Error::NoSuchStructField { expected, found, .. } => {
            Diagnostic::error(piece.spot(at..at + found.len()), format!("unknown field `{found}`"))
                .expected(format!("expected {}", one_of(expected.iter().copied())))
                .help(did_you_mean(found, expected.iter().copied()))
        }
        Error::NoSuchEnumVariant { expected, found, .. } => {
            Diagnostic::error(here.head(), format!("`{found}` is not known here"))
                .expected(format!("expected {}", one_of(expected.iter().copied())))
                .help(did_you_mean(found, expected.iter().copied()))
        }
        Error::DuplicateStructField { field, .. } => twice(piece, at, field),
        Error::ExpectedDifferentStructName { found, .. } => {
            Diagnostic::error(piece.spot(at..at + found.len()), format!("`{found}` does not belong here"))
                .expected("expected `(`")
                .help(format!("leave `{found}` out"))
        }
        Error::Message(message) => {
            let (message, expected) = apart(message);
            let mistake = Diagnostic::error(here.place(), message).help(meant(here, probe));
            if let Some(expected) = expected { mistake.expected(expected) } else { mistake }
        }
        _ => misfit(piece, at, here, error, probe),
    }
}

/// A field that is given twice.
pub fn twice(piece: Node, at: usize, name: &str) -> Diagnostic {
    let first = structs(piece.tree, at).into_iter().flat_map(Tree::fields).find(|field| field.name == name);
    let mistake = Diagnostic::error(piece.spot(at..at + name.len()), format!("field `{name}` stands here again"));
    match first {
        Some(first) => mistake.also(piece.spot(first.name_span.clone()), "first given here"),
        None => mistake,
    }
}

/// Returns the innermost piece around a byte that has fields.
fn structs(tree: &Tree, at: usize) -> Option<&Tree> {
    let inner = tree.children().find(|child| child.span.contains(&at)).and_then(|child| structs(child, at));
    inner.or_else(|| (!tree.fields().is_empty()).then_some(tree))
}

/// A value that is not of its field's type.
fn misfit(piece: Node, at: usize, here: Node, error: &Error, probe: Probe) -> Diagnostic {
    let found = here.place();
    let message = match piece.file.tree.field_around(at) {
        Some(field) if field.value.span == here.tree.span => format!("`{}` cannot be `{}`", field.name, found.text()),
        _ => format!("`{}` does not fit here", found.text()),
    };
    let text = found.text().to_owned();
    let mistake = Diagnostic::error(found, message).help(meant(here, probe));
    match error {
        Error::IntegerOutOfBounds if text.starts_with('-') => mistake.expected("expected 0 or more"),
        Error::IntegerOutOfBounds => mistake.expected("expected a smaller number"),
        Error::ExpectedInteger | Error::ExpectedComma | Error::InvalidIntegerDigit { .. } => {
            mistake.expected("expected a whole number")
        }
        Error::ExpectedFloat => mistake.expected("expected a number"),
        Error::ExpectedBoolean => mistake.expected("expected `true` or `false`"),
        Error::ExpectedArray => mistake.expected("expected a list, `[...]`"),
        Error::ExpectedString => no_string(mistake, here, probe),
        Error::ExpectedDifferentLength { expected, found } => {
            let wanted: String = expected.chars().filter(char::is_ascii_digit).collect();
            let expected = format!("expected {wanted} values, found {found}");
            parted(piece, at).unwrap_or_else(|| mistake.expected(expected))
        }
        Error::ExpectedStructLikeEnd => parted(piece, at).unwrap_or_else(|| mistake.expected("expected fewer values")),
        Error::ExpectedStructLike if text.starts_with('[') => mistake.expected("expected values in round brackets"),
        _ => otherwise(mistake, here, &text, error, probe),
    }
}

/// Something without quotes where a text is expected: a name, or what is read from one.
fn no_string(mistake: Diagnostic, here: Node, probe: Probe) -> Diagnostic {
    if let Some(Error::Message(message)) = probe(here.tree.span.clone(), "\"\"").error
        && let (_, Some(expected)) = apart(&message)
    {
        return mistake.expected(expected);
    }
    let field = here.file.tree.field_around(here.tree.span.start).map_or("", |field| field.name.as_str());
    let names = here.declared(field);
    match names.len() {
        1..=12 if mistake.help.is_none() => mistake.expected(format!("expected a name in quotes: {}", one_of(names))),
        _ => mistake.expected("expected text in quotes"),
    }
}

/// Asks what would have been expected: one of some names, or fields.
fn otherwise(mistake: Diagnostic, here: Node, text: &str, error: &Error, probe: Probe) -> Diagnostic {
    let span = here.tree.span.clone();
    if let Some(Error::NoSuchEnumVariant { expected, .. }) = probe(span.clone(), "_").error {
        return mistake.expected(format!("expected {}", one_of(expected.iter().copied())));
    }
    if let Some(Error::NoSuchStructField { expected, .. }) = probe(span.start..span.start, "_: ").error {
        return mistake.expected(format!("expected fields with their names: {}", one_of(expected.iter().copied())));
    }
    match error {
        Error::ExpectedStructLike => mistake.expected(format!("expected `{text}(...)`")),
        Error::ExpectedNamedStructLike(_) => mistake.expected("expected fields in brackets, `(...)`"),
        other => mistake.expected(lower(&other.to_string())),
    }
}

/// Splits a message at "expected", as serde and the parsers of this crate write it.
pub fn apart(message: &str) -> (String, Option<String>) {
    let begins = |at: &usize| message[..*at].ends_with([' ', ';', ',']);
    match message.rmatch_indices("expected").map(|(at, _)| at).find(begins) {
        Some(at) => {
            let before = message[..at].trim_end_matches([' ', ',', ';']);
            (before.to_owned(), Some(message[at..].to_owned()))
        }
        _ => (message.to_owned(), None),
    }
}

/// Returns a sentence with a small first letter.
pub fn lower(sentence: &str) -> String {
    let mut chars = sentence.chars();
    let first = chars.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    first + chars.as_str()
}
