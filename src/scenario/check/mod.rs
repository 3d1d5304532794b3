//! What a file may say and a simulation cannot do, each with its place: lists check themselves, names and what stands
//! once are checked here.

mod cascade;
mod cells;
mod chain;
mod declared;
pub(super) mod memory;
mod names;

use std::ops::{Deref, DerefMut};

use super::draft::Draft;
use crate::checks;
use crate::reader::diagnostic::Diagnostic;
use crate::reader::syntax::File;
use names::Names;
pub(super) use names::places;

/// Finds everything that is wrong with what could be read.
///
/// `known` says whether every file and field could be read, so that a name which is not there is a mistake; `sound`
/// that nothing was wrong so far, so that warnings are worth having.
pub(super) fn all(draft: &Draft, files: &[File], known: bool, sound: bool) -> Vec<Diagnostic> {
    let names = Names::declared(files, known);
    let common = checks::Check::new(declared::declared(draft, &names));
    let mut check = Check { draft, names, common };
    check.common.out.extend(cells::refused(files));
    check.names();
    check.chain();
    check.memory();
    draft.lists.check(&mut check);
    check.cascade();
    if sound && !check.out.iter().any(Diagnostic::is_error) {
        draft.lists.warn(&mut check);
    }
    check.common.out
}

/// A draft under examination.
pub(super) struct Check<'a, 'd> {
    pub(super) draft: &'d Draft<'a>,
    names: Names<'a>,
    common: checks::Check<'d>,
}

impl<'d> Deref for Check<'_, 'd> {
    type Target = checks::Check<'d>;

    fn deref(&self) -> &Self::Target {
        &self.common
    }
}

impl DerefMut for Check<'_, '_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.common
    }
}
