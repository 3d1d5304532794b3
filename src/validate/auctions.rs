//! Dutch auctions as `ticks.csv` and the system's own state tell them, in a run.

use std::path::Path;

use plimsoll_protocols::lending::maker::IlkId;

use super::{Expected, Finding, Size, Tolerance};
use crate::chain::ids::IssuerId;
use crate::chain::state::ChainState;
use crate::deployments::issuer_of;
use crate::scenario;
use crate::simulation::{Options, Simulation};

/// Blocks of ten seconds in which an auction begins and becomes stale.
const BLOCKS: u64 = 1_000;

const ILK: IlkId = IlkId(0);

/// What was seen of an auction: the steps of its curve at which its price first was below the oracle's, and at which it had to
/// be started anew.
struct Seen {
    below_oracle: f64,
    stale: f64,
}

/// D16: an auction with the parameters of ETH-B, in which nobody buys. Its price meets the oracle's at step 27 and the cusp at
/// step 92; one that falls by another cut, or evenly, does not.
pub fn dutch(_: Size) -> Vec<Finding> {
    let seen = watch("Stairstep(cut: 0.99, step: \"90 s\")");
    let finding = |case: &str, theory, published, simulated, expected| Finding {
        case: case.to_owned(),
        theory,
        published,
        simulated,
        standard_error: 0.0,
        tolerance: Tolerance::Relative(1e-12),
        expected,
    };
    let mut findings = vec![
        finding("step below the oracle's price", "ln(1 / 1.3) / ln(0.99)", 27.0, seen.below_oracle, Expected::Agrees),
        finding("step below the cusp", "ln(0.4) / ln(0.99)", 92.0, seen.stale, Expected::Agrees),
    ];
    for (case, curve) in [
        ("a cut of 0.985", "Stairstep(cut: 0.985, step: \"90 s\")"),
        ("a line to nothing after the tail", "Linear(tau: \"8400 s\")"),
    ] {
        let other = watch(curve);
        let named = |what: &str| format!("{case}: {what}");
        findings.extend([
            finding(&named("oracle"), "ln(1 / 1.3) / ln(0.99)", 27.0, other.below_oracle, Expected::Refused),
            finding(&named("cusp"), "ln(0.4) / ln(0.99)", 92.0, other.stale, Expected::Refused),
        ]);
    }
    findings
}

/// Lets a keeper start one auction, and looks at it after every block until it is started anew.
fn watch(curve: &str) -> Seen {
    let text = scenario_of(curve);
    let checked = scenario::read_text("auction", &text, Path::new("")).expect("the experiment's scenario is sound");
    let begun = Simulation::new(&checked.scenario, "auction", Path::new(""), Options::seeded(1), None);
    let mut run = begun.expect("the experiment's market can begin");
    let (mut begun_at, mut below_oracle) = (None, None);
    while run.blocks_done() < BLOCKS {
        let now = run.world().resource::<ChainState>().clock.now();
        run.step().expect("nothing is written that could fail");
        let world = run.world();
        let cell = issuer_of(world, IssuerId(0));
        let Some((auction, sale)) = cell.maker.sales(ILK).expect("the ilk has Dutch auctions").next() else { continue };
        let step = ((now - *begun_at.get_or_insert(sale.tic)) / 90) as f64;
        // The keeper starts it anew, for the reward, in the block in which it may.
        if begun_at != Some(sale.tic) {
            return Seen { below_oracle: below_oracle.expect("it fell far enough"), stale: step };
        }
        let price = cell.maker.status(ILK, auction, now).expect("the auction runs").price.to_f64();
        if price < world.resource::<ChainState>().oracles.feed(cell.ilk(ILK).feed).answer() {
            below_oracle.get_or_insert(step);
        }
    }
    unreachable!("an auction becomes stale after its tail, which is shorter than the run")
}

/// A vault that a fall of the price makes unsafe, a keeper who starts its auction, and nobody who buys: it has no dai.
fn scenario_of(curve: &str) -> String {
    format!(
        r#"Scenario(
            blocks: 1_000, block_time: "10 s", numeraire: "DAI",
            chain: (native: "GAS", base_fee: Fixed(1)),
            tokens: [
                (name: "DAI", decimals: 18, price: Fixed(1)),
                (name: "ETH", decimals: 18, price: Knots(knots: [("0 s", 3_000), ("60 s", 2_000)])),
                (name: "GAS", decimals: 18, price: Fixed(1)),
            ],
            oracles: [(name: "ETH", token: "ETH", sources: [(1, Outside)], update: Delayed("60 s"))],
            stablecoins: [MakerDao(name: "maker", dai: "DAI", ilks: [(
                name: "ETH-B", token: "ETH", oracle: "ETH", liquidation_ratio: 1.3, dust: "15_000",
                auctions: Clip(
                    chop: 0.13, buf: 1.3, tail: "8400 s", cusp: 0.4, hole: "8_000_000", tip: "300", curve: {curve},
                ),
            )])],
            agents: [
                VaultOwner(name: "owner", ilk: "ETH-B", collateral: Fixed(100), collateral_ratio: Fixed(1.5)),
                Keeper(name: "keeper", ilk: "ETH-B", funds: Own(Fixed(0)), min_profit: Fixed(299)),
            ],
        )"#
    )
}
