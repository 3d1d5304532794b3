//! Debt that nothing covers, in every protocol: realised by liquidations or open, it makes up the protocol's whole debt with
//! what is covered.

use bevy_ecs::world::World;
use plimsoll::accounts::trace::Trace;
use plimsoll::agents::view::View;
use plimsoll::chain::event::{Event, EventKind};
use plimsoll::chain::ids::{IssuerId, TokenId};
use plimsoll::chain::state::ChainState;
use plimsoll::deployments::maker::AuctionKind;
use plimsoll::math::Rad;
use serde_json::Value;

use crate::common::market::{begin, events, see};

const GAS: &str = "gas_money: Fixed(1e6)";

/// Ether that falls from 2,000 to 900 within four hours, before what is said of protocols and agents.
fn falling(protocols: &str, agents: &str) -> String {
    format!(
        r#"Scenario(
            blocks: 60, block_time: "10 min", numeraire: "USDC",
            chain: (native: "GAS", base_fee: Fixed(1)),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "DAI", decimals: 18, price: Fixed(1.02)),
                (name: "ETH", decimals: 18, price: Knots(knots: [("0 s", 2_000), ("1 h", 2_000), ("5 h", 900), ("1 d", 900)])),
                (name: "UNI", decimals: 18, price: Fixed(20)),
                (name: "GAS", decimals: 18, price: Fixed(1)),
            ],
            pools: [
                UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("500", "1_000_000")),
                UniswapV2(name: "rewards", tokens: ("UNI", "USDC"), reserves: ("5_000", "100_000")),
            ],
            oracles: [
                (name: "ETH", token: "ETH", sources: [(1, Outside)]),
                (name: "late", token: "ETH", sources: [(1, Outside)], update: Delayed("1 h")),
                (name: "USDC", token: "USDC", sources: [(1, Outside)]),
            ],
            {protocols}
            agents: [{agents}],
        )"#
    )
}

/// Borrowers of a lending market, and a liquidator who takes a few of them.
fn lending(protocol: &str) -> String {
    let agents = format!(
        r#"Borrower(name: "sleepers", count: 40, market: "market", collateral: "ETH", debt: "USDC",
                    capital: Fixed(10_000), owes: HealthFactor(Uniform(1.05, 2))),
           LendingLiquidator(name: "liquidator", market: "market", collateral: "ETH", debt: "USDC", per_block: 1,
                    funds: Own(Fixed(2e6)), attention: Fixed(0.05), bid_share: Fixed(0), {GAS}),"#
    );
    falling(&format!("lending: [{protocol}],"), &agents)
}

/// A finished run: what `summary.json` says of insolvent debt, and what a look at every position saw after the last block.
struct Seen {
    told: Value,
    /// Debt on the protocol's books, and debt that liquidations struck off them, in the numeraire.
    whole: f64,
    /// Of each account's debt what its collateral is worth at most, in the numeraire.
    covered: f64,
    /// Accounts that owe more than their collateral is worth.
    insolvent: u64,
}

impl Seen {
    /// Makes the scenario's run. `look` tells the debt on the books, and each debt with what covers it; `leaves` what a
    /// liquidation strikes off the books, in smallest units of the token.
    fn of(
        text: &str,
        look: impl Fn(&View, &mut dyn FnMut(f64, f64)) -> f64,
        leaves: impl Fn(&Event) -> Option<(TokenId, f64)>,
    ) -> Self {
        let mut run = begin(text);
        let mut struck_off = 0.0;
        for _ in 0..60 {
            run.step().unwrap();
            for (token, units) in events(run.world()).iter().filter_map(&leaves) {
                struck_off += see(run.world_mut(), |sees| sees.worth(token, 1) * units);
            }
        }
        let back = |world: &mut World| world.resource_mut::<ChainState>().clock.look_back();
        back(run.world_mut());
        let (mut covered, mut insolvent) = (0.0, 0);
        let owed = see(run.world_mut(), |sees| {
            look(sees, &mut |debt, worth| {
                covered += debt.min(worth);
                insolvent += u64::from(debt > worth);
            })
        });
        run.world_mut().resource_mut::<ChainState>().clock.advance();
        let summary = serde_json::to_value(run.finish(None).unwrap()).unwrap();
        Self { told: summary["insolvent_debt"].clone(), whole: owed + struck_off, covered, insolvent }
    }

    fn number(&self, name: &str) -> f64 {
        self.told[name].as_f64().unwrap_or_else(|| panic!("no {name} in {}", self.told))
    }

    /// Both figures say something, and with what is covered they are the whole debt.
    #[track_caller]
    fn is_whole(&self) {
        let (realised, open) = (self.number("realised_numeraire"), self.number("open_numeraire"));
        assert!(realised > 1.0 && open > 1.0, "{}", self.told);
        let sum = realised + open + self.covered;
        assert!((sum / self.whole - 1.0).abs() < 1e-9, "{realised} + {open} + {} are not {}", self.covered, self.whole);
        assert!((self.number("net_numeraire") / (realised + open) - 1.0).abs() < 1e-12, "{}", self.told);
        assert!(self.number("net_highest_numeraire") >= self.number("net_numeraire"), "{}", self.told);
        assert_eq!(self.told["positions"].as_u64(), Some(self.insolvent), "{}", self.told);
    }
}

/// A lending market's debts, each with the worth of its collateral, and all of them as the market itself sums them.
fn loans(sees: &View, tell: &mut dyn FnMut(f64, f64)) -> f64 {
    let cell = sees.protocols.all_lending().next().unwrap();
    let (lending, now) = (cell.lending(), sees.clock.now());
    let worth = |place: u8, units: u128| sees.worth(cell.asset(place).token, units);
    for account in lending.accounts() {
        let exposure = lending.exposure(account);
        let debt: f64 =
            exposure.debt.iter().map(|(place, _)| worth(*place, lending.borrowed(account, *place, now))).sum();
        let held = exposure.collateral.iter().map(|(place, _)| worth(*place, lending.supplied(account, *place, now)));
        tell(debt, held.sum());
    }
    (0..2).map(|place| worth(place, lending.totals(place, now).borrowed)).sum()
}

fn nothing(_: &Event) -> Option<(TokenId, f64)> {
    None
}

/// What a liquidation that its protocol writes off left unpaid.
fn written_off(event: &Event) -> Option<(TokenId, f64)> {
    match &event.kind {
        EventKind::Liquidated(at) => Some((at.debt_token, at.bad_debt as f64)),
        _ => None,
    }
}

/// Debt without collateral stays on Aave's books, is realised once, and what it grows by since is open.
#[test]
fn the_debt_of_aave_is_covered_realised_or_open() {
    let market = r#"AaveV3(name: "market", reserves: [
        (token: "ETH", oracle: "ETH", supplied: "500", ltv: 0.8, threshold: 0.825, bonus: 0.05),
        (token: "USDC", oracle: "USDC", supplied: "1_000_000", ltv: 0.77, threshold: 0.8, bonus: 0.05),
    ])"#;
    Seen::of(&lending(market), loans, nothing).is_whole();
}

#[test]
fn the_debt_of_compound_is_covered_realised_or_open() {
    let market = r#"CompoundV2(name: "market", markets: [
        (token: "ETH", oracle: "ETH", supplied: "500", collateral_factor: 0.8),
        (token: "USDC", oracle: "USDC", supplied: "1_000_000", collateral_factor: 0.75),
    ])"#;
    Seen::of(&lending(market), loans, nothing).is_whole();
}

#[test]
fn the_debt_of_morpho_is_covered_realised_or_open() {
    let market = r#"MorphoBlue(name: "market", lltv: 0.86, loan: (token: "USDC", oracle: "USDC", supplied: "1_000_000"),
        collateral: (token: "ETH", oracle: "ETH"))"#;
    Seen::of(&lending(market), loans, written_off).is_whole();
}

/// A leveraged farm's collateral is its claim on the pool's reserves, whatever selling it at once would bring.
#[test]
fn the_debt_of_alpha_homora_is_covered_realised_or_open() {
    let bank = r#"
        farms: [StakingRewards(name: "farm", pool: "pool", reward: "UNI")],
        banks: [AlphaHomora(name: "bank", base: "USDC", reserve_bps: 1_000, kill_bps: 500, interest: TripleSlope, goblins: [
            (name: "goblin", pool: "pool", farm: "farm", reward_pool: "rewards", work_factor: 0.87, kill_factor: 0.92),
        ])],"#;
    let agents = format!(
        r#"Farmer(name: "farmers", count: 40, goblin: "goblin", capital: Fixed(1_000), leverage: Uniform(2, 4), {GAS}),
           FarmLender(name: "lender", bank: "bank", supply: Fixed(200_000)),
           FarmLiquidator(name: "liquidator", bank: "bank", bid_share: Fixed(0), kills_per_block: 1, attention: Fixed(0.1), {GAS}),
           Arbitrageur(name: "arbitrageur", pool: "pool", capital: Fixed(1e6), bid_share: Fixed(0), {GAS}),"#
    );
    let look = |sees: &View, tell: &mut dyn FnMut(f64, f64)| {
        let cell = sees.protocols.banks().next().unwrap();
        let state = cell.state_at(sees.clock.now());
        for row in cell.bank.positions().iter().filter(|row| row.debt_share > 0) {
            let debt = sees.worth(cell.base, state.debt_value_down(row.debt_share).unwrap());
            tell(debt, sees.assets_worth(row));
        }
        sees.worth(cell.base, state.debt_value)
    };
    Seen::of(&falling(bank, &agents), look, written_off).is_whole();
}

/// Vaults at the price outside, not the oracle's; auctions that run, each with what is left of its lot; those that are over;
/// and what the system owes beside them, as far as its surplus backs it.
#[test]
fn the_debt_of_maker_is_covered_realised_or_open() {
    let dutch =
        r#"Clip(chop: 0.13, buf: 1.1, tail: "3 h", cusp: 0.4, tip: "300", curve: Stairstep(cut: 0.9, step: "10 min"))"#;
    let english = r#"Flip(chop: 0.13, beg: 0.03, ttl: "10 min", tau: "6 h", lots: Lump("50"))"#;
    for auctions in [dutch, english] {
        let maker = format!(
            r#"stablecoins: [MakerDao(name: "maker", dai: "DAI", ilks: [(
                name: "ETH-A", token: "ETH", oracle: "late", liquidation_ratio: 1.3, stability_fee: 0.05, dust: "20",
                auctions: {auctions},
            )])],"#
        );
        let agents = format!(
            r#"VaultOwner(name: "owners", count: 40, ilk: "ETH-A", collateral: Fixed(5), collateral_ratio: Uniform(1.35, 3)),
               Keeper(name: "keeper", ilk: "ETH-A", discount: Fixed(0.3), opens_at: Fixed(0.3), attention: Fixed(0.1),
                      funds: Own(Fixed(8_000)), {GAS}),"#
        );
        Seen::of(&falling(&maker, &agents), vaults, shortfall).is_whole();
    }
}

/// What an auction that is over has not brought of its debt is on the vow's books still.
fn shortfall(_: &Event) -> Option<(TokenId, f64)> {
    None
}

/// The system's debts: of each vault with its collateral, of each auction that runs with its lot, and the rest of the vow's
/// sin with the vow's dai. What auctions that are over lack is neither.
fn vaults(sees: &View, tell: &mut dyn FnMut(f64, f64)) -> f64 {
    let cell = sees.protocols.issuer(IssuerId(0));
    let (maker, state) = (&cell.maker, cell.maker.state());
    let dai = |rad: Rad| rad.to_f64() * sees.venues.price(cell.dai);
    let (mut owed, mut beside) = (dai(state.vow.sin), dai(state.vow.sin));
    for (number, ilk) in maker.ilks().zip(&cell.ilks) {
        let rate = maker.rate_at(number, sees.clock.now()).unwrap();
        let gem = |wad: u128| wad as f64 / 1e18 * sees.venues.price(ilk.gem);
        for (_, vault) in maker.positions(number).unwrap() {
            owed += dai(vault.tab(rate));
            tell(dai(vault.tab(rate)), gem(vault.ink));
        }
        let lots: Vec<(u32, u128)> = match ilk.auctions {
            AuctionKind::Dutch => maker.sales(number).unwrap().map(|(id, sale)| (id.0, sale.lot)).collect(),
            AuctionKind::English => maker.bids(number).unwrap().map(|(id, bid)| (id.0, bid.lot)).collect(),
        };
        for (id, row) in (1..).zip(&ilk.ledger) {
            beside -= dai(row.shortfall());
            if let Some((_, lot)) = lots.iter().find(|(running, _)| *running == id) {
                tell(dai(row.shortfall()), gem(*lot));
            }
        }
    }
    tell(beside.min(dai(state.vow.dai)), f64::INFINITY);
    owed
}

/// What stands in a liquidator's way to realise is not forgotten: a market in which nobody liquidates has open debt alone.
#[test]
fn what_nobody_liquidates_is_open_and_the_highest_is_where_the_price_was_lowest() {
    let market = r#"AaveV3(name: "market", reserves: [
        (token: "ETH", oracle: "ETH", supplied: "500", ltv: 0.8, threshold: 0.825, bonus: 0.05),
        (token: "USDC", oracle: "USDC", supplied: "1_000_000", ltv: 0.77, threshold: 0.8, bonus: 0.05),
    ])"#;
    let agents = r#"Borrower(name: "sleepers", count: 40, market: "market", collateral: "ETH", debt: "USDC",
        capital: Fixed(10_000), owes: HealthFactor(Uniform(1.05, 2))),"#;
    let text = falling(&format!("lending: [{market}],"), agents)
        .replace(r#"("1 d", 900)"#, r#"("9 h", 1_500), ("1 d", 1_500)"#);
    let seen = Seen::of(&text, loans, nothing);
    assert!(seen.number("realised_numeraire").abs() < 1e-12, "{}", seen.told);
    let (open, highest) = (seen.number("open_numeraire"), seen.number("net_highest_numeraire"));
    assert!(highest > 1.5 * open, "{}", seen.told);
    assert_eq!(seen.told["net_highest_block"].as_u64(), Some(30), "{}", seen.told);
}

/// The debt of an auction whose lot is worth less than it lacks is toxic, though no vault owes it any more.
#[test]
fn an_auction_that_cannot_bring_its_debt_is_toxic() {
    let maker = r#"stablecoins: [MakerDao(name: "maker", dai: "DAI", ilks: [(
        name: "ETH-A", token: "ETH", oracle: "ETH", liquidation_ratio: 1.3, stability_fee: 0.05, dust: "20",
        auctions: Clip(chop: 0.13, buf: 1.1, tail: "3 h", cusp: 0.4, tip: "300", curve: Stairstep(cut: 0.9, step: "10 min")),
    )])],"#;
    let agents = format!(
        r#"VaultOwner(name: "owner", ilk: "ETH-A", collateral: Fixed(5), collateral_ratio: Fixed(1.4)),
           Keeper(name: "starter", ilk: "ETH-A", funds: Own(Fixed(0)), {GAS}),"#
    );
    let mut run = begin(&falling(maker, &agents));
    run.watch(&[]);
    let mut shares = Vec::new();
    for _ in 0..60 {
        run.step().unwrap();
        shares.extend(run.world().resource::<Trace>().toxic.map(|(share, _)| share));
    }
    // All that is owed is owed by the auction in the end; while the vault stood, it was covered.
    assert_eq!((shares.first(), shares.last()), (Some(&0.0), Some(&1.0)));
}
