//! What a file may say and a simulation cannot do: one file per subject, each check with its place.

mod agents;
mod chain;
mod correlations;
mod declared;
mod doubts;
mod laboratory;
mod liquidity;
mod loans;
mod market;
mod names;
mod oracles;
mod prices;
mod stablecoins;
mod traders;

use std::ops::{Deref, DerefMut};

use super::draft::Draft;
use super::schema::TokenParams;
use crate::checks;
use crate::checks::declared::DeclaredPool;
use crate::deployments::Family;
use crate::reader::diagnostic::Diagnostic;
use crate::reader::piece::Placed;
use crate::reader::syntax::File;
use names::Names;

/// Finds everything that is wrong with what could be read.
///
/// `known` says whether every file and field could be read, so that a name which is not there is a mistake; `sound`
/// that nothing was wrong so far, so that doubts are worth having.
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
    check.agents();
    check.laboratory();
    if sound && !check.out.iter().any(Diagnostic::is_error) {
        check.doubts();
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

impl<'d> Check<'_, 'd> {
    /// Returns how long the run lasts on average, in milliseconds.
    fn length(&self) -> Option<u64> {
        self.declared.length_ms
    }

    fn token(&self, name: &str) -> Option<&'d TokenParams> {
        self.draft.tokens.iter().map(|token| &token.value).find(|token| token.name == name)
    }

    fn pool(&self, name: &str) -> Option<&'d dyn DeclaredPool> {
        self.declared.pool(name)
    }

    /// Whether a pool does not hold a token, as far as its tokens and that one are known.
    fn lacks(&self, pool: &dyn DeclaredPool, token: &str) -> bool {
        self.declared.lacks(pool, token)
    }
}

/// What is wrong with each of a family's deployments.
fn each<T: Family>(list: &[Placed<T>], check: &mut Check) {
    list.iter().for_each(|one| T::check(one, check));
}
