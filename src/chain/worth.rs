//! What everybody's claims are worth, token by token: a pool share is a share of its reserves, a bank share of what the
//! bank is owed and holds, a position its liquidity less its debt.

use super::ids::{AccountId, TokenId};
use super::ledger::Ledger;
use super::tokens::Tokens;
use super::venues::Venues;
use crate::chain::state::NamedAccounts;
use crate::deployments::alpha_homora::GoblinCell;
use crate::deployments::amm::PoolCell;
use crate::deployments::deployed::Protocols;
use crate::deployments::lending::LendingCell;
use crate::deployments::maker::MakerCell;
use crate::math::{Rad, Ray};
use crate::protocol::farm::alpha_homora::BankBooks;

/// What claims are worth, in whole numeraire tokens at outside prices.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Worth {
    /// By account: wallets with all their claims. Protocols hold what others claim and stand at zero here.
    pub accounts: Vec<f64>,
    /// What pools hold beyond what their providers claim: fees for owners and protocols, and rounding.
    pub pool_reserves: f64,
    /// What banks keep for themselves, and what nobody holds shares of.
    pub bank_reserves: f64,
    /// What lending markets hold and are owed beyond what their suppliers claim.
    pub lending_reserves: f64,
    /// What borrowers in lending markets owe beyond what they have there: nobody will pay it. Not above zero.
    pub lending_shortfall: f64,
    /// What issuers of stablecoins have beyond what they owe: surplus less bad debt, and collateral on auction that nobody
    /// has bid for.
    pub stablecoin_reserves: f64,
    /// What vaults owe beyond their collateral: nobody will pay it. Not above zero.
    pub stablecoin_shortfall: f64,
    /// Rewards that farms have not paid out.
    pub unpaid_rewards: f64,
    /// What the goblins' strategies have left over.
    pub goblin_dust: f64,
    /// Liquidity in the goblins' heaps that no position claims: rounding, and what was reinvested after the last
    /// position had gone. Whoever opens the next one gets it.
    pub unclaimed_liquidity: f64,
}

impl Worth {
    /// Returns the sum of all claims.
    pub fn total(&self) -> f64 {
        let accounts = self.accounts.iter().sum::<f64>();
        accounts
            + self.pool_reserves
            + self.bank_reserves
            + self.lending_reserves
            + self.lending_shortfall
            + self.stablecoin_reserves
            + self.stablecoin_shortfall
            + self.unpaid_rewards
            + self.goblin_dust
            + self.unclaimed_liquidity
    }
}

/// Prices and protocols at one moment.
struct Valuation<'a, 'w, 's> {
    ledger: &'a Ledger,
    protocols: &'a Protocols<'w, 's>,
    /// By token: what a smallest unit is worth, in whole numeraire tokens.
    unit: Vec<f64>,
}

/// Values all claims at outside prices, with interest counted up to `now`: a bank itself counts it only when somebody
/// calls.
pub fn worth(tokens: &Tokens, ledger: &Ledger, venues: &Venues, protocols: &Protocols, now: u64) -> Worth {
    let valuation = Valuation { ledger, protocols, unit: units(tokens, venues, protocols, now) };
    let mut worth = Worth { accounts: valuation.wallets(), ..Worth::default() };
    let mut heaps: Vec<u128> = protocols.goblins().map(|at| staked(at, protocols)).collect();
    for bank in protocols.banks() {
        let (unit, books) = (valuation.unit[bank.base.index()], bank.books_at(now));
        worth.bank_reserves += unclaimed_base(&books) as f64 * unit;
        for position in bank.bank.positions() {
            let at = protocols.goblin(position.goblin);
            let liquidity =
                at.goblin.share_to_lp_down(position.goblin_share, &protocols.farm(at.farm).farm).unwrap_or(0);
            heaps[usize::from(position.goblin.0)] -= liquidity;
            let debt = books.debt_value_down(position.debt_share).unwrap_or(0);
            let liquidity_unit = valuation.unit[protocols.pool(at.pool).liquidity.index()];
            worth.accounts[position.owner.0 as usize] += liquidity as f64 * liquidity_unit - debt as f64 * unit;
        }
    }
    for (at, unclaimed) in protocols.goblins().zip(heaps) {
        worth.unclaimed_liquidity += unclaimed as f64 * valuation.unit[protocols.pool(at.pool).liquidity.index()];
    }
    for cell in protocols.pools() {
        valuation.pool(cell, &mut worth);
    }
    for cell in protocols.all_lending() {
        valuation.lending(cell, now, &mut worth);
    }
    for cell in protocols.makers() {
        valuation.maker(cell, now, &mut worth);
    }
    valuation.leave_out_protocols(&mut worth);
    worth
}

/// Returns what a smallest unit of each token is worth.
fn units(tokens: &Tokens, venues: &Venues, protocols: &Protocols, now: u64) -> Vec<f64> {
    let mut unit: Vec<f64> = tokens.priced().map(|token| venues.price(token) / tokens.get(token).one).collect();
    unit.resize(tokens.list.len(), 0.0);
    for pool in protocols.pools() {
        let amm = pool.pool.amm();
        let held: f64 =
            (0..).zip(&pool.tokens).map(|(place, token)| amm.provided(place) as f64 * unit[token.index()]).sum();
        unit[pool.liquidity.index()] = per(held, amm.total_supply().unwrap_or(0));
    }
    for bank in protocols.banks() {
        let books = bank.books_at(now);
        let owned = books.total_base().unwrap_or(0) as f64 * unit[bank.base.index()];
        unit[bank.shares.index()] = per(owned, books.total_supply);
    }
    unit
}

/// Returns a goblin's heap, in smallest units of liquidity.
fn staked(at: &GoblinCell, protocols: &Protocols) -> u128 {
    protocols.farm(at.farm).farm.stake_of(at.account).balance
}

/// Returns what a bank has that none of its shares claims: the reserve, as far as bad debt has left any, and all of it
/// while there are no shares.
fn unclaimed_base(books: &BankBooks) -> u128 {
    let all = books.balance.saturating_add(books.debt_value);
    if books.total_supply == 0 { all } else { books.reserve.min(all) }
}

fn per(worth: f64, supply: u128) -> f64 {
    if supply == 0 { 0.0 } else { worth / supply as f64 }
}

impl Valuation<'_, '_, '_> {
    fn held(&self, account: AccountId) -> f64 {
        let holdings = self.ledger.holdings(account);
        holdings.iter().zip(&self.unit).map(|(held, unit)| *held as f64 * unit).sum()
    }

    fn wallets(&self) -> Vec<f64> {
        let accounts = u32::try_from(self.ledger.accounts()).expect("accounts are numbered in u32");
        (0..accounts).map(|account| self.held(AccountId(account))).collect()
    }

    /// Gives those whose liquidity is no token their positions with what these earned, and keeps apart what nobody claims.
    fn pool(&self, cell: &PoolCell, worth: &mut Worth) {
        let amm = cell.pool.amm();
        let units = |place: u8| self.unit[cell.token_at(place).index()];
        let places = || (0_u8..).zip(&cell.tokens).map(|(place, _)| place);
        if let Some(pool) = cell.pool.uniswap_v3() {
            worth.pool_reserves += places().map(|place| amm.balance(place) as f64 * units(place)).sum::<f64>();
            for (key, _) in pool.positions() {
                let (held, earned) = (pool.position_value(key).unwrap_or_default(), pool.fees_owed(key));
                let claim = (held.token_0 as f64 + earned.token_0 as f64) * units(0)
                    + (held.token_1 as f64 + earned.token_1 as f64) * units(1);
                worth.accounts[key.owner.0 as usize] += claim;
                worth.pool_reserves -= claim;
            }
        } else {
            let kept = |place| amm.balance(place) - amm.provided(place);
            worth.pool_reserves += places().map(|place| kept(place) as f64 * units(place)).sum::<f64>();
        }
    }

    /// Gives everybody its claims on a lending market less its debts, as far as they are covered.
    fn lending(&self, cell: &LendingCell, now: u64, worth: &mut Worth) {
        let lending = cell.lending();
        let units = |place: u8| self.unit[cell.asset(place).token.index()];
        let places = || (0_u8..).zip(&cell.assets).map(|(place, _)| place);
        worth.lending_reserves += places().map(|place| lending.held(place) as f64 * units(place)).sum::<f64>();
        for account in lending.accounts() {
            let claims = |place| lending.supplied(account, place, now) as f64 * units(place);
            let debts = |place| lending.borrowed(account, place, now) as f64 * units(place);
            let equity = places().map(claims).sum::<f64>() - places().map(debts).sum::<f64>();
            worth.accounts[account.0 as usize] += equity.max(0.0);
            worth.lending_shortfall += equity.min(0.0);
            worth.lending_reserves -= equity;
        }
        worth.accounts[cell.account.0 as usize] = 0.0;
    }

    /// Gives everybody its vaults, as far as they are covered, its dai inside and the lots that it has bid for.
    fn maker(&self, cell: &MakerCell, now: u64, worth: &mut Worth) {
        let (maker, books) = (&cell.maker, cell.maker.books());
        let dai_unit = self.unit[cell.dai.index()] * 1e18;
        let dai = |rad: Rad| rad.to_f64() * dai_unit;
        worth.stablecoin_reserves += dai(books.vow.dai) - dai(books.vow.sin);
        for (account, purse) in maker.purses() {
            worth.accounts[account.0 as usize] += dai(purse.dai);
        }
        for (number, ilk) in maker.ilks().zip(&cell.ilks) {
            let counted = maker.ilk_books(number).map_or(Ray::ONE, |books| books.rate);
            let rate = maker.rate_at(number, now).unwrap_or(counted);
            let gem = |wad: u128| wad as f64 / ilk.wads_per_unit as f64 * self.unit[ilk.gem.index()];
            for (account, vault) in maker.positions(number).into_iter().flatten() {
                let equity = gem(vault.ink) - dai(vault.tab(rate));
                worth.accounts[account.0 as usize] += gem(vault.gem) + equity.max(0.0);
                worth.stablecoin_shortfall += equity.min(0.0);
                worth.stablecoin_reserves += dai(vault.tab(rate)) - dai(vault.tab(counted));
            }
            let lots = maker.sales(number).into_iter().flatten().map(|(_, sale)| (None, sale.lot));
            let bids = maker.bids(number).into_iter().flatten().map(|(_, bid)| (bid.guy, bid.lot));
            for (bidder, lot) in lots.chain(bids) {
                match bidder {
                    Some(bidder) => worth.accounts[bidder.0 as usize] += gem(lot),
                    None => worth.stablecoin_reserves += gem(lot),
                }
            }
        }
    }

    /// Moves what protocols hold out of the accounts: others claim it, but for rewards and dust.
    fn leave_out_protocols(&self, worth: &mut Worth) {
        for pool in self.protocols.pools() {
            worth.accounts[pool.account.0 as usize] = 0.0;
        }
        for bank in self.protocols.banks() {
            worth.accounts[bank.account.0 as usize] = 0.0;
        }
        for maker in self.protocols.makers() {
            worth.accounts[maker.account.0 as usize] = 0.0;
        }
        for farm in self.protocols.farms() {
            worth.accounts[farm.account.0 as usize] = 0.0;
            let waiting = self.ledger.balance(farm.account, farm.reward) as f64;
            worth.unpaid_rewards += waiting * self.unit[farm.reward.index()];
        }
        for goblin in self.protocols.goblins() {
            worth.goblin_dust += std::mem::take(&mut worth.accounts[goblin.account.0 as usize]);
        }
    }
}

/// Returns what so many smallest units of each priced token are worth, signed, in whole numeraire tokens.
pub fn worth_of(tokens: &Tokens, prices: &[f64], amount: impl Fn(TokenId) -> f64) -> f64 {
    tokens.priced().zip(prices).map(|(token, price)| amount(token) / tokens.get(token).one * price).sum()
}

/// Accounts that are nobody's wallet and hold claims nevertheless.
pub fn named_claims(named: NamedAccounts, worth: &Worth) -> [(&'static str, f64); 3] {
    [
        ("pool founders", worth.accounts[named.founder.0 as usize]),
        ("locked liquidity", worth.accounts[named.locked.0 as usize]),
        ("protocol fees", worth.accounts[named.treasury.0 as usize]),
    ]
}
