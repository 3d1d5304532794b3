//! Books what a leveraged farm's receipts say into the ledger, transfer by transfer.
//!
//! Protocols keep their own state; the ledger is written from receipts alone, so that the audit compares two accounts
//! of the same thing that were kept apart.

use plimsoll_protocols::farm::alpha_homora::{BaseAndFarmed, GoblinMoves, Killed, Reinvested, Worked};

use super::{BankCell, LeveragedFarm};
use crate::chain::forced_sales::ForcedSale;
use crate::chain::ids::{AccountId, TokenId};
use crate::chain::ledger::{Ledger, Source};
use crate::chain::state::NamedAccounts;
use crate::deployments::amm::PoolCell;

/// Whose accounts and which tokens a leveraged farm's receipt is about.
#[derive(Debug, Clone, Copy)]
pub struct Booking {
    /// Who called: pays what goes in and gets what comes out.
    pub user: AccountId,
    /// The bank's base asset.
    pub base: TokenId,
    /// The token farmed with it.
    pub farmed: TokenId,
    reward: TokenId,
    liquidity: TokenId,
    bank: AccountId,
    goblin: AccountId,
    pool: AccountId,
    farm: AccountId,
    treasury: AccountId,
}

impl Booking {
    /// The booking of a call by `user` to a farm.
    pub fn of(at: &LeveragedFarm<'_>, bank: &BankCell, user: AccountId, named: NamedAccounts) -> Self {
        let base_side = at.goblin.goblin.params().base_side;
        Self {
            user,
            base: at.pool.token(base_side),
            farmed: at.pool.token(base_side.other()),
            reward: at.farm.reward,
            liquidity: at.pool.liquidity,
            bank: bank.account,
            goblin: at.goblin.account,
            pool: at.pool.account,
            farm: at.farm.account,
            treasury: named.treasury,
        }
    }
}

const AGREE: &str = "the protocol's state and the ledger agree";

fn pay(ledger: &mut Ledger, from: AccountId, to: AccountId, token: TokenId, amount: u128) {
    ledger.transfer(from, to, token, amount).expect(AGREE);
}

/// Moves both tokens from one account to another.
fn pay_both(ledger: &mut Ledger, at: &Booking, from: AccountId, to: AccountId, amounts: BaseAndFarmed) {
    pay(ledger, from, to, at.base, amounts.base);
    pay(ledger, from, to, at.farmed, amounts.farmed);
}

/// Books what moved around the goblin, which sold what it closed to `sale`.
fn book_moves(ledger: &mut Ledger, at: &Booking, moves: &GoblinMoves, sale: ForcedSale) {
    pay(ledger, at.user, at.goblin, at.farmed, moves.farmed_from_user);
    pay(ledger, at.farm, at.goblin, at.liquidity, moves.lp_unstaked);
    ledger.retire(Source::Shares, at.goblin, at.liquidity, moves.lp_burned).expect(AGREE);
    pay_both(ledger, at, at.pool, at.goblin, moves.burn_to_goblin);
    pay_both(ledger, at, at.goblin, at.pool, moves.swap_from_goblin);
    pay_both(ledger, at, at.pool, at.goblin, moves.swap_to_goblin);
    match sale {
        ForcedSale::Executed => {
            pay(ledger, at.goblin, at.pool, at.farmed, moves.sold.amount_in);
            pay(ledger, at.pool, at.goblin, at.base, moves.sold.amount_out);
        }
        ForcedSale::Muted => {
            let venue = Source::CounterfactualVenue;
            ledger.retire(venue, at.goblin, at.farmed, moves.sold.amount_in).expect(AGREE);
            ledger.issue(venue, at.goblin, at.base, moves.sold.amount_out);
        }
    }
    pay_both(ledger, at, at.goblin, at.pool, moves.mint_from_goblin);
    ledger.issue(Source::Shares, at.goblin, at.liquidity, moves.lp_minted);
    ledger.issue(Source::Shares, at.treasury, at.liquidity, moves.lp_protocol_fee);
    pay(ledger, at.goblin, at.farm, at.liquidity, moves.lp_staked);
    pay(ledger, at.goblin, at.user, at.farmed, moves.farmed_to_user);
}

/// Books work on a position.
pub fn book_work(ledger: &mut Ledger, at: &Booking, receipt: &Worked, sale: ForcedSale) {
    pay(ledger, at.user, at.bank, at.base, receipt.base_from_user);
    pay(ledger, at.bank, at.goblin, at.base, receipt.base_to_goblin);
    book_moves(ledger, at, &receipt.moves, sale);
    pay(ledger, at.goblin, at.bank, at.base, receipt.base_from_goblin);
    pay(ledger, at.bank, at.user, at.base, receipt.base_to_user);
}

/// Books a kill: the caller gets the prize, the owner what is left.
pub fn book_kill(ledger: &mut Ledger, at: &Booking, receipt: &Killed, sale: ForcedSale) {
    book_moves(ledger, at, &receipt.moves, sale);
    pay(ledger, at.goblin, at.bank, at.base, receipt.back);
    pay(ledger, at.bank, at.user, at.base, receipt.prize);
    pay(ledger, at.bank, receipt.owner, at.base, receipt.left);
}

/// Books a reinvestment, which sold the reward in `reward_pool`.
pub fn book_reinvest(ledger: &mut Ledger, at: &Booking, reward_pool: &PoolCell, receipt: &Reinvested) {
    pay(ledger, at.farm, at.goblin, at.reward, receipt.reward);
    pay(ledger, at.goblin, at.user, at.reward, receipt.bounty);
    pay(ledger, at.goblin, reward_pool.account, at.reward, receipt.reward_sold);
    pay(ledger, reward_pool.account, at.goblin, at.base, receipt.base_bought);
    book_moves(ledger, at, &receipt.moves, ForcedSale::Executed);
}
