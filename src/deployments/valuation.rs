//! What everybody's claims are worth, token by token: a pool share is a share of its reserves, a bank share of what the
//! bank is owed and holds, a position its collateral less its debt.

use super::deployed::Protocols;
use crate::chain::ids::{AccountId, TokenId};
use crate::chain::ledger::Ledger;
use crate::chain::state::{ChainState, NamedAccounts};
use crate::chain::tokens::Tokens;

/// What claims are worth, in whole numeraire tokens at outside prices.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Valuation {
    /// By account: wallets with all their claims. Protocols hold what others claim and stand at zero here.
    pub accounts: Vec<f64>,
    /// By account: what of that are farm rewards which were not paid yet.
    pub pending_rewards: Vec<f64>,
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
    /// Rewards that staking contracts hold beyond what is pending for those who stake and for leveraged farmers: not
    /// earned yet, nobody's, or the bounty of who reinvests; below zero where a contract mints what it owes only when it is
    /// called.
    pub unpaid_rewards: f64,
    /// What the strategies of leveraged farms have left over.
    pub strategy_dust: f64,
    /// Staked liquidity of leveraged farms that no position claims: rounding, and what was reinvested after the last
    /// position had gone. Whoever opens the next one gets it.
    pub unclaimed_liquidity: f64,
}

impl Valuation {
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
            + self.strategy_dust
            + self.unclaimed_liquidity
    }
}

/// Prices and deployments at one moment, and what claims are worth as far as they have been counted.
pub struct ValueSheet<'a, 'w, 's> {
    /// Who holds what.
    pub ledger: &'a Ledger,
    /// The other deployments.
    pub protocols: &'a Protocols<'w, 's>,
    /// By token: what a smallest unit is worth, in whole numeraire tokens.
    pub unit: Vec<f64>,
    /// The block that has been executed.
    pub block: u64,
    /// Its time as contracts see it, in seconds since 1970.
    pub now: u64,
    /// What has been counted so far.
    pub valuation: Valuation,
}

impl ValueSheet<'_, '_, '_> {
    /// Returns what a token's smallest unit is worth, in whole numeraire tokens.
    pub fn unit(&self, token: TokenId) -> f64 {
        self.unit[token.index()]
    }

    /// Whether an account is somebody's wallet: no protocol's, and none of the named ones.
    pub fn is_wallet(&self, account: AccountId) -> bool {
        account.0 >= self.protocols.directory.first_wallet
    }

    /// Adds a claim of an account.
    pub fn claim(&mut self, account: AccountId, worth: f64) {
        self.valuation.accounts[account.0 as usize] += worth;
    }

    /// Adds a claim of an account on rewards.
    pub fn claim_reward(&mut self, account: AccountId, worth: f64) {
        self.claim(account, worth);
        self.valuation.pending_rewards[account.0 as usize] += worth;
    }

    /// Takes what a deployment's account holds out of the accounts, since others claim it; returns what that is worth.
    pub fn leave_out(&mut self, account: AccountId) -> f64 {
        std::mem::take(&mut self.valuation.accounts[account.0 as usize])
    }

    /// Gives the tokens of shares a unit: `worth` over their supply, nothing without one.
    pub fn value_share(&mut self, share: TokenId, worth: f64, supply: u128) {
        self.unit[share.index()] = if supply == 0 { 0.0 } else { worth / supply as f64 };
    }
}

/// Values all claims at outside prices, with interest counted up to the block: a bank itself counts it only when somebody
/// calls.
pub fn valuation(chain: &ChainState, protocols: &Protocols) -> Valuation {
    let ChainState { clock, tokens, ledger, venues, .. } = chain;
    let mut unit: Vec<f64> = tokens.priced().map(|token| venues.price(token) / tokens.get(token).one).collect();
    unit.resize(tokens.list.len(), 0.0);
    let mut sheet =
        ValueSheet { ledger, protocols, unit, block: clock.block, now: clock.now(), valuation: Valuation::default() };
    protocols.all().for_each(|deployed| deployed.deployment().value_shares(&mut sheet));
    let held = |account| {
        let holdings = ledger.holdings(AccountId(account));
        holdings.iter().zip(&sheet.unit).map(|(held, unit)| *held as f64 * unit).sum()
    };
    let accounts = u32::try_from(ledger.accounts()).expect("accounts are numbered in u32");
    sheet.valuation.accounts = (0..accounts).map(held).collect();
    sheet.valuation.pending_rewards = vec![0.0; sheet.valuation.accounts.len()];
    protocols.all().for_each(|deployed| deployed.deployment().value(&mut sheet));
    sheet.valuation
}

/// Returns what so many smallest units of each priced token are worth, signed, in whole numeraire tokens.
pub fn worth_of(tokens: &Tokens, prices: &[f64], amount: impl Fn(TokenId) -> f64) -> f64 {
    tokens.priced().zip(prices).map(|(token, price)| amount(token) / tokens.get(token).one * price).sum()
}

/// Accounts that are nobody's wallet and hold claims nevertheless.
pub fn named_accounts(named: NamedAccounts) -> [(&'static str, AccountId); 3] {
    [("pool founders", named.founder), ("locked liquidity", named.locked), ("protocol fees", named.treasury)]
}
