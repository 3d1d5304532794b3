//! From text to tree.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ron2::error::{Error, ErrorKind};

use super::brackets::brackets;
use super::diagnostic::{Diagnostic, MOST_MISTAKES, Place, Source};
use super::foreign::{A_SCENARIO, foreign};
use super::format::lower;
use super::habits::habit;
use super::old_words::{OldWord, Renamed, rename};
use super::tree::{Kind, Tree, bytes};

/// A file that could be read as a tree, perhaps with holes.
#[derive(Debug)]
pub struct File {
    /// Its name and text.
    pub source: Arc<Source>,
    /// The folder to which the paths in it are relative.
    pub folder: PathBuf,
    /// The outermost struct.
    pub tree: Tree,
    /// The bytes at which its syntax is broken, in order.
    pub broken: Vec<usize>,
    /// Words that are read as others, in the order of the text.
    pub renamed: Vec<Renamed>,
}

impl File {
    /// Returns the word that stands somewhere, as it is read.
    pub fn word(&self, span: &Range<usize>) -> &str {
        let found = self.renamed.binary_search_by_key(&span.start, |renamed| renamed.span.start);
        let renamed = found.ok().map(|index| &self.renamed[index]).filter(|renamed| renamed.span == *span);
        renamed.map_or(&self.source.text[span.clone()], |renamed| renamed.new)
    }
}

/// Reads a text as a tree and notes its mistakes of syntax.
///
/// Old words are read as the ones that took their place.
///
/// Returns nothing if the text holds no struct, if it is written as another language is, or if brackets do not match or
/// stand too deep: nothing more can be said then.
pub fn parse(source: Arc<Source>, folder: &Path, words: &[OldWord], out: &mut Vec<Diagnostic>) -> Option<File> {
    let place = |span| Place { source: Arc::clone(&source), span };
    if let Some(mistake) = foreign(&source).or_else(|| habit(&source)).or_else(|| brackets(&source)) {
        out.push(mistake);
        return None;
    }
    let (document, mut errors) = ron2::ast::parse_document_lossy(&source.text);
    // After a bracket that does not come, or one that comes early, the parser skips what it cannot place.
    let astray = errors.iter().position(|error| is_astray(error.kind()));
    errors.truncate(astray.map_or(errors.len(), |first| first + 1));
    let mut lines = BTreeSet::new();
    for error in &errors {
        if lines.len() < MOST_MISTAKES && lines.insert(error.span().start.line) {
            out.push(in_words(place(visible(&source.text, bytes(error.span()))), error));
        }
    }

    let mut broken: Vec<usize> = errors.iter().map(|error| error.span().start_offset).collect();
    broken.sort_unstable();
    match document.value.as_ref().map(Tree::from) {
        Some(mut tree) if astray.is_none() && matches!(tree.kind, Kind::Struct(_)) => {
            out.extend(other_name(place(tree.head.clone())));
            let renamed = rename(&source, &mut tree, words, out);
            Some(File { source, folder: folder.to_owned(), tree, broken, renamed })
        }
        _ if !errors.is_empty() => None,
        other => {
            let span = visible(&source.text, other.map_or(0..0, |tree| tree.head));
            out.push(Diagnostic::error(place(span), "no scenario here").expected(A_SCENARIO));
            None
        }
    }
}

/// Refuses a struct that is called something else.
fn other_name(head: Place) -> Option<Diagnostic> {
    let wrong = !matches!(head.text(), "Scenario" | "(");
    let message = format!("`{}` does not belong here", head.text());
    wrong.then(|| Diagnostic::error(head, message).expected("expected `Scenario(...)` or `(...)`"))
}

fn is_astray(kind: &ErrorKind) -> bool {
    match kind {
        ErrorKind::Expected { expected, .. } => expected.starts_with("closing"),
        kind => matches!(kind, ErrorKind::TrailingCharacters),
    }
}

/// Cuts a span to its first line, within the text and between characters.
pub fn visible(text: &str, span: Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.floor_char_boundary(span.end.min(text.len())).max(start);
    let line = text[start..end].find('\n').map_or(end, |newline| start + newline);
    start..line
}

fn in_words(place: Place, error: &Error) -> Diagnostic {
    match error.kind() {
        ErrorKind::Expected { expected, .. } if expected == "comma" => {
            Diagnostic::error(place, "a comma is missing").expected("expected `,` before this")
        }
        ErrorKind::Expected { expected, .. } if expected.starts_with("`:`") => {
            Diagnostic::error(place, "a field's value is missing").expected("expected `:` and a value after this")
        }
        ErrorKind::Expected { expected, .. } if expected == "value" => {
            Diagnostic::error(place, "a field's value is missing").expected("expected a value")
        }
        ErrorKind::Expected { expected, .. } if expected.starts_with("closing") => {
            Diagnostic::error(place, "this does not belong here").expected("expected `:`, `,` or a closing bracket")
        }
        ErrorKind::Expected { expected, .. } => {
            Diagnostic::error(place, "this does not belong here").expected(format!("expected {expected}"))
        }
        ErrorKind::UnexpectedChar(char) => {
            Diagnostic::error(place, format!("`{char}` does not belong here")).expected("expected a value")
        }
        ErrorKind::TrailingCharacters => {
            Diagnostic::error(place, "something follows the scenario").expected("expected the end of the file")
        }
        other => Diagnostic::error(place, lower(&other.to_string())),
    }
}
