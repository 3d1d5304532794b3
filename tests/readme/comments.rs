//! Figures in the comments of scenarios and in the page's prose, made of what runs and sweeps leave.

use std::fs;

use super::figures::thousands;
use super::{Reader, package};

/// What a file says in prose.
pub(super) struct Said {
    pub(super) file: &'static str,
    pub(super) text: String,
}

/// Returns a file's prose in one line: comment signs and breaks are spaces.
fn prose(file: &str) -> String {
    let text = fs::read_to_string(package(file)).unwrap();
    text.replace("//", " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
pub(super) fn hold(said: &[Said]) {
    let missing = said.iter().filter(|said| !prose(said.file).contains(&said.text));
    let missing: Vec<String> = missing.map(|said| format!("{}: {}", said.file, said.text)).collect();
    assert!(missing.is_empty(), "these should say:\n{}", missing.join("\n"));
}

/// A table as it lies in a folder: a name and the cells of each column.
pub(super) struct Table(Vec<(String, Vec<String>)>);

impl Table {
    pub(super) fn of(reader: &Reader, path: &str) -> Self {
        let left = reader.left(path);
        let mut table = csv::Reader::from_reader(left.as_slice());
        let mut columns: Vec<(String, Vec<String>)> =
            table.headers().unwrap().iter().map(|name| (name.to_owned(), Vec::new())).collect();
        for row in table.records().map(Result::unwrap) {
            columns.iter_mut().zip(&row).for_each(|((_, cells), cell)| cells.push(cell.to_owned()));
        }
        Self(columns)
    }

    pub(super) fn words(&self, name: &str) -> &[String] {
        let found = self.0.iter().find(|(column, _)| column == name);
        &found.unwrap_or_else(|| panic!("no column `{name}`")).1
    }

    pub(super) fn column(&self, name: &str) -> Vec<f64> {
        self.words(name).iter().map(|cell| cell.parse().unwrap_or_else(|_| panic!("{name}: `{cell}`"))).collect()
    }

    fn mean(&self, name: &str) -> f64 {
        mean(&self.column(name))
    }
}

pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

pub(super) fn standard_error(values: &[f64]) -> f64 {
    let (mean, count) = (mean(values), values.len() as f64);
    let squares = values.iter().map(|value| (value - mean) * (value - mean));
    (squares.sum::<f64>() / (count - 1.0) / count).sqrt()
}

/// Returns the least and the greatest.
fn ends(values: &[f64]) -> [f64; 2] {
    [values.iter().copied().fold(f64::INFINITY, f64::min), values.iter().copied().fold(f64::NEG_INFINITY, f64::max)]
}

/// Returns the ends of the middle 95 %: the values of rank ceil(0.025 n) and ceil(0.975 n).
fn middle(values: &[f64]) -> [f64; 2] {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    [25, 975].map(|per_mille| sorted[(sorted.len() * per_mille).div_ceil(1_000).max(1) - 1])
}

pub(super) fn whole(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    if value < 0.0 && digits != "0" { format!("-{}", thousands(&digits)) } else { thousands(&digits) }
}

fn listed(values: [String; 4]) -> String {
    let [one, two, three, four] = values;
    format!("{one}, {two}, {three} and {four}")
}

/// Runs a scenario over seeds and returns `runs.csv`.
fn sweep(reader: &Reader, name: &str, seeds: &str) -> Table {
    reader.runs(&format!("run scenarios/{name}.ron --seeds {seeds} --out {name}"));
    Table::of(reader, &format!("{name}/runs.csv"))
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes a minute: cargo test --release --test readme")]
fn comments_of_lending_and_auctions_say_what_runs_bring() {
    let reader = Reader::new();
    let compound = sweep(&reader, "compound_dai_2020", "1..20");
    let maker = {
        reader.runs("run scenarios/maker_auctions.ron --seed 1 --out maker");
        let summary: serde_json::Value = serde_json::from_slice(&reader.left("maker/summary.json")).unwrap();
        let figure = |name: &str| summary["auctions"][name].as_f64().unwrap();
        let millions = |name| figure(name) / 1e6;
        format!(
            "{:.0} auctions bring {:.1} million dai for debts of {:.1} (seed 1), but {:.1} million of debt are lost",
            figure("over"),
            millions("raised_stablecoin"),
            millions("due_stablecoin"),
            millions("shortfall_stablecoin")
        )
    };
    reader.runs("cascade scenarios/steth_depeg_2022.ron --seeds 1..20 --depth 12 --out steth");
    let steth = Table::of(&reader, "steth/runs.csv");
    let end = steth.column("pools_steth_eth_price_end");
    let debt = steth.column("cascade_debt_amplification");
    let share = |value: f64| format!("{value:.3}").replacen("0.", ".", 1);
    let busiest = [1, 2].map(|seed| {
        reader.runs(&format!("run scenarios/congested_crash.ron --seed {seed} --out congested-{seed}"));
        ends(&Table::of(&reader, &format!("congested-{seed}/ticks.csv")).column("gas_used"))[1] / 1e6
    });
    hold(&[
        Said {
            file: "scenarios/compound_dai_2020.ron",
            text: format!(
                "Over 20 seeds there are {:.0} liquidations on average, of {:.1} million USDC at the oracle's price, and who \
                 owes loses {:.1} million",
                compound.mean("liquidations_count"),
                compound.mean("liquidations_debt_numeraire") / 1e6,
                -compound.mean("profit_and_loss_by_kind_borrower_earned_numeraire") / 1e6
            ),
        },
        Said { file: "scenarios/maker_auctions.ron", text: maker },
        Said {
            file: "scenarios/steth_depeg_2022.ron",
            text: format!(
                "the pool ends at {} on average ({} to {}). Leavers alone would take it to {}; what is liquidated brings the \
                 rest, and {:.1} times as much debt ({:.1} to {:.1})",
                share(mean(&end)),
                share(ends(&end)[0]),
                share(ends(&end)[1]),
                share(steth.mean("cascade_price_amplification_steth_in_oracle_steth_lowest_in_counterfactual_0")),
                mean(&debt),
                ends(&debt)[0],
                ends(&debt)[1]
            ),
        },
        Said {
            file: "scenarios/congested_crash.ron",
            text: format!(
                "uses {:.0} million gas ({:.1} and {:.1}, seeds 1 and 2)",
                mean(&busiest),
                busiest[0],
                busiest[1]
            ),
        },
    ]);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes a minute: cargo test --release --test readme")]
fn comments_of_liquidity_say_what_sweeps_bring() {
    let reader = Reader::new();
    let lvr = sweep(&reader, "lvr", "1..20");
    let four = |figure: &str| {
        ["5", "30", "100", "300"].map(|fee| lvr.column(&format!("liquidity_providers_at_{fee}_bp_{figure}_numeraire")))
    };
    let (lost, fees) = (four("loss_versus_rebalancing"), four("fees_earned"));
    let held = &four("impermanent_loss")[1];
    let ratios = [0, 1, 2, 3].map(|pool| format!("{:.2}", mean(&fees[pool]) / mean(&lost[pool])));
    let tens = |value: f64| whole((value / 10.0).round() * 10.0);
    let pays = |pool: usize| fees[pool].iter().zip(&lost[pool]).filter(|(fee, loss)| fee > loss).count();
    assert_eq!((pays(0), pays(1)), (0, 20), "5 basis points pay in none of 20 weeks, 30 in all");
    let mut said = vec![
        Said {
            file: "scenarios/lvr.ron",
            text: format!(
                "the four lose {} against rebalancing",
                listed(lost.each_ref().map(|lost| whole(mean(lost))))
            ),
        },
        Said {
            file: "scenarios/lvr.ron",
            text: format!(
                "Fees are {}: of the loss {}.",
                listed(fees.each_ref().map(|fees| whole(mean(fees)))),
                listed(ratios)
            ),
        },
        Said {
            file: "scenarios/lvr.ron",
            text: format!(
                "The losses against holding, {} on average, say less: their standard error is {}",
                tens(-mean(held)),
                tens(standard_error(held))
            ),
        },
    ];
    let ranges = sweep(&reader, "concentrated_liquidity", "1..20");
    let rows = [
        ("everywhere", "everywhere"),
        ("half to twice", "half_to_twice"),
        ("10 %", "10__"),
        ("3 %", "3__"),
        ("10 % moved", "10___moved"),
        ("3 % moved", "3___moved"),
    ];
    said.extend(rows.map(|(row, population)| {
        let figure = |name: &str| ranges.column(&format!("liquidity_providers_{population}_{name}_numeraire"));
        let [fees, loss, trades, gas] = ["fees_earned", "impermanent_loss", "own_trades", "gas_paid"].map(figure);
        let left: Vec<f64> = (0..fees.len()).map(|run| fees[run] + loss[run] + trades[run] - gas[run]).collect();
        Said {
            file: "scenarios/concentrated_liquidity.ron",
            text: format!(
                "{row} {} {} {} {} {} +- {} {:.2}",
                whole(mean(&fees)),
                whole(mean(&loss)),
                whole(mean(&trades)),
                whole(mean(&gas)),
                whole(mean(&left)),
                whole(standard_error(&left)),
                mean(&fees) / mean(&figure("loss_versus_rebalancing"))
            ),
        }
    }));
    hold(&said);
}

#[test]
#[cfg_attr(debug_assertions, ignore = "takes a minute: cargo test --release --test readme")]
fn comments_of_farms_say_what_sweeps_bring() {
    let reader = Reader::new();
    reader.runs("run scenarios/stable_pair_vs_volatile_pair.ron --seeds 1..20 --keep-runs --out stable");
    let months: Vec<Table> =
        (1..=20).map(|seed| Table::of(&reader, &format!("stable/runs/{seed}/agents.csv"))).collect();
    // Of a month: profit in per cent of own capital, and the share that was killed.
    let of = |month: &Table, population: &str| {
        let [profit, own] = ["profit_numeraire", "own_capital_numeraire"].map(|name| month.column(name));
        let is = |agent: &usize| month.words("population")[*agent] == population;
        let agents: Vec<usize> = (0..profit.len()).filter(is).collect();
        let sum = |of: &[f64]| agents.iter().map(|agent| of[*agent]).sum::<f64>();
        let killed = agents.iter().filter(|agent| month.words("fate")[**agent] == "liquidated").count();
        (100.0 * sum(&profit) / sum(&own), killed as f64 / agents.len() as f64)
    };
    let row = |times: &str| {
        let told = ["DAI", "ETH"].map(|pair| {
            let months: Vec<_> = months.iter().map(|month| of(month, &format!("{pair} {times}"))).collect();
            let (profits, killed): (Vec<f64>, Vec<f64>) = months.into_iter().unzip();
            let share = 100.0 * mean(&killed);
            let share = if share == 0.0 { "0".to_owned() } else { format!("{share:.0} %") };
            let in_months = killed.iter().filter(|killed| **killed > 0.0).count();
            (format!("{:+.1} {:+.1} {share}", mean(&profits), ends(&profits)[0]), in_months)
        });
        let text = format!("{times} {} {} {}", told[0].0, told[1].0, told[1].1);
        Said { file: "scenarios/stable_pair_vs_volatile_pair.ron", text }
    };
    let mut said: Vec<Said> = ["2", "2.5", "3", "4", "5"].map(row).into();
    let [cheap, dear] = ["layer2", "layer2_on_ethereum"].map(|name| sweep(&reader, name, "1..20"));
    let gas = "profit_and_loss_by_kind_farmer_gas_paid_numeraire";
    assert!(cheap.column("positions_liquidated").iter().all(|killed| *killed == 0.0), "none is killed");
    said.push(Said {
        file: "README.md",
        text: format!(
            "for {} USDC of gas in all, and none is killed; on Ethereum they pay {} USDC, and {:.0} are killed (means of 20 \
             seeds)",
            whole(cheap.mean(gas)),
            whole(dear.mean(gas)),
            dear.mean("positions_liquidated")
        ),
    });
    hold(&said);
}

#[test]
#[ignore = "takes minutes: cargo test --release --test readme -- --ignored"]
fn comments_of_black_thursday_say_what_a_hundred_runs_bring() {
    let reader = Reader::new();
    let runs = sweep(&reader, "black_thursday_maker", "1..100");
    let file = "scenarios/black_thursday_maker.ron";
    let [started, nothing, lacking, surplus, sold] = [
        "auctions_started",
        "auctions_for_nothing_ratio",
        "auctions_shortfall_stablecoin",
        "auctions_net_surplus_stablecoin",
        "auctions_for_nothing_numeraire",
    ]
    .map(|name| runs.column(name));
    let millions = |values: &[f64], unit: &str| {
        let [low, high] = middle(values);
        format!("{:.2} million{unit} ({:.2} to {:.2})", mean(values) / 1e6, low / 1e6, high / 1e6)
    };
    let short: Vec<f64> = surplus.iter().map(|surplus| -surplus).collect();
    let share = middle(&nothing).map(|share| 100.0 * share);
    hold(&[
        Said {
            file,
            text: format!(
                "{} auctions ({} to {}), {:.1} % of them for nothing ({:.0} to {:.0} %; standard error {:.1})",
                whole(mean(&started)),
                whole(middle(&started)[0]),
                whole(middle(&started)[1]),
                100.0 * mean(&nothing),
                share[0],
                share[1],
                100.0 * standard_error(&nothing)
            ),
        },
        Said { file, text: format!("debt that auctions did not bring: {}", millions(&lacking, " dai")) },
        Said { file, text: format!("it is short of {}", millions(&short, "")) },
        Said { file, text: format!("collateral that went for nothing: {}", millions(&sold, " dollars")) },
        Said {
            file: "README.md",
            text: format!(
                "auctions brought {:.2} million dai less than was owed ({:.2} to {:.2} in 95 % of runs)",
                mean(&lacking) / 1e6,
                middle(&lacking)[0] / 1e6,
                middle(&lacking)[1] / 1e6
            ),
        },
    ]);
}
