//! Words that scenario files were written with before: they still read, with a warning that says the new one.

use std::ops::Range;
use std::sync::Arc;

use super::diagnostic::{Diagnostic, MOST_MISTAKES, Place, Source};
use super::tree::{Kind, Tree};

/// The path to a word, and what is written in its place now. A path is made of the names of fields and variants around
/// the word, as they are now, and ends in the word itself: `agents.FarmLiquidator.margin`.
pub type OldWord = (&'static str, &'static str);

/// A word of a file for which another is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// The word's bytes in the file.
    pub span: Range<usize>,
    /// The word that is read for it.
    pub new: &'static str,
}

/// Finds the old words of a file, in the order of its text. Fields of the tree get their new names.
pub(super) fn rename(
    source: &Arc<Source>,
    tree: &mut Tree,
    words: &[OldWord],
    out: &mut Vec<Diagnostic>,
) -> Vec<Renamed> {
    let mut walk = Walk { text: &source.text, words, found: Vec::new() };
    walk.inside(tree, "");
    for Renamed { span, new } in walk.found.iter().take(MOST_MISTAKES + 1) {
        let place = Place { source: Arc::clone(source), span: span.clone() };
        let message = format!("`{}` is called `{new}` now", place.text());
        out.push(Diagnostic::warning(place, message).expected(format!("expected `{new}`")));
    }
    walk.found
}

/// A walk through a tree, from the outside in and in the order of the text.
struct Walk<'a> {
    text: &'a str,
    words: &'a [OldWord],
    found: Vec<Renamed>,
}

impl Walk<'_> {
    /// Renames the name that a piece begins with, if it is an old one; returns the path with that name.
    fn piece(&mut self, tree: &Tree, path: &str) -> String {
        let head = &self.text[tree.head.clone()];
        if !head.starts_with(|letter: char| letter.is_alphabetic()) {
            return path.to_owned();
        }
        self.word(tree.head.clone(), path)
    }

    /// Renames in what is inside a piece.
    fn inside(&mut self, tree: &mut Tree, path: &str) {
        match &mut tree.kind {
            Kind::Leaf => {}
            Kind::Struct(fields) => {
                for field in fields {
                    let below = self.word(field.name_span.clone(), path);
                    let name = below.rsplit('.').next().unwrap_or_default();
                    name.clone_into(&mut field.name);
                    let below = self.piece(&field.value, &below);
                    self.inside(&mut field.value, &below);
                }
            }
            Kind::List(elements) | Kind::Tuple(elements) => {
                for element in elements {
                    let below = self.piece(&element.value, path);
                    self.inside(&mut element.value, &below);
                }
            }
        }
    }

    /// Notes a word if it is an old one, and returns the path to it as it is now.
    fn word(&mut self, span: Range<usize>, path: &str) -> String {
        let below = |word: &str| if path.is_empty() { word.to_owned() } else { format!("{path}.{word}") };
        let written = below(&self.text[span.clone()]);
        let Some((_, new)) = self.words.iter().find(|(old, _)| *old == written) else { return written };
        self.found.push(Renamed { span, new });
        below(new)
    }
}
