//! Borrowers, lenders and liquidators of lending markets, in runs of the whole simulator.

use crate::common::market::{begin, steps};

use plimsoll::chain::event::{EventKind, EventLog};
use plimsoll::chain::ids::LendingId;
use plimsoll::chain::liquidation::Liquidation;
use plimsoll::chain::state::ChainState;
use plimsoll::deployments::directory::Directory;
use plimsoll::deployments::lending::LendingCell;
use plimsoll::deployments::lending_of;
use plimsoll::output::summary::Summary;
use plimsoll::simulation::Simulation;

/// A market whose ETH falls from 2,000 to 1,700 between the tenth and the sixtieth minute, in blocks of a minute.
fn market(agents: &str) -> Simulation {
    let text = format!(
        r#"Scenario(
            blocks: 200, block_time: "1 min", numeraire: "USDC",
            chain: (native: "GAS", base_fee: Fixed(10)),
            tokens: [
                (name: "USDC", decimals: 6, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Knots(knots: [
                    ("0 s", 2_000), ("10 min", 2_000), ("60 min", 1_700), ("70 min", 1_700),
                ])),
                (name: "GAS", decimals: 18, price: Fixed(1)),
            ],
            pools: [UniswapV2(name: "pool", tokens: ("ETH", "USDC"), reserves: ("10_000", "20_000_000"))],
            oracles: [
                (name: "ETH", token: "ETH", sources: [(1, Outside)]),
                (name: "USDC", token: "USDC", sources: [(1, Outside)]),
            ],
            lending: [AaveV3(name: "aave", reserves: [
                (token: "ETH", oracle: "ETH", supplied: "500", ltv: 0.8, threshold: 0.825, bonus: 0.05),
                (token: "USDC", oracle: "USDC", supplied: "1_000_000", ltv: 0.77, threshold: 0.8, bonus: 0.05),
            ])],
            agents: [{agents}],
        )"#
    );
    begin(&text)
}

/// One borrower of 100,000 against a health factor of 1.15, which a fall of 15 % takes below 1.
fn borrower(more: &str) -> String {
    format!(
        r#"Borrower(name: "borrower", market: "aave", collateral: "ETH", debt: "USDC", capital: Fixed(100_000),
           owes: HealthFactor(Fixed(1.15)), {more}),"#
    )
}

const LIQUIDATOR: &str = r#"LendingLiquidator(name: "liquidator", market: "aave", collateral: "ETH", debt: "USDC",
    bid_share: Fixed(0.1), gas_money: Fixed(100)),"#;

fn cell(run: &Simulation) -> &LendingCell {
    let _entity = run.world().resource::<Directory>().lending[0].entity;
    lending_of(run.world(), LendingId(0))
}

/// Returns the last borrower's health factor and debt.
fn position(run: &Simulation) -> (f64, u128) {
    let (cell, now) = (cell(run), run.world().resource::<ChainState>().clock.now());
    let account = cell.lending().accounts().last().unwrap();
    let health =
        cell.lending().health(account, &cell.prices(&run.world().resource::<ChainState>().oracles), now).unwrap();
    (health.factor, cell.lending().borrowed(account, 1, now))
}

fn finish(mut run: Simulation, blocks: u64) -> (Summary, f64, u128) {
    steps(&mut run, blocks);
    let (health, debt) = position(&run);
    (run.finish(None).unwrap(), health, debt)
}

#[test]
fn a_sleeper_is_liquidated_and_nobody_who_defends_himself_is() {
    let agents = borrower("gas_money: Fixed(0)") + LIQUIDATOR;
    let (summary, ..) = finish(market(&agents), 100);
    assert!(summary.liquidations.count > 0);
    for defence in ["TopUp", "Repay", "Deleverage"] {
        let more = format!("defence: {defence}, act_below: Fixed(1.05), target: Fixed(1.2), spare: Fixed(0.5)");
        let (summary, health, _) = finish(market(&(borrower(&more) + LIQUIDATOR)), 100);
        assert_eq!(summary.liquidations.count, 0, "{defence}");
        assert_eq!(summary.reverts, 0, "{defence}: {:?}", summary.reverts_by_reason);
        assert!((1.05..1.21).contains(&health), "{defence}: a health factor of {health}");
    }
}

#[test]
fn a_defence_restores_the_target() {
    for defence in ["TopUp", "Repay", "Deleverage"] {
        let more = format!("defence: {defence}, act_below: Fixed(1.05), target: Fixed(1.2), spare: Fixed(0.5)");
        let mut run = market(&borrower(&more));
        let mut greatest = 0.0_f64;
        (0..70).for_each(|_| {
            run.step().unwrap();
            if position(&run).0 < 1.3 {
                greatest = greatest.max(if run.blocks_done() > 20 { position(&run).0 } else { 0.0 });
            }
        });
        assert!((1.19..1.21).contains(&greatest), "{defence}: {greatest}");
    }
}

#[test]
fn a_stop_loss_leaves_nothing_behind() {
    let more = r#"defence: StopLoss, act_below: Fixed(1.05), through: "pool""#;
    let (summary, _, debt) = finish(market(&borrower(more)), 100);
    assert_eq!((debt, summary.reverts), (0, 0), "{:?}", summary.reverts_by_reason);
    let lent = &summary.profit_and_loss;
    assert!(lent.difference_numeraire.abs() < 1e-6);
}

#[test]
fn leverage_is_what_was_drawn_whether_by_flash_loan_or_by_loops() {
    for (owes, leverage) in [("Leverage(Fixed(3))", 3.0), ("Loops(loan_to_value: Fixed(0.75), times: 4)", 3.050_781_25)]
    {
        let agents = format!(
            r#"Borrower(name: "levered", market: "aave", collateral: "ETH", debt: "USDC", capital: Fixed(10_000),
               owes: {owes}, entry: Between("0 s", "2 min"))"#
        );
        let mut run = market(&agents);
        steps(&mut run, 5);
        let (cell, now) = (cell(&run), run.world().resource::<ChainState>().clock.now());
        let account = cell.lending().accounts().last().unwrap();
        let posted = cell.lending().supplied(account, 0, now) as f64 / 1e18 * 2_000.0;
        let owed = cell.lending().borrowed(account, 1, now) as f64 / 1e6;
        assert!((posted / 10_000.0 - leverage).abs() < 1e-3, "{owes}: {posted} posted");
        assert!((owed / 10_000.0 - (leverage - 1.0)).abs() < 2e-3, "{owes}: {owed} owed");
    }
}

/// Returns the liquidations of the first block that has any.
fn first_liquidations(strategy: &str) -> Vec<Liquidation> {
    let liquidator = LIQUIDATOR.replace("bid_share", &format!("strategy: {strategy}, bid_share"));
    let mut run = market(&(borrower("gas_money: Fixed(0)") + &liquidator));
    for _ in 0..100 {
        run.step().unwrap();
        let log = run.world().resource::<EventLog>();
        let liquidated = log.iter().filter_map(|event| match &event.kind {
            EventKind::Liquidated(at) => Some((**at).clone()),
            _ => None,
        });
        let liquidated: Vec<Liquidation> = liquidated.collect();
        if !liquidated.is_empty() {
            return liquidated;
        }
    }
    panic!("nobody was liquidated");
}

/// Qin, Zhou, Gamito, Jovanovic, Gervais 2021: `(D - l C) / (1 - l (1 + s))` first, then half of the rest.
#[test]
fn two_liquidations_in_a_row_repay_more_than_one() {
    let (one, two) = (first_liquidations("CloseFactor"), first_liquidations("TwoSteps"));
    assert_eq!((one.len(), two.len()), (1, 2));
    let debt = (one[0].repaid + one[0].debt_left) as f64;
    assert!((one[0].repaid as f64 / debt - 0.5).abs() < 1e-6);
    let first = (1.0 - one[0].health_factor.unwrap()) / (1.0 - 0.825 * 1.05);
    assert!((two[0].repaid as f64 / debt / first - 1.0).abs() < 1e-4, "{two:?}");
    let both = (two[0].repaid + two[1].repaid) as f64 / debt;
    assert!((both / (first + (1.0 - first) / 2.0) - 1.0).abs() < 1e-4, "{both}");
    assert!(both > 0.5);
}

/// Ten lenders of 100,000 each and a founder of a million, three quarters lent out: half a million can leave.
#[test]
fn in_a_run_the_first_are_paid_and_the_others_wait() {
    let agents = r#"
        Lender(name: "lenders", count: 10, market: "aave", asset: "USDC", supply: Fixed(100_000),
               exit: Between("10 min", "60 min")),
        Borrower(name: "borrower", market: "aave", collateral: "ETH", debt: "USDC", capital: Fixed(3_000_000),
                 owes: LoanToValue(Fixed(0.5))),
    "#;
    let mut run = market(agents);
    steps(&mut run, 150);
    let now = run.world().resource::<ChainState>().clock.now();
    let totals = cell(&run).lending().totals(1, now);
    assert_eq!(totals.idle, 0);
    let claims = totals.supplied as f64 / 1e6;
    assert!((1_500_000.0..1_500_400.0).contains(&claims), "{claims} claimed");
    let summary = run.finish(None).unwrap();
    assert!((1..=10).contains(&summary.reverts), "{} reverts", summary.reverts);
}

/// A short is liquidated by buying what it owes; more than the market holds cannot be borrowed to do so.
#[test]
fn a_market_drained_of_cash_reverts_and_never_panics() {
    let agents = r#"
        Lender(name: "lender", market: "aave", asset: "USDC", supply: Fixed(500_000), exit: Between("5 min", "5 min")),
        Borrower(name: "borrower", market: "aave", collateral: "ETH", debt: "USDC", capital: Fixed(2_000_000),
                 owes: LoanToValue(Fixed(0.74))),
        LendingLiquidator(name: "flash", market: "aave", collateral: "ETH", debt: "USDC", through: "pool",
                       bid_share: Fixed(0.1), gas_money: Fixed(100)),
        LendingLiquidator(name: "own", market: "aave", collateral: "ETH", debt: "USDC", funds: Own(Fixed(10_000)),
                       sells: Later("5 min"), bid_share: Fixed(0.1), gas_money: Fixed(100)),
    "#;
    let (summary, ..) = finish(market(agents), 150);
    assert!(summary.liquidations.count > 0);
    assert!(summary.profit_and_loss.difference_numeraire.abs() < 1e-5);
}

/// A contract whose rates are for blocks of 15 seconds, in blocks of 12 and of a quarter of a second: what is said to be paid
/// a year is what debts grow by.
#[test]
fn the_rate_of_a_market_that_counts_blocks_is_what_is_paid_a_year_on_this_chain() {
    for (block_time, set_up, paid) in [
        ("12 s", "", 0.125),
        ("250 ms", "", 6.0),
        ("15 s", "", 0.1),
        ("12 s", "blocks_per_year: 2_628_000,", 0.1),
        ("250 ms", "blocks_per_year: 126_144_000,", 0.1),
    ] {
        let text = format!(
            r#"Scenario(
                blocks: 400, block_time: "{block_time}", numeraire: "USDC",
                chain: (native: "GAS", base_fee: Fixed(10)),
                tokens: [
                    (name: "USDC", decimals: 6, price: Fixed(1)),
                    (name: "ETH", decimals: 18, price: Fixed(2_000)),
                    (name: "GAS", decimals: 18, price: Fixed(1)),
                ],
                oracles: [
                    (name: "ETH", token: "ETH", sources: [(1, Outside)]),
                    (name: "USDC", token: "USDC", sources: [(1, Outside)]),
                ],
                lending: [CompoundV2(name: "compound", {set_up} markets: [
                    (token: "ETH", oracle: "ETH", collateral_factor: 0.8),
                    (token: "USDC", oracle: "USDC", supplied: "1_000_000_000", rates: (base: 0.1, slope_1: 0, slope_2: 0, kink: 0.8)),
                ])],
                agents: [Borrower(name: "borrower", market: "compound", collateral: "ETH", debt: "USDC",
                                  capital: Fixed(1e8), owes: HealthFactor(Fixed(1.5)))],
            )"#
        );
        let mut run = begin(&text);
        let owed = |run: &Simulation| {
            let now = run.world().resource::<ChainState>().clock.now();
            (now, cell(run).lending().totals_and_rates(1, now))
        };
        let (start, (before, _)) = owed(&run);
        steps(&mut run, 400);
        let (end, (after, rates)) = owed(&run);
        let grown = after.borrowed as f64 / before.borrowed as f64 - 1.0;
        let yearly = grown / (end - start) as f64 * 365.0 * 86_400.0;
        assert!((rates.borrow / paid - 1.0).abs() < 1e-6, "{block_time} {set_up} {}", rates.borrow);
        assert!((yearly / paid - 1.0).abs() < 1e-3, "{block_time} {set_up} {yearly} is paid");
    }
}
