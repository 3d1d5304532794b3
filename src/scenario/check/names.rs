//! Names: declared once, and declared at all.

use std::collections::BTreeMap;

use super::super::lists;
use super::Check;
use crate::checks::names::{EntityKind, Use};
use crate::reader::diagnostic::{Diagnostic, MOST_MISTAKES, Place, did_you_mean, one_of};
use crate::reader::piece::Node;
use crate::reader::syntax::File;

/// A name that something declares.
struct Declaration<'a> {
    kind: EntityKind,
    name: String,
    node: Node<'a>,
    /// Where the same name is declared before, if it is.
    earlier: Option<Node<'a>>,
}

/// Every name that is declared, by something sound or not.
pub(super) struct Names<'a> {
    declared: Vec<Declaration<'a>>,
    /// Where in `declared` a name of a kind stands first.
    first: BTreeMap<(&'static str, String), usize>,
    /// Kinds of which some name could not be read: one that is not known may be that one.
    uncertain: Vec<EntityKind>,
    /// Whether names of every kind may be missing, as some list could not be read.
    all_uncertain: bool,
}

impl<'a> Names<'a> {
    /// Finds the names in the text itself, so that a broken declaration is one mistake and not many. A file that is
    /// not `whole` may hide any name.
    pub(super) fn declared(files: &'a [File], whole: bool) -> Self {
        let mut names =
            Self { declared: Vec::new(), first: BTreeMap::new(), uncertain: Vec::new(), all_uncertain: !whole };
        for file in files {
            for field in file.tree.fields() {
                let list = Node { file, tree: &field.value };
                for (kind, list) in lists::named(&field.name, list) {
                    names.add(kind, list);
                }
            }
        }
        names
    }

    fn add(&mut self, kind: EntityKind, list: Node<'a>) {
        for element in list.elements() {
            let node = element.at("name");
            match node.string() {
                Some(name) => {
                    let first = *self.first.entry((kind.0, name.clone())).or_insert(self.declared.len());
                    let earlier = self.declared.get(first).map(|first| first.node);
                    self.declared.push(Declaration { kind, name, node, earlier });
                }
                None if self.uncertain.contains(&kind) => {}
                None => self.uncertain.push(kind),
            }
        }
    }

    /// Returns how many pools are declared; none if some name could not be read.
    pub(super) fn pools(&self) -> Option<usize> {
        (!self.is_uncertain(EntityKind::POOL)).then(|| self.of(EntityKind::POOL).count())
    }

    /// Whether a name of this kind may be one that could not be read.
    fn is_uncertain(&self, kind: EntityKind) -> bool {
        self.all_uncertain || self.uncertain.contains(&kind)
    }

    fn of(&self, kind: EntityKind) -> impl Iterator<Item = &Declaration<'a>> {
        self.declared.iter().filter(move |name| name.kind == kind)
    }

    fn has(&self, kind: EntityKind, name: &str) -> bool {
        self.first.contains_key(&(kind.0, name.to_owned()))
    }
}

/// Returns where everything gets its name, by what it is.
pub(in super::super) fn places(files: &[File]) -> BTreeMap<(&'static str, String), Place> {
    let names = Names::declared(files, true);
    names.declared.into_iter().map(|named| ((named.kind.0, named.name), named.node.place())).collect()
}

impl Check<'_, '_> {
    /// Names are declared once, and only declared names are used.
    pub(super) fn names(&mut self) {
        let Self { names, common, .. } = self;
        for Declaration { kind, name, node, earlier } in &names.declared {
            if let Some(first) = earlier {
                let message = format!("a second {} is called `{name}`", kind.0);
                let mistake = Diagnostic::error(node.place(), message).expected("expected another name");
                common.out.push(mistake.also(first.place(), "the first"));
            }
            if name.is_empty() {
                let mistake = Diagnostic::error(node.place(), format!("a {} has no name", kind.0));
                common.out.push(mistake.expected("expected a name"));
            }
        }
        let used = self.used();
        let unknown = used.into_iter().filter_map(|used| self.unknown(used)).take(MOST_MISTAKES);
        let unknown: Vec<Diagnostic> = unknown.collect();
        self.out.extend(unknown);
    }

    fn unknown(&self, Use { node, kind, name, words }: Use) -> Option<Diagnostic> {
        if self.names.has(kind, name) || self.names.is_uncertain(kind) {
            return None;
        }
        let distinct = self.names.of(kind).filter(|name| name.earlier.is_none());
        let known: Vec<&str> = distinct.map(|name| name.name.as_str()).collect();
        let expected = match known.len() {
            0 => format!("there are no {}s", kind.0),
            1..=12 => format!("expected {}", one_of(known.iter().copied())),
            many => format!("expected one of the {many} {}s", kind.0),
        };
        let mistake = Diagnostic::error(node.place(), format!("no {} is called `{name}`", kind.0));
        let is_word = words.contains(&name) && node.text().starts_with('"');
        let help = if is_word { Some(format!("leave the quotes out: `{name}`")) } else { did_you_mean(name, known) };
        Some(mistake.expected(expected).help(help))
    }
}

impl<'a, 'd> Check<'a, 'd> {
    fn used(&self) -> Vec<Use<'a, 'd>> {
        let draft = self.draft;
        let mut used = Vec::new();
        used.extend(draft.numeraire.as_ref().map(|name| Use::new(name.node, EntityKind::TOKEN, name.value.as_str())));
        used.extend(
            draft.chain.as_ref().map(|c| Use::new(c.node.at("native"), EntityKind::TOKEN, c.value.native.as_str())),
        );
        if let Some((chain, rises)) =
            draft.chain.as_ref().and_then(|c| Some((c, c.value.background.as_ref()?.rises.as_ref()?)))
        {
            let node = chain.node.at("background").at("rises");
            used.push(Use::new(node.at("token"), EntityKind::TOKEN, rises.token.as_str()));
        }
        draft.lists.uses(&mut used);
        used
    }
}
