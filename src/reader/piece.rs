//! From a piece of the tree to a value.
//!
//! A mistake costs the smallest field or list element around it: that is blanked out, and the rest is read again, so
//! that every mistake is found and each stays where it was typed.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use ron::Options;
use ron::error::{Error, SpannedError};
use ron::extensions::Extensions;
use serde::de::DeserializeOwned;

use super::diagnostic::{Diagnostic, Place, did_you_mean, is_enough};
use super::format::{Probe, Probed, error_diagnostic};
use super::lacking::lacking;
use super::old_words::Renamed;
use super::syntax::File;
use super::tree::Tree;

/// A piece of a file: a struct, a field's value, an element.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    /// The file that it is of.
    pub file: &'a File,
    /// Its span and what is in it.
    pub tree: &'a Tree,
}

/// A value with the piece that it was read from.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a, T> {
    /// As deserialized.
    pub value: T,
    /// The piece.
    pub node: Node<'a>,
    /// Whether nothing was cut out of it, so that its lists have the elements of the text.
    pub whole: bool,
}

/// The piece that a value was read from, without the value.
pub type At<'a> = Placed<'a, ()>;

impl<'a, T> Placed<'a, T> {
    /// Returns the piece alone.
    pub fn at(&self) -> At<'a> {
        Placed { value: (), node: self.node, whole: self.whole }
    }

    /// Returns where each of a list's values stands that were read. A broken one between them may have been cut out: then
    /// they are found by the field that tells them apart.
    pub fn each<'v>(&self, list: &str, key: &str, values: impl IntoIterator<Item = &'v str>) -> Vec<Node<'a>> {
        let list = self.node.at(list);
        let mut of: BTreeMap<String, Node> = BTreeMap::new();
        for node in list.elements().filter(|_| !self.whole) {
            if let Some(value) = node.at(key).string() {
                of.entry(value).or_insert(node);
            }
        }
        let of = |value: &str| of.get(value).copied().unwrap_or(list);
        let find = |(index, value): (usize, &str)| if self.whole { list.nth(index) } else { of(value) };
        values.into_iter().enumerate().map(find).collect()
    }
}

impl<'a> Node<'a> {
    /// Returns a field's value, or the whole piece if the field was left to its default.
    #[must_use]
    pub fn at(self, field: &str) -> Self {
        self.tree.get(field).map_or(self, |tree| Self { tree, ..self })
    }

    /// Returns an element, or the whole piece if there is none.
    #[must_use]
    pub fn nth(self, index: usize) -> Self {
        self.tree.elements().get(index).map_or(self, |element| Self { tree: &element.value, ..self })
    }

    /// Returns the elements of a list or tuple; none of other pieces.
    pub fn elements(self) -> impl Iterator<Item = Self> {
        self.tree.elements().iter().map(move |element| Self { tree: &element.value, ..self })
    }

    /// Returns where the value stands; for a long one, where it begins.
    pub fn place(self) -> Place {
        let text = &self.file.source.text[self.tree.span.clone()];
        self.spot(if text.contains('\n') { self.tree.head.clone() } else { self.tree.span.clone() })
    }

    /// Returns where the value's name or opening bracket stands.
    pub fn head(self) -> Place {
        self.spot(self.tree.head.clone())
    }

    /// Returns the word that stands there, as it is read.
    pub fn word(self) -> &'a str {
        self.file.word(&self.tree.head)
    }

    /// Returns a span of the same file.
    pub fn spot(self, span: Range<usize>) -> Place {
        Place { source: Arc::clone(&self.file.source), span }
    }

    /// Returns the names, in quotes, of what stands in the file's list of a field's plural: those of `pools` for `pool`.
    pub fn declared(self, field: &str) -> Vec<&'a str> {
        let mut names = Vec::new();
        self.file.tree.visit(&mut |tree| {
            let list = tree.get(&format!("{field}s")).map_or(&[][..], Tree::elements);
            names.extend(list.iter().filter_map(|element| element.value.get("name")));
        });
        let names = names.into_iter().map(|name| &self.file.source.text[name.span.clone()]);
        names.filter(|name| name.starts_with('"')).collect()
    }

    /// Returns its text as it stands in the file.
    pub fn text(self) -> &'a str {
        &self.file.source.text[self.tree.span.clone()]
    }

    /// Whether the syntax is broken somewhere inside.
    pub fn is_broken(self) -> bool {
        let (span, broken) = (&self.tree.span, &self.file.broken);
        broken.get(broken.partition_point(|at| *at < span.start)).is_some_and(|at| *at <= span.end)
    }

    /// Returns the text of a string literal, unescaped; none of another piece.
    pub fn string(self) -> Option<String> {
        ron::from_str(self.text()).ok()
    }
}

/// Reads a piece and notes its mistakes.
///
/// Returns nothing if what is left without the mistakes is not a `T`, if the piece's syntax is broken already, or if
/// there are so many mistakes that no more is read.
pub fn read<'a, T: DeserializeOwned>(node: Node<'a>, out: &mut Vec<Diagnostic>) -> Option<Placed<'a, T>> {
    if node.is_broken() || is_enough(out) {
        return None;
    }
    let mut piece = Piece::new(node);
    for leaf in node.tree.leaves() {
        if let Some(mistake) = boundless(Node { tree: leaf, ..node }) {
            out.push(mistake);
            if is_enough(out) {
                return None;
            }
            if !piece.is_cut(leaf.span.start) {
                piece.cut(leaf.span.start)?;
            }
        }
    }
    loop {
        let error = match options().from_str(&piece.text) {
            Ok(value) => return Some(Placed { value, node, whole: piece.cut.is_empty() }),
            Err(error) => error,
        };
        let at = piece.position(&error);
        if !piece.follows_a_cut(&error.code, at) {
            let probe: Probe = &|span, instead| piece.probe::<T>(span, instead);
            out.push(match &error.code {
                Error::MissingStructField { field, .. } => lacking(node, at, field, probe),
                code => error_diagnostic(node, at, code, probe),
            });
        }
        if is_enough(out) {
            return None;
        }
        piece.cut(at)?;
    }
}

/// How scenario files are written: `Some` and the inner brackets of `Farmer((...))` may be left out.
pub fn options() -> Options {
    Options::default().with_default_extension(Extensions::UNWRAP_VARIANT_NEWTYPES | Extensions::IMPLICIT_SOME)
}

/// Refuses numbers that are none, or beyond all floats.
fn boundless(leaf: Node) -> Option<Diagnostic> {
    let text = leaf.text();
    let number = text.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) || matches!(text, "inf" | "NaN");
    let value: f64 = text.replace('_', "").parse().ok()?;
    (number && !value.is_finite())
        .then(|| Diagnostic::error(leaf.place(), format!("`{text}` is not a number to count with")))
        .map(|mistake| mistake.expected("expected a finite number"))
}

struct Piece<'a> {
    node: Node<'a>,
    /// The piece's text, its old words replaced by those that are read, blanked where it was cut.
    text: String,
    /// Those words.
    renamed: Vec<&'a Renamed>,
    cut: Vec<Range<usize>>,
}

impl<'a> Piece<'a> {
    fn new(node: Node<'a>) -> Self {
        let span = &node.tree.span;
        let all = &node.file.renamed;
        let first = all.partition_point(|word| word.span.start < span.start);
        let renamed = all[first..].iter().take_while(|word| word.span.end <= span.end);
        let mut piece = Self { node, text: String::new(), renamed: renamed.collect(), cut: Vec::new() };
        let mut copied = span.start;
        for Renamed { span, new } in &piece.renamed {
            piece.text.extend([&node.file.source.text[copied..span.start], new]);
            copied = span.end;
        }
        piece.text.push_str(&node.file.source.text[copied..span.end]);
        piece
    }

    /// Returns where a byte of the file stands in the text.
    fn in_text(&self, at: usize) -> usize {
        let before = self.renamed.iter().filter(|word| word.span.end <= at);
        let (old, new) = before.fold((0, 0), |(old, new), word| (old + word.span.len(), new + word.new.len()));
        at - self.node.tree.span.start + new - old
    }

    /// Returns where a byte of the text stands in the file; one inside a word that is read as another where that begins.
    fn in_file(&self, at: usize) -> usize {
        let start = self.node.tree.span.start;
        let (mut old, mut new) = (0, 0);
        for word in &self.renamed {
            let (with_old, with_new) = (old + word.span.len(), new + word.new.len());
            if at < word.span.end - start + with_new - with_old {
                return (at + start + old - new).min(word.span.start);
            }
            (old, new) = (with_old, with_new);
        }
        at + start + old - new
    }

    /// Blanks the smallest field or list element around a byte; nothing, if that would be all.
    fn cut(&mut self, at: usize) -> Option<()> {
        let span = self.node.tree.severable(at).filter(|span| !self.cut.contains(span))?;
        let local = self.in_text(span.start)..self.in_text(span.end);
        let blank: String = self.text[local.clone()].bytes().map(|b| if b == b'\n' { '\n' } else { ' ' }).collect();
        self.text.replace_range(local, &blank);
        self.cut.push(span);
        Some(())
    }

    fn is_cut(&self, at: usize) -> bool {
        self.cut.iter().any(|span| span.contains(&at))
    }

    /// Returns what `ron` says if something else stood somewhere: that tells what it expected there.
    fn probe<T: DeserializeOwned>(&self, span: Range<usize>, instead: &str) -> Probed {
        let mut text = self.text.clone();
        let local = self.in_text(span.start)..self.in_text(span.end);
        text.replace_range(local.clone(), instead);
        let Err(error) = options().from_str::<T>(&text) else { return Probed { error: None, at: Some(text.len()) } };
        Probed { at: stumbles_at(&text, &error).checked_sub(local.start), error: Some(error.code) }
    }

    /// Whether a field is missing only because it was cut, perhaps under a misspelt name.
    fn follows_a_cut(&self, error: &Error, at: usize) -> bool {
        let Error::MissingStructField { field, .. } = error else { return false };
        let fields = self.node.tree.innermost(at).fields();
        let meant = |name: &str| name == *field || did_you_mean(name, [*field]).is_some();
        fields.iter().any(|candidate| self.cut.contains(&candidate.span) && meant(&candidate.name))
    }

    /// Returns the byte of the file at which `ron` stumbled.
    fn position(&self, error: &SpannedError) -> usize {
        self.in_file(stumbles_at(&self.text, error).min(self.text.len().saturating_sub(1)))
    }
}

/// Returns the byte of a text at which `ron` stumbled.
fn stumbles_at(text: &str, error: &SpannedError) -> usize {
    let byte = |position: &ron::error::Position| {
        let line: usize = text.split_inclusive('\n').take(position.line - 1).map(str::len).sum();
        let column: usize = text[line..].chars().take(position.col - 1).map(char::len_utf8).sum();
        line + column
    };
    let (start, end) = (byte(&error.span.start), byte(&error.span.end));
    let ahead = text[start..].starts_with(|c: char| c.is_whitespace() || c == '/' || c == ',');
    if ahead { end } else { start }
}
