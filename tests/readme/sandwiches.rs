//! The table of `scenarios/sandwich.ron`, made of the swaps and sandwiches of its runs.

use std::collections::BTreeMap;

use super::Reader;
use super::comments::{Said, Table, hold, mean, standard_error, whole};
use super::figures::thousands;

/// The populations of traders, by their tolerance.
const TOLERANCES: [&str; 5] = ["0.1 %", "0.5 %", "1 %", "2 %", "5 %"];

/// What became of the trades of one tolerance in one run, in USDC at outside prices.
#[derive(Default)]
struct Trades {
    swaps: f64,
    sandwiched: f64,
    traded: f64,
    lost: f64,
    reverted: f64,
}

impl Trades {
    /// Returns the shares that the table shows: sandwiched in per cent, lost in basis points and by trade, reverted in per
    /// cent.
    fn shares(&self) -> [f64; 4] {
        [
            100.0 * self.sandwiched / self.swaps,
            1e4 * self.lost / self.traded,
            self.lost / self.swaps,
            100.0 * self.reverted / (self.swaps + self.reverted),
        ]
    }
}

/// Sums over all runs, in USDC at outside prices.
#[derive(Default)]
struct Sums {
    taken: u32,
    /// What each victim traded.
    sizes: Vec<f64>,
    lost: f64,
    gained: f64,
    bids: f64,
}

/// Goes through the events of a run, and returns what became of the trades of each tolerance.
fn run(reader: &Reader, seed: u32, sums: &mut Sums) -> [Trades; 5] {
    let ether = Table::of(reader, &format!("sandwich/runs/{seed}/ticks.csv")).column("eth_price_outside_numeraire");
    let events = Table::of(reader, &format!("sandwich/runs/{seed}/events.csv"));
    let [kinds, populations, agents, blocks] = ["kind", "population", "agent", "block"].map(|name| events.words(name));
    let [victims, of_victims, fees] = ["victim", "victim_population", "fee_native"].map(|name| events.words(name));
    let price = |row: usize| ether[blocks[row].parse::<usize>().unwrap()];
    let worth = |row: usize, [token, amount]: [&str; 2]| {
        let unit = if events.words(token)[row] == "ETH" { price(row) } else { 1.0 };
        events.words(amount)[row].parse::<f64>().unwrap() * unit
    };
    let of = |population: &str| TOLERANCES.iter().position(|tolerance| *tolerance == population);
    let mut trades: [Trades; 5] = Default::default();
    let mut last = BTreeMap::new();
    for row in 0..kinds.len() {
        match (kinds[row].as_str(), of(&populations[row])) {
            ("swap", Some(place)) => {
                let traded = worth(row, ["token_in", "amount_in"]);
                trades[place].swaps += 1.0;
                trades[place].traded += traded;
                last.insert((populations[row].as_str(), agents[row].as_str()), traded);
            }
            ("revert", Some(place)) => trades[place].reverted += 1.0,
            ("sandwich", _) => {
                let place = of(&of_victims[row]).expect("victims are of a tolerance");
                let lost = worth(row, ["token_lost", "lost"]);
                trades[place].sandwiched += 1.0;
                trades[place].lost += lost;
                sums.taken += 1;
                sums.sizes.push(last[&(of_victims[row].as_str(), victims[row].as_str())]);
                sums.lost += lost;
                sums.gained += worth(row, ["token_in", "prize"]);
            }
            _ => {}
        }
        if events.words("agent_kind")[row] == "Searcher" && !fees[row].is_empty() {
            sums.bids += fees[row].parse::<f64>().unwrap() * price(row);
        }
    }
    trades
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes a minute: cargo test --release --test readme")]
fn the_comment_on_sandwiches_says_what_sweeps_bring() {
    let reader = Reader::new();
    reader.runs("run scenarios/sandwich.ron --seeds 1..20 --keep-runs --out sandwich");
    let mut sums = Sums::default();
    let runs: Vec<[Trades; 5]> = (1..=20).map(|seed| run(&reader, seed, &mut sums)).collect();
    let smallest = sums.sizes.iter().copied().fold(f64::INFINITY, f64::min);
    let bids = sums.bids / sums.gained;
    assert!(smallest > 30_000.0 && (bids - 0.75).abs() < 0.01, "{smallest} {bids}");
    let file = "scenarios/sandwich.ron";
    let mut said: Vec<Said> = TOLERANCES
        .iter()
        .enumerate()
        .map(|(place, tolerance)| {
            let of = |share: usize| runs.iter().map(|run| run[place].shares()[share]).collect::<Vec<f64>>();
            let [sandwiched, lost, each, reverted] = [0, 1, 2, 3].map(of);
            let text = format!(
                "{tolerance} {:.1} % +- {:.1} {:.1} bp +- {:.1} {} USDC {:.1} %",
                mean(&sandwiched),
                standard_error(&sandwiched),
                mean(&lost),
                standard_error(&lost),
                whole(mean(&each)),
                mean(&reverted)
            );
            Said { file, text }
        })
        .collect();
    let taken = thousands(&sums.taken.to_string());
    said.push(Said {
        file,
        text: format!("is among the {taken} that were taken (the smallest had {})", whole(smallest)),
    });
    let share = 100.0 * sums.gained / sums.lost;
    said.push(Said { file, text: format!("{share:.0} % is the searchers', who pass three quarters") });
    hold(&said);
}
