//! What a file may say and a simulation cannot do: one file per subject, each check with its place.

mod agents;
mod chain;
mod correlations;
mod declared;
mod doubts;
mod farming;
mod laboratory;
mod lending;
mod liquidity;
mod loans;
mod market;
mod names;
mod oracles;
mod pools;
mod prices;
mod stablecoins;
mod traders;

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use super::draft::Draft;
use super::schema::{BankParams, FarmParams, GoblinParams, PoolParams, TokenParams};
use crate::checks;
use crate::reader::diagnostic::Diagnostic;
use crate::reader::syntax::File;
use names::Names;

/// Finds everything that is wrong with what could be read.
///
/// `known` says whether every file and field could be read, so that a name which is not there is a mistake; `sound`
/// that nothing was wrong so far, so that doubts are worth having.
pub(super) fn all(draft: &Draft, files: &[File], known: bool, sound: bool) -> Vec<Diagnostic> {
    let names = Names::declared(files, known);
    let common = checks::Check::new(declared::declared(draft, &names));
    let mut check = Check { draft, names, starts: BTreeMap::new(), common };
    check.names();
    check.chain();
    check.market();
    check.pools();
    check.oracles();
    check.farming();
    check.lending();
    check.stablecoins();
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
    /// Outside prices at the start, by token, as far as they could be read.
    starts: BTreeMap<String, f64>,
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

    fn pool(&self, wanted: &str) -> Option<&'d PoolParams> {
        self.draft.pools.iter().map(|pool| &pool.value).find(|pool| pool.name() == wanted)
    }

    /// Whether a pool does not hold a token, as far as its tokens and that one are known.
    fn lacks(&self, pool: &PoolParams, token: &str) -> bool {
        let known = pool.tokens().into_iter().chain([token]).all(|token| self.token(token).is_some());
        known && !holds(pool, token)
    }

    fn farm(&self, wanted: &str) -> Option<&'d FarmParams> {
        self.draft.farms.iter().map(|farm| &farm.value).find(|FarmParams::StakingRewards { name, .. }| name == wanted)
    }

    /// Returns a goblin and its bank.
    fn goblin(&self, name: &str) -> Option<(&'d GoblinParams, &'d BankParams)> {
        self.draft.banks.iter().find_map(|bank| {
            let BankParams::AlphaHomora { goblins, .. } = &bank.value;
            goblins.iter().find(|goblin| goblin.name == name).map(|goblin| (goblin, &bank.value))
        })
    }
}

/// Whether a pool holds a token.
fn holds(pool: &PoolParams, token: &str) -> bool {
    pool.tokens().contains(&token)
}
