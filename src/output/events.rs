//! `events.csv`: a row per thing that happened, in the order in which it happened.

use crate::rows::amount::Amount;

words! {
    /// What happened.
    pub enum EventKind {
        /// A swap in a pool that was a call of its own: what a goblin swaps stands in the row of its call.
        Swap = "swap",
        /// Liquidity was added to a pool.
        AddLiquidity = "add_liquidity",
        /// Liquidity was removed from a pool, with what it earned where that is kept apart.
        RemoveLiquidity = "remove_liquidity",
        /// What liquidity between two ticks earned was collected.
        CollectFees = "collect_fees",
        /// A token was bought at the external venue.
        VenueBuy = "venue_buy",
        /// A token was sold at the external venue.
        VenueSell = "venue_sell",
        /// A forced sale was filled by the counterfactual venue, at the price quoted just before it.
        MutedSale = "muted_sale",
        /// A leveraged position was opened.
        Open = "open",
        /// The owner changed a position and left it open.
        Adjust = "adjust",
        /// The owner closed a position.
        Close = "close",
        /// A liquidator killed a position.
        Kill = "kill",
        /// A goblin's rewards became liquidity.
        Reinvest = "reinvest",
        /// A lender supplied a bank.
        Deposit = "deposit",
        /// A lender took supply back.
        Withdraw = "withdraw",
        /// A farm was funded.
        FundFarm = "fund_farm",
        /// A lending market was supplied.
        Supply = "supply",
        /// A claim on a lending market was paid back.
        WithdrawClaim = "withdraw_claim",
        /// A lending market gave a loan.
        Borrow = "borrow",
        /// A loan was paid back.
        Repay = "repay",
        /// A position in a lending market was liquidated.
        Liquidate = "liquidate",
        /// Collateral was locked in a vault and dai drawn.
        LockAndDraw = "lock_and_draw",
        /// Dai of a vault was paid back and collateral freed.
        WipeAndFree = "wipe_and_free",
        /// A keeper put an unsafe vault on a Dutch auction.
        Bark = "bark",
        /// A keeper put an unsafe vault, or a part of it, on an English auction.
        Bite = "bite",
        /// Collateral was bought from a Dutch auction.
        Take = "take",
        /// A Dutch auction was started anew, or an English one without a bid prolonged.
        Redo = "redo",
        /// Somebody bid more in an English auction.
        Tend = "tend",
        /// Somebody asked for less in an English auction, all that is sought being bid.
        Dent = "dent",
        /// An English auction was settled: its winner got the collateral.
        Deal = "deal",
        /// An oracle's price was published by transaction.
        PublishPrice = "publish_price",
        /// A searcher took a swap of somebody else's between two of its own, whose rows stand before this one.
        Sandwich = "sandwich",
        /// A transaction reverted, for the `reason` given; it left nothing but its fee.
        Revert = "revert",
        /// A transaction was thrown away: its sender could not pay for its gas.
        Drop = "drop",
        /// A transaction was thrown away: no block took it in time.
        Expire = "expire",
        /// A transaction was thrown away: its sender put a dearer one in its place, which waits on.
        Replace = "replace",
    }
}

columns! {
    /// One thing that happened. Cells that do not belong to its kind are missing.
    pub struct Event<'a> {
        /// The block's number.
        #[unit = ""]
        pub block: u64,
        /// The block's timestamp.
        #[unit = "Unix seconds"]
        pub time_s: u64,
        /// What happened.
        #[unit = ""]
        pub kind: EventKind,
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
        /// The goblin.
        #[unit = ""]
        pub goblin: Option<&'a str>,
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
        pub worth_numeraire: Option<f64>,
        /// What of that was earned and kept apart from the liquidity, at outside prices.
        #[unit = "numeraire"]
        pub fees_numeraire: Option<f64>,
        /// The farm.
        #[unit = ""]
        pub farm: Option<&'a str>,
        /// The lending market, or the ilk of a Maker system.
        #[unit = ""]
        pub market: Option<&'a str>,
        /// The auction's number in its ilk.
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
        /// The position's debt: after it was opened or changed, before it was closed or killed; in a lending market, what
        /// is left of the debt in `token_in` after a liquidation; of a vault, the debt that goes on auction.
        #[unit = "whole tokens of the bank's base asset, or of token_in, or dai"]
        pub debt: Option<Amount>,
        /// What a kill left unpaid of the debt; in a lending market, what its lenders lost at once; what an
        /// auction that is over has not brought of its debt.
        #[unit = "whole tokens of the bank's base asset, or of token_in"]
        pub bad_debt: Option<Amount>,
        /// What the sender got for a kill or a reinvestment, or for starting an auction, in dai; what a sandwich brought before gas.
        #[unit = "whole tokens of what is paid: the bank's base asset for a kill, token_in for a sandwich"]
        pub prize: Option<Amount>,
        /// What a kill left to the position's owner.
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

impl<'a> Event<'a> {
    /// Returns a row that says when and what; everything else is missing.
    pub fn new(block: u64, time_s: u64, kind: EventKind, action: &'a str) -> Self {
        Self {
            block,
            time_s,
            kind,
            action,
            population: None,
            agent: None,
            agent_kind: None,
            bank: None,
            goblin: None,
            position: None,
            pool: None,
            tick_lower: None,
            tick_upper: None,
            worth_numeraire: None,
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
}
