//! A row of `events.csv`: its columns are of no protocol, and each family fills those that it has something for.

use crate::chain::ids::TokenId;
use crate::chain::state::ChainState;
use crate::rows::amount::Amount;

columns! {
    /// One thing that happened. Cells that do not belong to its kind are missing.
    pub struct EventRow<'a> {
        /// The block's number.
        #[unit = ""]
        pub block: u64,
        /// The block's timestamp.
        #[unit = "Unix seconds"]
        pub time_s: u64,
        /// What happened.
        #[unit = ""]
        pub kind: &'static str,
        /// The call in which it happened, or which reverted.
        #[unit = ""]
        pub action: &'a str,
        /// The sender's population.
        #[unit = ""]
        pub population: Option<&'a str>,
        /// The sender's number in its population.
        #[unit = ""]
        pub agent: Option<u32>,
        /// The sender's kind.
        #[unit = ""]
        pub agent_kind: Option<&'a str>,
        /// The bank.
        #[unit = ""]
        pub bank: Option<&'a str>,
        /// The contract that works for the bank's borrowers.
        #[unit = ""]
        pub worker: Option<&'a str>,
        /// The position's number in its bank.
        #[unit = ""]
        pub position: Option<u64>,
        /// The pool.
        #[unit = ""]
        pub pool: Option<&'a str>,
        /// Where liquidity that was added or removed begins.
        #[unit = "ticks"]
        pub tick_lower: Option<i32>,
        /// Where it ends.
        #[unit = "ticks"]
        pub tick_upper: Option<i32>,
        /// What came to the pool or left it with liquidity, at outside prices.
        #[unit = "numeraire"]
        pub value_numeraire: Option<f64>,
        /// What of that was earned and kept apart from the liquidity, at outside prices.
        #[unit = "numeraire"]
        pub fees_numeraire: Option<f64>,
        /// The farm.
        #[unit = ""]
        pub farm: Option<&'a str>,
        /// The lending market, or the kind of vault.
        #[unit = ""]
        pub market: Option<&'a str>,
        /// The auction's number among those of its kind of vault.
        #[unit = ""]
        pub auction: Option<u64>,
        /// Whose position was liquidated: the population.
        #[unit = ""]
        pub borrower_population: Option<&'a str>,
        /// The number in that population.
        #[unit = ""]
        pub borrower: Option<u32>,
        /// The position's health factor before it was liquidated.
        #[unit = "ratio"]
        pub health_factor: Option<f64>,
        /// The oracle.
        #[unit = ""]
        pub oracle: Option<&'a str>,
        /// The price that it was told to tell.
        #[unit = "numeraire per whole token"]
        pub price_numeraire: Option<f64>,
        /// The token that was paid in, supplied or put to work.
        #[unit = ""]
        pub token_in: Option<&'a str>,
        /// How much of it.
        #[unit = "whole tokens of token_in"]
        pub amount_in: Option<Amount>,
        /// The token that was paid out.
        #[unit = ""]
        pub token_out: Option<&'a str>,
        /// How much of it.
        #[unit = "whole tokens of token_out"]
        pub amount_out: Option<Amount>,
        /// The position's debt: after it was opened or changed, before it was closed or liquidated; in a lending market, what
        /// is left of the debt in `token_in` after a liquidation; of a vault, the debt that goes on auction.
        #[unit = "whole tokens of what is owed"]
        pub debt: Option<Amount>,
        /// What a liquidation left unpaid of the debt; in a lending market, what its lenders lost at once; what an
        /// auction that is over has not brought of its debt.
        #[unit = "whole tokens of what is owed"]
        pub bad_debt: Option<Amount>,
        /// What the sender was paid for a liquidation, a reinvestment or an auction that it started; what a sandwich brought
        /// before gas.
        #[unit = "whole tokens of what is paid: what is owed for a liquidation, token_in for a reinvestment or a sandwich"]
        pub prize: Option<Amount>,
        /// What a liquidation left to the position's owner.
        #[unit = "whole tokens of the bank's base asset"]
        pub left: Option<Amount>,
        /// Whose swap was sandwiched: the population.
        #[unit = ""]
        pub victim_population: Option<&'a str>,
        /// The number in that population.
        #[unit = ""]
        pub victim: Option<u32>,
        /// The token that the victim bought.
        #[unit = ""]
        pub token_lost: Option<&'a str>,
        /// How much less of it the victim got than it would have without the searcher.
        #[unit = "whole tokens of token_lost"]
        pub lost: Option<Amount>,
        /// Gas of the whole transaction, in the first of its rows.
        #[unit = "gas"]
        pub gas_used: Option<u64>,
        /// What the sender paid for it.
        #[unit = "whole native tokens"]
        pub fee_native: Option<Amount>,
        /// For how many blocks the transaction had waited, in the first of its rows; that of one that replaced others
        /// counts from the first of them.
        #[unit = "blocks"]
        pub waited_blocks: Option<u32>,
        /// Why it reverted.
        #[unit = ""]
        pub reason: Option<&'a str>,
    }
}

impl<'a> EventRow<'a> {
    /// Returns a row that says when; everything else is missing.
    pub fn new(block: u64, time_s: u64) -> Self {
        Self {
            block,
            time_s,
            kind: "",
            action: "",
            population: None,
            agent: None,
            agent_kind: None,
            bank: None,
            worker: None,
            position: None,
            pool: None,
            tick_lower: None,
            tick_upper: None,
            value_numeraire: None,
            fees_numeraire: None,
            farm: None,
            market: None,
            auction: None,
            borrower_population: None,
            borrower: None,
            health_factor: None,
            oracle: None,
            price_numeraire: None,
            token_in: None,
            amount_in: None,
            token_out: None,
            amount_out: None,
            debt: None,
            bad_debt: None,
            prize: None,
            left: None,
            victim_population: None,
            victim: None,
            token_lost: None,
            lost: None,
            gas_used: None,
            fee_native: None,
            waited_blocks: None,
            reason: None,
        }
    }

    /// Says what happened, and in which call.
    pub fn tell(&mut self, kind: &'static str, action: &'a str) {
        (self.kind, self.action) = (kind, action);
    }

    /// Says what was paid in.
    pub fn paid(&mut self, chain: &'a ChainState, (token, units): (TokenId, u128)) {
        self.token_in = Some(&chain.tokens.get(token).name);
        self.amount_in = Some(chain.amount(token, units));
    }

    /// Says what was paid out.
    pub fn got(&mut self, chain: &'a ChainState, (token, units): (TokenId, u128)) {
        self.token_out = Some(&chain.tokens.get(token).name);
        self.amount_out = Some(chain.amount(token, units));
    }
}
