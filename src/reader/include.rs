//! Reading a scenario's file and the files that it includes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::diagnostic::{Diagnostic, Place, Source, is_enough};
use super::files::{self, SCENARIO_BYTES};
use super::old_words::OldWord;
use super::piece::Node;
use super::syntax::{self, File};
use super::tree::Kind;

/// Files by way of which another may be included.
const DEEPEST_INCLUDES: usize = 64;

/// Reads a file and its includes: those first, in the order of their lists, each once.
#[derive(Debug, Default)]
pub struct Reader<'a> {
    /// Old words and those that took their place.
    words: &'a [OldWord],
    /// The files whose syntax is whole enough, the scenario itself last.
    pub files: Vec<File>,
    /// What is wrong so far, in all files.
    pub mistakes: Vec<Diagnostic>,
    /// The names and texts in the order of `files`, for a digest: the scenario's own name is left out.
    pub resolved: String,
    /// Whether an included file is missing or too broken to say what it declares.
    pub incomplete: bool,
    opened: Vec<PathBuf>,
    done: BTreeSet<PathBuf>,
}

impl<'a> Reader<'a> {
    /// A reader that has read nothing yet, and knows these old words.
    pub fn new(words: &'a [OldWord]) -> Self {
        Self { words, ..Self::default() }
    }

    /// Reads the scenario's own file and what it includes.
    pub fn open(&mut self, path: &Path) {
        match text_of(path) {
            Ok(source) => {
                self.opened.extend(path.canonicalize());
                self.take(source, folder_of(path), "");
            }
            Err(reason) => {
                let source = Arc::new(Source { name: path.display().to_string(), text: String::new() });
                let mistake = Diagnostic::error(Place { source, span: 0..0 }, format!("cannot be read: {reason}"));
                self.mistakes.push(mistake.help(files::neighbour(path)));
            }
        }
    }

    /// Takes a text as the scenario's own file, or as one that was included as `written`.
    pub fn take(&mut self, source: Source, folder: &Path, written: &str) {
        if (self.resolved.len() + source.text.len()) as u64 > SCENARIO_BYTES {
            self.incomplete = true;
            let place = Place { source: Arc::new(source), span: 0..0 };
            let message = format!("with its includes, the scenario is larger than {} MiB", SCENARIO_BYTES >> 20);
            let help = "put recorded series into files for `Replay`, and like agents into one population by `count`";
            self.mistakes.push(Diagnostic::error(place, message).help(help.to_owned()));
            return;
        }
        let Some(file) = syntax::parse(Arc::new(source), folder, self.words, &mut self.mistakes) else {
            self.incomplete = true;
            return;
        };
        self.incomplete |= !file.broken.is_empty();
        if let Some(list) = file.tree.get("include") {
            let node = Node { file: &file, tree: list };
            match list.kind {
                Kind::List(_) => node.elements().for_each(|element| self.include(element, folder)),
                _ => self.mistakes.push(
                    Diagnostic::error(node.place(), "a list is missing").expected("expected files, `[\"market.ron\"]`"),
                ),
            }
        }
        self.resolved.extend(["// ", written, "\n", &file.source.text, "\n"]);
        self.files.push(file);
    }

    fn include(&mut self, element: Node, folder: &Path) {
        if element.is_broken() {
            return;
        }
        if is_enough(&self.mistakes) {
            self.incomplete = true;
            return;
        }
        let Some(written) = element.string() else {
            let mistake = Diagnostic::error(element.place(), "this is no file").expected("expected a path in quotes");
            self.mistakes.push(mistake);
            return;
        };
        let path = folder.join(&written);
        let identity = path.canonicalize().unwrap_or_else(|_| path.clone());
        if self.opened.len() > DEEPEST_INCLUDES {
            let message = format!("`{written}` is included by way of {DEEPEST_INCLUDES} files");
            let help = "include it in the scenario itself".to_owned();
            self.mistakes.push(Diagnostic::error(element.place(), message).help(help));
        } else if self.opened.contains(&identity) {
            let message = format!("`{written}` includes itself, by way of this file");
            self.mistakes.push(Diagnostic::error(element.place(), message).help("leave it out".to_owned()));
        } else if !self.done.contains(&identity) {
            self.follow(element.place(), &path, identity, &written);
        }
    }

    fn follow(&mut self, place: Place, path: &Path, identity: PathBuf, written: &str) {
        match text_of(path) {
            Err(reason) => {
                self.incomplete = true;
                let message = format!("`{written}` cannot be included: {reason}");
                let neighbours = files::neighbour(path);
                self.mistakes.push(Diagnostic::error(place, message).help(neighbours));
            }
            Ok(source) => {
                self.opened.push(identity.clone());
                self.take(source, folder_of(path), written);
                self.opened.pop();
                self.done.insert(identity);
            }
        }
    }
}

/// Returns the folder of a file; empty if the path has none.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

fn text_of(path: &Path) -> Result<Source, String> {
    let bytes = files::read(path, SCENARIO_BYTES)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let sound = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        format!("line {} is not UTF-8 text", sound.lines().count().max(1))
    })?;
    // Some editors on Windows begin a file with a byte order mark.
    let text = text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned);
    Ok(Source { name: path.display().to_string(), text })
}
