//! What a reader meets on the page: where it opens, what is told apart, how it reads on a phone.

use std::fs;
use std::path::{Path, PathBuf};

use super::browser::Browser;
use super::report::{DESKTOP, PHONE, done, made, scenario};
use serde_json::Value;
use tempfile::TempDir;

/// The data that the page's charts are drawn from.
fn island(page: &Path) -> Value {
    let text = fs::read_to_string(page).unwrap();
    let data = text.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    serde_json::from_str(data).unwrap()
}

/// Returns a chart of the page by its id.
fn chart<'a>(data: &'a Value, id: &str) -> &'a Value {
    let charts = data["charts"].as_array().unwrap();
    charts.iter().find(|chart| chart["id"] == id).unwrap_or_else(|| panic!("no chart {id}"))
}

/// Returns the numbers of a column, which the page holds as the differences of whole steps, in base 64.
fn numbers(column: &Value) -> Vec<Option<f64>> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let exponent = column["exponent"].as_i64().unwrap_or_else(|| panic!("no column: {column}"));
    let mut letters = column["words"].as_str().unwrap().chars().map(|letter| LETTERS.find(letter).unwrap() as u64);
    let mut word = || {
        let mut value = letters.next()?;
        let mut place = 32;
        while value / place == 1 {
            value = value - place + place * letters.next().unwrap();
            place *= 32;
        }
        Some(value)
    };
    let (mut values, mut sum, mut last) = (Vec::new(), 0_i64, 0);
    while let Some(code) = word() {
        let (code, times) = if code == 0 { (last, word().unwrap()) } else { (code, 1) };
        last = code;
        for _ in 0..times {
            let step = i64::try_from(code).unwrap() - 2;
            sum += if step % 2 == 1 { -(step + 1) / 2 } else { step.max(0) / 2 };
            let value = format!("{sum}e{exponent}").parse().unwrap();
            values.push((code > 1).then_some(value));
        }
    }
    values
}

/// Returns the numbers of a column that has no gaps.
fn whole(column: &Value) -> Vec<f64> {
    numbers(column).into_iter().map(Option::unwrap).collect()
}

/// A few runs of a market whose tokens are not written in capitals alone.
fn few_runs() -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let text = r#"// Does stETH keep its name?
Scenario(
    blocks: 30, block_time: "12 s", numeraire: "USDC",
    chain: (native: "stETH", base_fee: Fixed(30)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "stETH", decimals: 18, price: Gbm(start: 2_000, volatility: 0.8)),
    ],
    pools: [UniswapV2(name: "stETH/USDC", tokens: ("stETH", "USDC"), reserves: ("1_000", "2_000_000"))],
    agents: [],
)"#;
    fs::write(home.path().join("few.ron"), text).unwrap();
    done(home.path(), &["run", "few.ron", "--seeds", "1..6", "--out", "out", "--report", "--quiet"]);
    let page = home.path().join("out/report.html");
    (home, page)
}

#[test]
fn a_page_opens_on_the_whole_run_tells_prices_apart_and_holds_what_zoom_needs() {
    let (home, page) = made(&["run", &scenario("aave_crash"), "--blocks", "4000", "--report"]);
    let (data, text) = (island(&page), fs::read_to_string(&page).unwrap());
    let summary: Value = serde_json::from_slice(&fs::read(home.path().join("out/summary.json")).unwrap()).unwrap();
    let ends = ["first_block", "last_block"].map(|end| summary["liquidations"][end].as_f64());
    assert!(data["time"].get("view").is_none(), "it opens on all blocks");
    assert_eq!([0, 1].map(|end| data["time"]["cascade"][end].as_f64()), ends, "the liquidations are marked");

    let price = chart(&data, "price-eth");
    let series = price["series"].as_array().unwrap();
    let look = |label: &str| {
        series.iter().find(|one| one["label"].as_str().unwrap().starts_with(label)).unwrap()["look"].clone()
    };
    assert_eq!(
        [look("outside"), look("oracle"), look("pool")],
        ["heavy", "stepped", "thin"],
        "{}",
        price["series"][0]["label"]
    );
    let at = whole(&price["at"]);
    assert!(
        at.len() == 4_000 && at.windows(2).all(|pair| (pair[1] - pair[0] - 1.0).abs() < 1e-9),
        "every block is held"
    );
    let outside = whole(&series.iter().find(|one| one["label"] == "outside").unwrap()["values"]);
    let mut ticks = csv::Reader::from_path(home.path().join("out/ticks.csv")).unwrap();
    let place = ticks.headers().unwrap().iter().position(|name| name == "eth_price_outside_numeraire").unwrap();
    for (row, drawn) in ticks.records().zip(&outside) {
        let held: f64 = row.unwrap()[place].parse().unwrap();
        assert!((held - drawn).abs() < 1e-3, "{drawn} is {held} in ticks.csv");
    }

    let body = text.split("id=\"provenance\"").next().unwrap();
    assert!(
        !body.contains("noise and") && body.contains("<dt>Crash of ETH</dt>") && body.contains("drawn price outside")
    );
}

#[test]
fn the_page_of_many_seeds_asks_the_question_keeps_names_and_has_no_empty_card() {
    let (_home, page) = few_runs();
    let text = fs::read_to_string(&page).unwrap();
    assert!(text.contains("Does stETH keep its name?"));
    let body = text.split("<main>").nth(1).unwrap().split("id=\"provenance\"").next().unwrap();
    assert!(body.contains("stETH") && !body.contains("STETH"), "a token keeps its case");
    assert!(!body.contains("<strong>–</strong>"), "a card without a figure");
    assert!(!body.contains("Shock"), "nothing was shocked");
    assert!(body.contains("drawn price"), "what fell is a price that was drawn");
    let Some(mut browser) = Browser::start("bars of a histogram") else { return };
    browser.open(&page, DESKTOP, "light");
    let widest = browser.evaluate(
        "(() => { const canvas = document.querySelector('#lowest-steth canvas'); const { width, height } = canvas; \
         const seen = canvas.getContext('2d').getImageData(0, 0, width, height).data; let widest = 0; \
         for (let y = 0; y < height; y += 1) { let run = 0; for (let x = 0; x < width; x += 1) { const at = 4 * (y * width + x); \
         run = seen[at + 3] > 100 && seen[at + 2] - seen[at] > 60 ? run + 1 : 0; widest = Math.max(widest, run); } } \
         return 8 * widest / width; })()",
    );
    assert!(widest.as_f64().unwrap() > 0.75, "bars fill their bins: {widest}");
}

/// Says what is too small to be touched, which tables scroll without a hint, and where the links to sections are.
const TOUCHED: &str = r#"(() => {
    const small = [...document.querySelectorAll("button, nav a, summary, input, select")].filter((target) => {
        const { width, height } = target.getBoundingClientRect();
        return width > 0 && (height < 24 || width < 24);
    }).map((target) => `${target.tagName} ${target.textContent.slice(0, 20)} ${target.getBoundingClientRect().height}`);
    const mute = [...document.querySelectorAll(".scroll")].filter((table) => table.scrollWidth > table.clientWidth + 1
        && getComputedStyle(table, "::before").content === "none" && !table.previousElementSibling?.matches(".hint")).length;
    scrollTo(0, document.documentElement.scrollHeight / 2);
    const { top, bottom } = document.querySelector("nav").getBoundingClientRect();
    const bar = document.querySelector(".tools").getBoundingClientRect().height;
    const scheme = document.getElementById("scheme").getBoundingClientRect();
    const zoom = document.querySelector('#zoom button').getBoundingClientRect();
    const cut = [...document.querySelectorAll("caption")].filter((caption) => caption.getBoundingClientRect().width > innerWidth).length;
    const narrow = [...document.querySelectorAll(".scroll tbody th")].filter((head) => {
        const { width, height } = head.getBoundingClientRect();
        return width > 0 && height > 2 * width;
    }).length;
    const beside = Math.abs(scheme.top - zoom.top) < 2 && scheme.right <= innerWidth;
    return { bar, beside, cut, narrow, small: small.slice(0, 5), mute, stays: top >= -1 && bottom < innerHeight / 4 };
})()"#;

/// The contrast of each generation's colour with the page, and how far neighbours are apart.
const SCALE: &str = r#"(() => {
    const probe = document.body.appendChild(document.createElement("i"));
    const channels = (text) => text.match(/\d+/g).slice(0, 3).map(Number);
    const luminance = (rgb) => rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, place) => sum + c * [0.2126, 0.7152, 0.0722][place], 0);
    const page = luminance(channels(getComputedStyle(document.body).backgroundColor));
    const colours = Array.from({ length: 8 }, (_, place) => {
        probe.style.color = `var(--generation-${place})`;
        return channels(getComputedStyle(probe).color);
    });
    probe.remove();
    const contrast = colours.map(luminance).map((l) => (Math.max(l, page) + 0.05) / (Math.min(l, page) + 0.05));
    const apart = colours.slice(1).map((c, place) => Math.hypot(...c.map((v, k) => v - colours[place][k])));
    return { contrast: Math.min(...contrast), apart: Math.min(...apart) };
})()"#;

#[test]
fn a_phone_shows_what_scrolls_and_what_can_be_touched_and_colours_are_told_apart() {
    let Some(mut browser) = Browser::start("a page on a phone") else { return };
    let (_home, page) = made(&["run", &scenario("aave_crash"), "--blocks", "3600", "--report"]);
    for scheme in ["light", "dark"] {
        browser.open(&page, PHONE, scheme);
        let seen = browser.evaluate(TOUCHED);
        assert!(
            seen["small"] == Value::Array(vec![]) && seen["mute"] == 0 && seen["stays"] == true,
            "{scheme}: {seen}"
        );
        let is_low = seen["bar"].as_f64().unwrap() < f64::from(PHONE[1]) / 7.0;
        assert!(is_low && seen["beside"] == true && seen["cut"] == 0 && seen["narrow"] == 0, "{scheme}: {seen}");
        let seen = browser.evaluate(SCALE);
        assert!(
            seen["contrast"].as_f64().unwrap() >= 3.0 && seen["apart"].as_f64().unwrap() >= 50.0,
            "{scheme}: {seen}"
        );
    }
}

#[test]
fn a_page_says_what_is_at_risk_at_which_price_and_what_its_terms_mean() {
    let (home, page) = made(&["run", &scenario("aave_crash"), "--blocks", "3600", "--report"]);
    let (data, text) = (island(&page), fs::read_to_string(&page).unwrap());

    // Bars of each price level, stacked by protocol and collateral, sum to all debt; the share goes to 1 beside them.
    let map = chart(&data, "map-0");
    let series = map["series"].as_array().unwrap();
    let numbers = |one: &Value| whole(&one["values"]);
    let stacked: Vec<&Value> = series.iter().filter(|one| one["look"] == "stacked").collect();
    assert!(stacked.iter().any(|one| one["label"] == "ETH at 2,000, aave"), "{}", stacked[0]["label"]);
    let share = series.iter().find(|one| one["is_right"] == true).expect("the cumulative share");
    assert!((numbers(share).last().unwrap() - 1.0).abs() < 1e-6);
    let drawn: f64 = stacked.iter().map(|one| numbers(one).iter().sum::<f64>()).sum();
    let table = fs::read_to_string(home.path().join("out/liquidation_map.csv")).unwrap();
    let rows = table.lines().map(|row| row.split(',').collect::<Vec<_>>());
    let deepest = rows.filter(|row| row[1] == "first" && row[4] == "0.99").map(|row| row[5].parse::<f64>().unwrap());
    let all: f64 = deepest.sum();
    assert!(all > 1e6 && (drawn - all).abs() < 1e-6 * all && map["left"] == "USDC", "{drawn} of {all}");
    assert_eq!(chart(&data, "insolvent-by-fall")["x"], "fall");

    for title in [
        "The largest positions within a fall of 30 %",
        "liquidation price",
        "What collateral and debt consist of",
        "Parameters and outcome",
        "results net of gas",
    ] {
        assert!(text.contains(title), "no `{title}`");
    }
    let parameters = text.split("<caption>Parameters and outcome").nth(1).unwrap().split("</table>").next().unwrap();
    assert!(parameters.contains("aave, debt at the end"), "what came of the market");
    for block in ["bad, debt at the end", "liquidated, debt at the end"] {
        assert!(!parameters.contains(block), "`{block}` is no market: its column is the last block's");
    }
    assert!(stacked.iter().all(|one| numbers(one).iter().any(|debt| *debt > 0.0)), "a collateral that nobody has");

    assert!(!parameters.contains("&quot;"), "texts are shown as texts");
    let risk = text.split("<caption>The largest positions within").nth(1).unwrap().split("</table>").next().unwrap();
    let falls = risk.split("<tr>").skip(2).map(|row| {
        let cell = row.rsplit("<td class=\"n\">").next().unwrap();
        cell.split('\u{a0}').next().unwrap().replace('\u{2212}', "-").parse::<f64>().unwrap()
    });
    let falls: Vec<f64> = falls.collect();
    assert!(falls.len() > 5 && falls.is_sorted() && falls.iter().all(|fall| *fall <= 30.0), "{falls:?}");
    let body = text.split("<main>").nth(1).unwrap().split("id=\"provenance\"").next().unwrap();
    assert!(body.contains("<code>plimsoll cascade</code>") && !body.contains('`'), "code is marked as code");

    // Every term that is a link is explained, and all that must be are.
    let terms: Vec<&str> = text.split("href=\"#term-").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(
        terms.len() > 5 && terms.iter().all(|term| text.contains(&format!("<dt id=\"term-{term}\">"))),
        "{terms:?}"
    );
    for term in [
        "realised-bad-debt",
        "open-bad-debt",
        "net-insolvent-debt",
        "health-factor",
        "generation",
        "forced-sale",
        "amplification",
        "toxic-share",
        "var",
        "cvar",
        "liquidation-level",
        "earned",
        "revaluation",
        "own-capital",
    ] {
        assert!(text.contains(&format!("id=\"term-{term}\"")), "no {term}");
    }
}

#[test]
fn a_page_of_vaults_shows_what_was_put_on_auction_and_what_oracles_told() {
    let (home, page) = made(&["run", &scenario("black_thursday_maker"), "--blocks", "4000", "--report"]);
    let (data, text) = (island(&page), fs::read_to_string(&page).unwrap());
    let summary: Value = serde_json::from_slice(&fs::read(home.path().join("out/summary.json")).unwrap()).unwrap();
    let figure = |part: &str, name: &str| summary[part][name].as_f64().unwrap();
    assert!(figure("liquidations", "count") > 100.0 && !text.contains("Nothing was liquidated"));
    let drawn: f64 = whole(&chart(&data, "liquidated")["series"][0]["values"]).iter().sum();
    let debt = figure("liquidations", "debt_numeraire");
    assert!((drawn / debt - 1.0).abs() < 1e-4, "{drawn} of {debt}");
    let ends = ["first_block", "last_block"].map(|end| summary["liquidations"][end].as_f64());
    assert_eq!([0, 1].map(|end| data["time"]["cascade"][end].as_f64()), ends);
    // Shaded is where they follow each other, not the quiet hours between.
    let shaded: Vec<[u64; 2]> = serde_json::from_value(data["time"]["stretches"].clone()).unwrap();
    let outer = [shaded[0][0], shaded[shaded.len() - 1][1]].map(|block| Some(block as f64));
    assert!(outer == ends && shaded.windows(2).all(|pair| pair[1][0] > pair[0][1] + 40), "{shaded:?}");
    assert!(shaded.len() > 1, "{shaded:?}");
    let price = chart(&data, "price-eth");
    assert!(!price["marks"].as_array().unwrap().is_empty(), "circles on the price");
    let labels: Vec<&str> =
        price["series"].as_array().unwrap().iter().map(|one| one["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["outside", "oracle ETH delayed"]);
    // What auctions did not bring in is left unpaid, though they began as liquidations before.
    let realised = figure("insolvent_debt", "realised_numeraire");
    let unpaid = |text: &str| {
        let table = text.split("<caption>Liquidations by generation").nth(1).unwrap().split("</table>").next().unwrap();
        let rows = table.split("<tr>").skip(2).map(|row| row.rsplit("<td class=\"n\">").next().unwrap());
        rows.map(|cell| cell.split('<').next().unwrap().replace(',', "").parse::<f64>().unwrap()).sum::<f64>()
    };
    assert!(realised > 1e4 && (unpaid(&text) / realised - 1.0).abs() < 0.01, "{} of {realised}", unpaid(&text));
    let (_home, page) = made(&["cascade", &scenario("black_thursday_maker"), "--blocks", "4000", "--depth", "1"]);
    let text = fs::read_to_string(&page).unwrap();
    assert!((unpaid(&text) / realised - 1.0).abs() < 0.01, "{} of {realised}", unpaid(&text));
    assert!(data["grids"][0].to_string().contains("by keepers"), "who owned what was put on auction, and who did it");
}

#[test]
fn what_has_no_price_is_said_to_have_none() {
    let (home, page) = made(&["run", &scenario("aave_crash"), "--blocks", "4200", "--report"]);
    let table =
        |text: String| text.rsplit("results net of gas").next().unwrap().split("</table>").next().unwrap().to_owned();
    assert!(!table(fs::read_to_string(&page).unwrap()).contains("not priced"));
    fs::remove_file(home.path().join("out/ticks.csv")).unwrap();
    done(home.path(), &["report", "out"]);
    let table = table(fs::read_to_string(&page).unwrap());
    assert!(table.contains("not priced"), "prizes without prices are no zero: {table}");
    let Some(mut browser) = Browser::start("a page without prices") else { return };
    browser.open(&page, DESKTOP, "light");
    browser.point("#liquidated .u-over", 0.9);
    assert_eq!(browser.complaints(), "", "charts over blocks need no times");
}

#[test]
fn who_owes_what_rises_is_marked_on_its_price() {
    let (_home, page) = made(&["run", &scenario("short_squeeze"), "--report"]);
    let data = island(&page);
    let marks = chart(&data, "price-crv")["marks"].as_array().map_or(0, Vec::len);
    assert!(marks > 2, "{marks} circles: the collateral's price stands still");
}

#[test]
fn a_scenario_of_several_files_asks_its_own_question() {
    let (_home, page) = made(&["run", &scenario("black_thursday"), "--blocks", "10", "--report"]);
    let text = fs::read_to_string(&page).unwrap();
    assert!(text.contains("Black Thursday, have done to a leveraged farm?"));
}
