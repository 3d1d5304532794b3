//! Who holds how much of what.
//!
//! Wallets and protocols are rows of one dense table of unsigned balances. Whatever enters or leaves the table does so
//! through a named [`Source`], whose running total is signed, so that per token the rows always sum to what the sources
//! issued: nothing appears or vanishes.

use thiserror::Error;

use super::ids::{AccountId, TokenId};

/// Where tokens come from and go to outside the table of balances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// What everybody held before the first block.
    Genesis,
    /// The external venue: it pays out what was bought there and keeps what was sold there.
    ExternalVenue,
    /// What farms pay to those who stake.
    Rewards,
    /// Gas: the base fee is burnt, the priority fee is the block builder's.
    Gas,
    /// Native tokens bought to pay for gas, as it is used, by agents that keep none: each agent's result carries the price.
    GasPurchase,
    /// Shares that a pool or a bank mints and burns: claims, not wealth.
    Shares,
    /// The venue that fills muted forced sales in a counterfactual run.
    CounterfactualVenue,
    /// What issuers of stablecoins mint against debt and burn when it is paid.
    Stablecoins,
}

impl Source {
    /// Every source, in the order in which they are reported.
    pub const ALL: [Self; 8] = [
        Self::Genesis,
        Self::ExternalVenue,
        Self::Rewards,
        Self::Gas,
        Self::GasPurchase,
        Self::Shares,
        Self::CounterfactualVenue,
        Self::Stablecoins,
    ];
}

/// A wallet holds less than what should leave it. Nothing was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the account holds {held} and should pay {needed}")]
pub struct InsufficientFunds {
    /// Smallest units held.
    pub held: u128,
    /// Smallest units asked for.
    pub needed: u128,
}

/// A token's supply would grow beyond [`Ledger::MOST_SUPPLY`]. Nothing was moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "there would be {supply} + {more} smallest units of a token, and at most {} can be counted",
    Ledger::MOST_SUPPLY
)]
pub struct SupplyTooLarge {
    /// The token.
    pub token: TokenId,
    /// Smallest units there are.
    pub supply: u128,
    /// Smallest units to come.
    pub more: u128,
}

/// One movement, as the journal keeps it: enough to take it back.
#[derive(Debug, Clone, Copy)]
enum Movement {
    Transfer { from: AccountId, to: AccountId, token: TokenId, amount: u128 },
    Issue { source: Source, to: AccountId, token: TokenId, amount: u128 },
    Retire { source: Source, from: AccountId, token: TokenId, amount: u128 },
    BuyGas { native: TokenId, fee: u128 },
    ReturnGas { native: TokenId, fee: u128 },
}

/// The table of balances.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    tokens: usize,
    balances: Vec<u128>,
    issued: [Vec<i128>; Source::ALL.len()],
    journal: Vec<Movement>,
    journaling: bool,
}

impl Ledger {
    /// Most smallest units that there may be of a token before more is asked for. The table counts up to twice as much:
    /// the other half is kept free for what farms are funded with, which cannot be refused.
    pub const MOST_SUPPLY: u128 = 1 << 126;

    /// An empty ledger of so many tokens.
    pub fn new(tokens: usize) -> Self {
        Self { tokens, issued: std::array::from_fn(|_| vec![0; tokens]), ..Self::default() }
    }

    /// Opens an account without anything in it.
    pub fn open_account(&mut self) -> AccountId {
        let id = u32::try_from(self.accounts()).expect("there are fewer than 2^32 accounts");
        self.balances.resize(self.balances.len() + self.tokens, 0);
        AccountId(id)
    }

    /// Returns how many accounts there are.
    pub fn accounts(&self) -> usize {
        self.balances.len().checked_div(self.tokens).unwrap_or(0)
    }

    /// Returns how many tokens there are.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// Returns what an account holds of a token, in smallest units.
    pub fn balance(&self, account: AccountId, token: TokenId) -> u128 {
        self.balances[self.cell(account, token)]
    }

    /// Returns what an account holds, a balance per token in the order of their ids.
    pub fn holdings(&self, account: AccountId) -> &[u128] {
        let start = account.0 as usize * self.tokens;
        &self.balances[start..start + self.tokens]
    }

    /// Returns what a source has issued of a token, less what it has taken back.
    pub fn issued(&self, source: Source, token: TokenId) -> i128 {
        self.issued[source as usize][token.index()]
    }

    /// Returns the sum of all balances of a token; `None` beyond 128 bits.
    pub fn total(&self, token: TokenId) -> Option<u128> {
        self.balances.iter().skip(token.index()).step_by(self.tokens).try_fold(0, |sum: u128, x| sum.checked_add(*x))
    }

    /// Says whether an account could pay.
    ///
    /// # Errors
    /// It holds less.
    pub fn can_pay(&self, from: AccountId, token: TokenId, amount: u128) -> Result<(), InsufficientFunds> {
        let held = self.balance(from, token);
        if held < amount { Err(InsufficientFunds { held, needed: amount }) } else { Ok(()) }
    }

    /// Says whether so much more of a token could be issued.
    ///
    /// # Errors
    /// Its supply would be beyond [`Self::MOST_SUPPLY`].
    pub fn can_issue(&self, token: TokenId, more: u128) -> Result<(), SupplyTooLarge> {
        let issued: i128 = Source::ALL.iter().map(|source| self.issued(*source, token)).sum();
        let supply = issued.unsigned_abs();
        if more > Self::MOST_SUPPLY.saturating_sub(supply) {
            return Err(SupplyTooLarge { token, supply, more });
        }
        Ok(())
    }

    /// Moves tokens between accounts.
    ///
    /// # Errors
    /// The payer holds less.
    pub fn transfer(
        &mut self,
        from: AccountId,
        to: AccountId,
        token: TokenId,
        amount: u128,
    ) -> Result<(), InsufficientFunds> {
        self.can_pay(from, token, amount)?;

        self.keep(|| Movement::Transfer { from, to, token, amount });
        self.moved(from, to, token, amount);
        Ok(())
    }

    /// Lets a source pay tokens into an account. Whoever lets a user's number in asks [`Self::can_issue`] first.
    pub fn issue(&mut self, source: Source, to: AccountId, token: TokenId, amount: u128) {
        self.keep(|| Movement::Issue { source, to, token, amount });
        self.came(source, to, token, amount);
    }

    /// Lets a source take tokens out of an account.
    ///
    /// # Errors
    /// The account holds less.
    pub fn retire(
        &mut self,
        source: Source,
        from: AccountId,
        token: TokenId,
        amount: u128,
    ) -> Result<(), InsufficientFunds> {
        self.can_pay(from, token, amount)?;

        self.keep(|| Movement::Retire { source, from, token, amount });
        self.went(source, from, token, amount);
        Ok(())
    }

    /// Buys gas and burns it: both sources' totals change, no balance does.
    ///
    /// # Errors
    /// More than [`Self::MOST_SUPPLY`] would have been bought in all.
    pub fn buy_gas(&mut self, native: TokenId, fee: u128) -> Result<(), SupplyTooLarge> {
        let supply = self.issued(Source::GasPurchase, native).unsigned_abs();
        if fee > Self::MOST_SUPPLY.saturating_sub(supply) {
            return Err(SupplyTooLarge { token: native, supply, more: fee });
        }
        self.keep(|| Movement::BuyGas { native, fee });
        self.bought(native, signed(fee));
        Ok(())
    }

    /// Takes back what was bought and not used.
    pub fn return_gas(&mut self, native: TokenId, fee: u128) {
        self.keep(|| Movement::ReturnGas { native, fee });
        self.bought(native, -signed(fee));
    }

    /// Starts to keep a journal, so that [`Ledger::roll_back`] can undo what follows.
    pub fn begin(&mut self) {
        self.journal.clear();
        self.journaling = true;
    }

    /// Keeps what has happened since [`Ledger::begin`].
    pub fn commit(&mut self) {
        self.journaling = false;
    }

    /// Undoes what has happened since [`Ledger::begin`].
    pub fn roll_back(&mut self) {
        self.journaling = false;
        while let Some(movement) = self.journal.pop() {
            match movement {
                Movement::Transfer { from, to, token, amount } => self.moved(to, from, token, amount),
                Movement::Issue { source, to, token, amount } => self.went(source, to, token, amount),
                Movement::Retire { source, from, token, amount } => self.came(source, from, token, amount),
                Movement::BuyGas { native, fee } => self.bought(native, -signed(fee)),
                Movement::ReturnGas { native, fee } => self.bought(native, signed(fee)),
            }
        }
    }

    /// Keeps a movement, if it may have to be taken back.
    #[inline]
    fn keep(&mut self, movement: impl FnOnce() -> Movement) {
        if self.journaling {
            self.journal.push(movement());
        }
    }

    fn moved(&mut self, from: AccountId, to: AccountId, token: TokenId, amount: u128) {
        self.debit(from, token, amount);
        self.credit(to, token, amount);
    }

    fn came(&mut self, source: Source, to: AccountId, token: TokenId, amount: u128) {
        self.issued[source as usize][token.index()] += signed(amount);
        self.credit(to, token, amount);
    }

    fn went(&mut self, source: Source, from: AccountId, token: TokenId, amount: u128) {
        self.debit(from, token, amount);
        self.issued[source as usize][token.index()] -= signed(amount);
    }

    fn bought(&mut self, native: TokenId, fee: i128) {
        self.issued[Source::GasPurchase as usize][native.index()] += fee;
        self.issued[Source::Gas as usize][native.index()] -= fee;
    }

    fn debit(&mut self, account: AccountId, token: TokenId, amount: u128) {
        let cell = self.cell(account, token);
        self.balances[cell] = self.balances[cell].checked_sub(amount).expect("who pays was asked before");
    }

    fn credit(&mut self, account: AccountId, token: TokenId, amount: u128) {
        let cell = self.cell(account, token);
        let sum = self.balances[cell].checked_add(amount);
        self.balances[cell] = sum.expect("a token's supply stays within 127 bits: it was asked before");
    }

    fn cell(&self, account: AccountId, token: TokenId) -> usize {
        account.0 as usize * self.tokens + token.index()
    }
}

fn signed(amount: u128) -> i128 {
    i128::try_from(amount).expect("a token's supply stays within 127 bits: it was asked before")
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLD: TokenId = TokenId(1);

    fn two_accounts() -> (Ledger, AccountId, AccountId) {
        let mut ledger = Ledger::new(2);
        let (alice, bob) = (ledger.open_account(), ledger.open_account());
        ledger.issue(Source::Genesis, alice, GOLD, 100);
        (ledger, alice, bob)
    }

    #[test]
    fn a_payment_beyond_the_balance_moves_nothing() {
        let (mut ledger, alice, bob) = two_accounts();
        let refused = ledger.transfer(alice, bob, GOLD, 101);
        assert_eq!(refused, Err(InsufficientFunds { held: 100, needed: 101 }));
        assert_eq!((ledger.balance(alice, GOLD), ledger.balance(bob, GOLD)), (100, 0));
    }

    #[test]
    fn a_supply_beyond_what_can_be_counted_is_refused() {
        let (mut ledger, alice, _) = two_accounts();
        let room = Ledger::MOST_SUPPLY - 100;
        assert_eq!(ledger.can_issue(GOLD, room + 1), Err(SupplyTooLarge { token: GOLD, supply: 100, more: room + 1 }));
        assert_eq!(ledger.can_issue(GOLD, room), Ok(()));
        ledger.issue(Source::ExternalVenue, alice, GOLD, room);
        assert_eq!(
            ledger.can_issue(GOLD, 1),
            Err(SupplyTooLarge { token: GOLD, supply: Ledger::MOST_SUPPLY, more: 1 })
        );
        assert_eq!(ledger.can_issue(GOLD, 0), Ok(()));
    }

    #[test]
    fn rolling_back_restores_every_balance_and_source() {
        let (mut ledger, alice, bob) = two_accounts();
        let before = (ledger.balances.clone(), ledger.issued.clone());
        ledger.begin();
        ledger.transfer(alice, bob, GOLD, 60).unwrap();
        ledger.retire(Source::ExternalVenue, bob, GOLD, 50).unwrap();
        ledger.issue(Source::Rewards, alice, GOLD, 7);
        ledger.buy_gas(GOLD, 9).unwrap();
        ledger.return_gas(GOLD, 2);
        assert_ne!(before.0, ledger.balances);
        ledger.roll_back();
        assert_eq!(before, (ledger.balances, ledger.issued));
    }

    #[test]
    fn balances_sum_to_what_sources_issued() {
        let (mut ledger, alice, bob) = two_accounts();
        ledger.transfer(alice, bob, GOLD, 30).unwrap();
        ledger.retire(Source::Gas, bob, GOLD, 5).unwrap();
        let issued: i128 = Source::ALL.iter().map(|source| ledger.issued(*source, GOLD)).sum();
        assert_eq!(ledger.total(GOLD), Some(95));
        assert_eq!(issued, 95);
    }
}
