//! `ticks.csv`: a row per block, made of a group for the block and one for each token, pool, bank and goblin.

use std::collections::BTreeSet;

use crate::rows::amount::Amount;
use crate::rows::columns::{Columns, prefixed};
use crate::rows::csv::{Line, Steady};

columns! {
    /// What a block did. These columns have no prefix.
    #[derive(Default)]
    pub struct BlockTick {
        /// The block's number; the first is 0.
        #[unit = ""]
        pub block: u64,
        /// The block's timestamp.
        #[unit = "Unix seconds"]
        pub time_s: u64,
        /// Base fee.
        #[unit = "gwei per unit of gas"]
        pub base_fee_gwei: Steady,
        /// Gas that the agents' transactions used.
        #[unit = "gas"]
        pub gas_used: u64,
        /// Gas that everybody else used.
        #[unit = "gas"]
        pub gas_used_background: u64,
        /// Transactions in the block, reverted ones included.
        #[unit = ""]
        pub transactions: u32,
        /// Transactions that reverted.
        #[unit = ""]
        pub reverts: u32,
        /// Transactions left waiting after the block.
        #[unit = ""]
        pub waiting: u32,
        /// Transactions that expired before the block.
        #[unit = ""]
        pub expired: u32,
        /// Positions liquidated in the block.
        #[unit = ""]
        pub liquidations: u32,
        /// Debt of the positions liquidated in the block.
        #[unit = "numeraire"]
        pub liquidated_debt_numeraire: f64,
        /// Debt that liquidations of this block left unpaid.
        #[unit = "numeraire"]
        pub bad_debt_numeraire: f64,
    }
}

columns! {
    /// A token's price, under the token's name.
    pub struct TokenTick {
        /// Price at the external venue: the process with its shocks and the impact of flow.
        #[unit = "numeraire per whole token"]
        pub price_outside_numeraire: f64,
        /// Price of the process alone: without shocks and without impact.
        #[unit = "numeraire per whole token"]
        pub price_fundamental_numeraire: f64,
    }
}

columns! {
    /// A pool after the block, under the pool's name.
    pub struct PoolTick {
        /// Marginal price before fees.
        #[unit = "the pool's second token per whole first token"]
        pub price: f64,
        /// Reserve of the pool's first token.
        #[unit = "whole tokens"]
        pub reserve_0: Amount,
        /// Reserve of the pool's second token.
        #[unit = "whole tokens"]
        pub reserve_1: Amount,
        /// Worth of what was paid into the pool by this block's swaps.
        #[unit = "numeraire"]
        pub volume_numeraire: f64,
    }
}

columns! {
    /// A further token of a pool of more than two after the block, under the pool's name and the token's.
    pub struct ReserveTick {
        /// Reserve of the token.
        #[unit = "whole tokens"]
        pub reserve: Amount,
    }
}

columns! {
    /// A Uniswap v3 pool after the block, under the pool's name.
    pub struct RangesTick {
        /// Liquidity that covers the price.
        #[unit = "square root of the product of smallest units"]
        pub active_liquidity: f64,
        /// The tick whose liquidity that is.
        #[unit = "ticks"]
        pub tick: i32,
    }
}

columns! {
    /// An oracle after the block, under the oracle's name.
    pub struct OracleTick {
        /// The price that it tells.
        #[unit = "numeraire per whole token"]
        pub price_numeraire: f64,
        /// Its error: the price over the one outside, less one.
        #[unit = "ratio"]
        pub error_ratio: f64,
    }
}

columns! {
    /// A lending market's positions after the block, under the market's name. A position's health factor is what its
    /// collateral carries over what it owes, at the oracles' prices: it may be liquidated below 1. Quantiles weigh each
    /// position by its debt; those of positions with several collaterals or debts are lower bounds.
    pub struct LendingTick {
        /// Positions that owe something.
        #[unit = ""]
        pub open_loans: u32,
        /// What they owe, at the oracles' prices.
        #[unit = "numeraire"]
        pub debt_numeraire: f64,
        /// Lowest health factor; missing where nothing is owed, like the quantiles.
        #[unit = "ratio"]
        pub health_factor_lowest: Option<f64>,
        /// Health factor that 1 % of the debt is below.
        #[unit = "ratio"]
        pub health_factor_p01: Option<f64>,
        /// Health factor that 5 % of the debt is below.
        #[unit = "ratio"]
        pub health_factor_p05: Option<f64>,
        /// Health factor that 25 % of the debt is below.
        #[unit = "ratio"]
        pub health_factor_p25: Option<f64>,
        /// Health factor that half of the debt is below.
        #[unit = "ratio"]
        pub health_factor_p50: Option<f64>,
        /// Positions that may be liquidated and that nobody finds worth it.
        #[unit = ""]
        pub parked: u32,
    }
}

columns! {
    /// An asset of a lending market after the block, under the market's and the token's name.
    pub struct AssetTick {
        /// What suppliers claim.
        #[unit = "whole tokens"]
        pub supplied: Amount,
        /// What borrowers owe, interest included.
        #[unit = "whole tokens"]
        pub borrowed: Amount,
        /// What could be withdrawn or borrowed at once.
        #[unit = "whole tokens"]
        pub idle: Amount,
        /// Debt over supply.
        #[unit = "ratio"]
        pub utilisation_ratio: f64,
        /// What borrowers pay.
        #[unit = "ratio per year"]
        pub borrow_rate_ratio: f64,
        /// What suppliers get.
        #[unit = "ratio per year"]
        pub supply_rate_ratio: f64,
    }
}

columns! {
    /// A Maker system after the block, under the system's name.
    pub struct MakerTick {
        /// All dai of the run, wherever it is.
        #[unit = "dai"]
        pub dai_supply: Amount,
        /// What fees and auctions have brought: the vow's dai.
        #[unit = "dai"]
        pub surplus: Amount,
        /// Debt that no vault owes any more, that of auctions which run included: the vow's sin.
        #[unit = "dai"]
        pub bad_debt: Amount,
    }
}

columns! {
    /// An ilk of a Maker system after the block, under its name. A vault's health factor is what its collateral carries over
    /// what it owes, at the oracle's price: it may be liquidated below 1.
    pub struct IlkTick {
        /// Vaults that owe something.
        #[unit = ""]
        pub open_vaults: u32,
        /// What they owe, fees included.
        #[unit = "dai"]
        pub debt: Amount,
        /// All collateral: in vaults, on auction and not yet taken out.
        #[unit = "whole tokens"]
        pub collateral: Amount,
        /// Lowest health factor; missing where nothing is owed.
        #[unit = "ratio"]
        pub health_factor_lowest: Option<f64>,
        /// Vaults that could be liquidated as the block began.
        #[unit = ""]
        pub unsafe_vaults: u32,
        /// What those owed then.
        #[unit = "dai"]
        pub unsafe_debt: f64,
        /// Auctions that are not over.
        #[unit = ""]
        pub auctions: u32,
        /// What they still lack of the debt that they should bring.
        #[unit = "dai"]
        pub auctioned_debt: f64,
    }
}

columns! {
    /// A bank after the block, under the bank's name.
    pub struct BankTick {
        /// What borrowers owe, interest included.
        #[unit = "whole tokens of the bank's base asset"]
        pub debt: Amount,
        /// What lenders could withdraw at once.
        #[unit = "whole tokens of the bank's base asset"]
        pub idle: Amount,
        /// Interest kept from the lenders so far.
        #[unit = "whole tokens of the bank's base asset"]
        pub reserve: Amount,
        /// Debt over supply.
        #[unit = "ratio"]
        pub utilisation_ratio: f64,
        /// What borrowers pay.
        #[unit = "ratio per year"]
        pub borrow_rate_ratio: f64,
    }
}

columns! {
    /// A goblin's positions after the block, under the goblin's name. A position's health factor is its goblin's kill
    /// factor x its health / its debt: it may be killed below 1. Quantiles weigh each position by its debt.
    pub struct GoblinTick {
        /// Positions that are open.
        #[unit = ""]
        pub open_positions: u32,
        /// What these positions owe, interest included.
        #[unit = "whole tokens of the bank's base asset"]
        pub debt: Amount,
        /// Lowest health factor; missing where nothing is owed, like the quantiles.
        #[unit = "ratio"]
        pub health_factor_lowest: Option<f64>,
        /// Health factor that 1 % of the debt is below.
        #[unit = "ratio"]
        pub health_factor_p01: Option<f64>,
        /// Health factor that 5 % of the debt is below.
        #[unit = "ratio"]
        pub health_factor_p05: Option<f64>,
        /// Health factor that 25 % of the debt is below.
        #[unit = "ratio"]
        pub health_factor_p25: Option<f64>,
        /// Health factor that half of the debt is below.
        #[unit = "ratio"]
        pub health_factor_p50: Option<f64>,
        /// Positions under water that nobody finds worth killing.
        #[unit = ""]
        pub parked: u32,
    }
}

columns! {
    /// What a fall of the price would make liquidatable, under the goblin's name and the fall in percent.
    pub struct LiquidatableTick {
        /// Debt that could then be liquidated.
        #[unit = "numeraire"]
        pub debt_numeraire: f64,
        /// What its collateral would then sell for.
        #[unit = "numeraire"]
        pub collateral_numeraire: f64,
    }
}

/// A row of `ticks.csv`. The lists are in the order of [`TickNames`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tick {
    /// The block.
    pub block: BlockTick,
    /// A group per token.
    pub tokens: Vec<TokenTick>,
    /// A group per pool.
    pub pools: Vec<PoolTick>,
    /// A group per token of a pool beyond its second.
    pub reserves: Vec<ReserveTick>,
    /// A group per Uniswap v3 pool.
    pub ranges: Vec<RangesTick>,
    /// A group per oracle.
    pub oracles: Vec<OracleTick>,
    /// A group per lending market.
    pub lending: Vec<LendingTick>,
    /// A group per asset of each lending market.
    pub assets: Vec<AssetTick>,
    /// A group per Maker system.
    pub makers: Vec<MakerTick>,
    /// A group per ilk of each Maker system.
    pub ilks: Vec<IlkTick>,
    /// A group per bank.
    pub banks: Vec<BankTick>,
    /// A group per goblin.
    pub goblins: Vec<GoblinTick>,
    /// A group per goblin and fall.
    pub liquidatable: Vec<LiquidatableTick>,
}

impl Tick {
    /// Empties the row, to be filled again.
    pub fn clear(&mut self) {
        self.tokens.clear();
        self.pools.clear();
        self.reserves.clear();
        self.ranges.clear();
        self.oracles.clear();
        self.lending.clear();
        self.assets.clear();
        self.makers.clear();
        self.ilks.clear();
        self.banks.clear();
        self.goblins.clear();
        self.liquidatable.clear();
    }

    /// Appends the row.
    pub fn write(&self, exact: bool, line: &mut Line) {
        self.block.write(exact, line);
        write_groups(&self.tokens, exact, line);
        write_groups(&self.pools, exact, line);
        write_groups(&self.reserves, exact, line);
        write_groups(&self.ranges, exact, line);
        write_groups(&self.oracles, exact, line);
        write_groups(&self.lending, exact, line);
        write_groups(&self.assets, exact, line);
        write_groups(&self.makers, exact, line);
        write_groups(&self.ilks, exact, line);
        write_groups(&self.banks, exact, line);
        write_groups(&self.goblins, exact, line);
        write_groups(&self.liquidatable, exact, line);
        line.end();
    }
}

fn write_groups<G: Columns>(groups: &[G], exact: bool, line: &mut Line) {
    for group in groups {
        group.write(exact, line);
    }
}

/// The names of what `ticks.csv` follows, as the scenario writes them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TickNames {
    /// The tokens.
    pub tokens: Vec<String>,
    /// The pools.
    pub pools: Vec<String>,
    /// Each token of a pool beyond its second, as `<pool> <token>`.
    pub reserves: Vec<String>,
    /// The Uniswap v3 pools.
    pub ranges: Vec<String>,
    /// The oracles.
    pub oracles: Vec<String>,
    /// The lending markets.
    pub lending: Vec<String>,
    /// The assets of each lending market.
    pub assets: Vec<String>,
    /// The Maker systems.
    pub makers: Vec<String>,
    /// The ilks of each Maker system.
    pub ilks: Vec<String>,
    /// The banks.
    pub banks: Vec<String>,
    /// The goblins.
    pub goblins: Vec<String>,
    /// Each goblin and fall, as `<goblin> liquidatable at 10`.
    pub liquidatable: Vec<String>,
}

impl TickNames {
    /// Appends the header.
    pub fn header(&self, exact: bool, line: &mut Line) {
        let mut taken = BTreeSet::new();
        groups::<BlockTick>(&[String::new()], "", exact, &mut taken, line);
        groups::<TokenTick>(&self.tokens, "token", exact, &mut taken, line);
        groups::<PoolTick>(&self.pools, "pool", exact, &mut taken, line);
        groups::<ReserveTick>(&self.reserves, "pool", exact, &mut taken, line);
        groups::<RangesTick>(&self.ranges, "pool", exact, &mut taken, line);
        groups::<OracleTick>(&self.oracles, "oracle", exact, &mut taken, line);
        groups::<LendingTick>(&self.lending, "market", exact, &mut taken, line);
        groups::<AssetTick>(&self.assets, "asset", exact, &mut taken, line);
        groups::<MakerTick>(&self.makers, "maker", exact, &mut taken, line);
        groups::<IlkTick>(&self.ilks, "ilk", exact, &mut taken, line);
        groups::<BankTick>(&self.banks, "bank", exact, &mut taken, line);
        groups::<GoblinTick>(&self.goblins, "goblin", exact, &mut taken, line);
        groups::<LiquidatableTick>(&self.liquidatable, "goblin", exact, &mut taken, line);
        line.end();
    }
}

/// Appends the headers of groups of one kind, each behind a prefix that gives no column a name that is `taken`.
fn groups<G: Columns>(names: &[String], kind: &str, exact: bool, taken: &mut BTreeSet<String>, line: &mut Line) {
    for name in names {
        let prefix = free_prefix::<G>(&prefix(name, kind), taken);
        taken.extend(full_names::<G>(&prefix));
        G::header(&prefix, exact, line);
    }
}

/// Returns `stem`, or the first of `stem_2`, `stem_3`, ... that gives no column a name that is `taken`.
fn free_prefix<G: Columns>(stem: &str, taken: &BTreeSet<String>) -> String {
    let mut prefix = stem.to_owned();
    let mut count = 1;
    while full_names::<G>(&prefix).iter().any(|column| taken.contains(column)) {
        count += 1;
        prefix = format!("{stem}_{count}");
    }
    prefix
}

/// Returns the names of a group's columns as under `--exact`, so that prefixes do not depend on it.
fn full_names<G: Columns>(prefix: &str) -> Vec<String> {
    let with_units = G::COLUMNS.iter().filter(|column| column.has_units);
    let names = G::COLUMNS.iter().map(|column| prefixed(prefix, column.name));
    names.chain(with_units.map(|column| format!("{}_units", prefixed(prefix, column.name)))).collect()
}

/// Makes a name safe for a column: lower case, everything but ASCII letters and digits an underscore, none at the ends
/// or doubled. A name that would be empty or begin with a digit goes behind its `kind`.
pub(crate) fn prefix(name: &str, kind: &str) -> String {
    let lowered = name.to_ascii_lowercase();
    let words = lowered.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let safe = words.collect::<Vec<_>>().join("_");
    match safe.chars().next() {
        None => kind.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{kind}_{safe}"),
        Some(_) => safe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(names: &TickNames, exact: bool) -> Vec<String> {
        let mut line = Line::default();
        names.header(exact, &mut line);
        let text = String::from_utf8(line.as_bytes().to_vec()).unwrap();
        text.trim_end().split(',').map(str::to_owned).collect()
    }

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn prefixes_are_safe_for_columns() {
        for (name, safe) in [
            ("ETH", "eth"),
            ("ETH/USDC", "eth_usdc"),
            ("Pool #2 (old)", "pool_2_old"),
            ("1INCH", "token_1inch"),
            ("£", "token"),
        ] {
            assert_eq!(prefix(name, "token"), safe);
        }
    }

    /// A bank called "bad" or "liquidated" would repeat the block's own columns.
    #[test]
    fn no_two_columns_share_a_name() {
        let names = TickNames {
            tokens: list(&["ETH", "eth", "E-TH", "e th"]),
            pools: list(&["ETH/USDC", "eth_usdc"]),
            reserves: list(&["eth_usdc DAI"]),
            ranges: list(&["ETH/USDC"]),
            oracles: list(&["ETH"]),
            lending: list(&["eth"]),
            assets: list(&["eth ETH"]),
            makers: list(&["eth"]),
            ilks: list(&["ETH-A", "eth_a"]),
            banks: list(&["bad", "liquidated", "homora"]),
            goblins: list(&["homora"]),
            liquidatable: list(&["homora liquidatable at 10", "homora liquidatable at 12.5"]),
        };
        for exact in [false, true] {
            let mut columns = header(&names, exact);
            assert!(columns.contains(&"eth_2_price_outside_numeraire".to_owned()));
            assert!(columns.contains(&"eth_usdc_2_price".to_owned()));
            assert!(columns.contains(&"homora_2_debt".to_owned()));
            let count = columns.len();
            columns.sort();
            columns.dedup();
            assert_eq!(columns.len(), count);
        }
    }
}
