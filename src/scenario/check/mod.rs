//! What a file may say and a simulation cannot do: one file per subject, each check with its place.

mod chain;
mod correlations;
mod declared;
mod laboratory;
mod market;
mod names;
mod oracles;
mod prices;
mod warnings;

use std::ops::{Deref, DerefMut};

use super::draft::Draft;
use crate::checks;
use crate::deployments::Family;
use crate::reader::diagnostic::Diagnostic;
use crate::reader::piece::Placed;
use crate::reader::syntax::File;
use names::Names;

/// Finds everything that is wrong with what could be read.
///
/// `known` says whether every file and field could be read, so that a name which is not there is a mistake; `sound`
/// that nothing was wrong so far, so that warnings are worth having.
pub(super) fn all(draft: &Draft, files: &[File], known: bool, sound: bool) -> Vec<Diagnostic> {
    let names = Names::declared(files, known);
    let common = checks::Check::new(declared::declared(draft, &names));
    let mut check = Check { draft, names, common };
    check.names();
    check.chain();
    check.market();
    each(&draft.pools, &mut check);
    check.oracles();
    each(&draft.farms, &mut check);
    each(&draft.lending, &mut check);
    each(&draft.stablecoins, &mut check);
    each(&draft.banks, &mut check);
    for agent in &draft.agents {
        agent.value.check(agent.node, &mut check.common);
    }
    check.laboratory();
    if sound && !check.out.iter().any(Diagnostic::is_error) {
        check.warnings();
    }
    check.common.out
}

/// A draft under examination.
struct Check<'a, 'd> {
    draft: &'d Draft<'a>,
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

/// What is wrong with each of a family's deployments.
fn each<T: Family>(list: &[Placed<T>], check: &mut Check) {
    list.iter().for_each(|one| T::check(one, check));
}
