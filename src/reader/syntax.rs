//! From text to tree: brackets, commas, quotes.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ron2::error::{Error, ErrorKind};

use super::diagnostic::{Diagnostic, Place, Source};
use super::format::lower;
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
    /// The bytes at which its syntax is broken.
    pub broken: Vec<usize>,
    /// Words that are read as others, in the order of the text.
    pub renamed: Vec<Renamed>,
}

impl File {
    /// Returns the word that stands somewhere, as it is read.
    pub fn word(&self, span: &Range<usize>) -> &str {
        let renamed = self.renamed.iter().find(|renamed| renamed.span == *span);
        renamed.map_or(&self.source.text[span.clone()], |renamed| renamed.new)
    }
}

/// Reads a text as a tree and notes its mistakes of syntax.
///
/// Old words are read as the ones that took their place.
///
/// Returns nothing if brackets do not match or if the text holds no struct: nothing more can be said then.
pub fn parse(source: Arc<Source>, folder: &Path, words: &[OldWord], out: &mut Vec<Diagnostic>) -> Option<File> {
    let place = |span| Place { source: Arc::clone(&source), span };
    if let Some(mistake) = brackets(&source) {
        out.push(mistake);
        return None;
    }
    let (document, mut errors) = ron2::ast::parse_document_lossy(&source.text);
    // After a bracket that does not come, or one that comes early, the parser skips what it cannot place.
    let astray = errors.iter().position(|error| is_astray(error.kind()));
    errors.truncate(astray.map_or(errors.len(), |first| first + 1));
    let mut lines: Vec<usize> = Vec::new();
    for error in &errors {
        let at = place(visible(&source.text, bytes(error.span())));
        if !lines.contains(&at.line()) {
            lines.push(at.line());
            out.push(in_words(at, error));
        }
    }

    let broken: Vec<usize> = errors.iter().map(|error| error.span().start_offset).collect();
    match document.value.as_ref().map(Tree::from) {
        Some(mut tree) if astray.is_none() && matches!(tree.kind, Kind::Struct(_)) => {
            out.extend(other_name(place(tree.head.clone())));
            let renamed = rename(&source, &mut tree, words, out);
            Some(File { source, folder: folder.to_owned(), tree, broken, renamed })
        }
        _ if !errors.is_empty() => None,
        other => {
            let span = visible(&source.text, other.map_or(0..0, |tree| tree.head));
            let expected = "expected `Scenario(...)` with fields such as `blocks: 7200`";
            out.push(Diagnostic::error(place(span), "no scenario here").expected(expected));
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

/// Finds the first bracket, quote or comment that is not closed, or that closes another one.
///
/// The parser would go on after one of these, but what it says then is about what it guessed.
fn brackets(source: &Arc<Source>) -> Option<Diagnostic> {
    let place = |span| Place { source: Arc::clone(source), span };
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut outermost = (0, 0);
    let text = source.text.as_bytes();
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'(' | b'[' | b'{' => open.push((text[at], at)),
            closing @ (b')' | b']' | b'}') => match open.pop() {
                Some((opening, begin)) if partner(opening) == closing => outermost = (begin, at),
                Some((opening, begin)) => return Some(crossed(&place, (opening, begin), at)),
                None => return Some(closes_nothing(&place, at, outermost)),
            },
            _ => match quoted(&text[at..]) {
                Quoted::No => {}
                Quoted::Open(what) => {
                    let span = visible(&source.text, at..text.len());
                    return Some(Diagnostic::error(place(span), format!("{what} is not closed")));
                }
                Quoted::Bytes(length) => at += length - 1,
            },
        }
        at += 1;
    }
    let (opening, begin) = open.pop()?;
    let message = format!("`{}` is not closed", char::from(opening));
    let expected = format!("expected a `{}` for this", char::from(partner(opening)));
    Some(Diagnostic::error(place(begin..begin + 1), message).expected(expected))
}

fn partner(opening: u8) -> u8 {
    match opening {
        b'(' => b')',
        b'[' => b']',
        _ => b'}',
    }
}

fn closes_nothing(place: &dyn Fn(Range<usize>) -> Place, at: usize, (begin, end): (usize, usize)) -> Diagnostic {
    let here = place(at..at + 1);
    let mistake = Diagnostic::error(here.clone(), format!("`{}` closes nothing", here.text()));
    if end == 0 {
        return mistake;
    }
    mistake.also(place(begin..begin + 1), "this bracket").also(place(end..end + 1), "is closed here already")
}

fn crossed(place: &dyn Fn(Range<usize>) -> Place, (opening, begin): (u8, usize), at: usize) -> Diagnostic {
    let end = place(at..at + 1);
    let message = format!("`{}` is closed by `{}`", char::from(opening), end.text());
    Diagnostic::error(end, message)
        .expected(format!("expected `{}`", char::from(partner(opening))))
        .also(place(begin..begin + 1), "opened here")
}

/// What a quote or comment at the start of some text is.
enum Quoted {
    /// No string begins here.
    No,
    /// A string begins and is not closed; its closing mark.
    Open(&'static str),
    /// A string of so many bytes.
    Bytes(usize),
}

fn quoted(text: &[u8]) -> Quoted {
    let find = |pattern: &[u8], from: usize| {
        text.get(from..)?
            .windows(pattern.len())
            .position(|window| window == pattern)
            .map(|at| from + at + pattern.len())
    };
    let closed = |end: Option<usize>, what| end.map_or(Quoted::Open(what), Quoted::Bytes);
    match text {
        [b'/', b'/', ..] => Quoted::Bytes(find(b"\n", 2).unwrap_or(text.len())),
        [b'/', b'*', ..] => closed(find(b"*/", 2), "this comment"),
        [b'"', ..] => {
            let mut at = 1;
            while let Some(byte) = text.get(at) {
                match byte {
                    b'"' => return Quoted::Bytes(at + 1),
                    b'\\' => at += 2,
                    _ => at += 1,
                }
            }
            Quoted::Open("this quote")
        }
        _ => Quoted::No,
    }
}
