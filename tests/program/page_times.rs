//! When things were, on the page: dates where a scenario has them, days where a run is long.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::browser::Browser;
use super::report::{DESKTOP, PHONE, done};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Notes each text that a chart draws.
const NOTES: &str = "window.drawn = []; const fill = CanvasRenderingContext2D.prototype.fillText; \
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) { window.drawn.push(text); fill.call(this, text, ...rest); };";

/// Six days from noon of 10 March 2020 at one block in ten minutes, with a crash: `price` is ETH's, and `start` the
/// field of that name, if any.
fn six_days(price: &str, start: &str) -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let mut series = "time,close\n".to_owned();
    for hour in 0..150 {
        writeln!(series, "2020-03-{:02}T{:02}:00:00Z,{}", 10 + (12 + hour) / 24, (12 + hour) % 24, 200 - hour % 7)
            .unwrap();
    }
    fs::write(home.path().join("eth.csv"), series).unwrap();
    let text = format!(
        r#"// When was it?
Scenario(
    {start}blocks: 864, block_time: "10 min", numeraire: "USDC",
    chain: (native: "ETH", base_fee: Fixed(30)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: {price}),
    ],
    shocks: [Crash(token: "ETH", start: "2 d", ramp: "6 h", size: Fixed(0.2))],
    pools: [UniswapV2(name: "ETH/USDC", tokens: ("ETH", "USDC"), reserves: ("1_000", "200_000"))],
    agents: [],
)"#
    );
    fs::write(home.path().join("days.ron"), text).unwrap();
    done(home.path(), &["run", "days.ron", "--out", "out", "--report", "--quiet"]);
    let page = home.path().join("out/report.html");
    (home, page)
}

/// What the charts of a page write, and what the box beside the cursor says.
fn told(browser: &mut Browser, page: &Path, size: [u32; 2]) -> (Vec<String>, String) {
    browser.open(page, size, "light");
    let drawn = browser.evaluate("window.drawn");
    let texts = drawn.as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned).collect();
    browser.point("#price-eth .u-over", 0.5);
    let tip = browser.evaluate("document.querySelector('#price-eth .tip p').textContent");
    (texts, tip.as_str().unwrap().to_owned())
}

#[test]
fn a_recorded_run_is_told_in_dates_and_a_drawn_one_in_days() {
    let Some(mut browser) = Browser::start("dates on a page") else { return };
    browser.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": NOTES }));
    let replay = r#"Replay(file: "eth.csv", time_column: "time", time_format: Iso8601, price_column: "close")"#;
    let (_home, recorded) = six_days(replay, "start: 1_583_841_600, ");
    for size in [DESKTOP, PHONE] {
        let (texts, tip) = told(&mut browser, &recorded, size);
        let dates: Vec<&String> = texts.iter().filter(|text| text.contains("Mar")).collect();
        assert!(dates.len() >= 2 && dates.iter().all(|date| date.ends_with(" Mar 2020")), "at midnight: {texts:?}");
        assert!(tip.contains("13 Mar 2020 1"), "{tip}");
        assert!(texts.iter().any(|text| text == "crash begins"), "what the lines mark: {texts:?}");
    }
    // From close by, hours too.
    browser.evaluate("window.drawn.length = 0");
    for _ in 0..3 {
        browser.evaluate(
            "[...document.querySelectorAll('#zoom button')].find((button) => button.textContent === '+').click()",
        );
    }
    let drawn = browser.evaluate("window.drawn");
    assert!(drawn.to_string().contains("13 Mar 12:00"), "{drawn}");
    let text = fs::read_to_string(&recorded).unwrap();
    assert!(text.contains("recorded price") && text.contains(" Mar 2020 "), "the lowest price has a date");

    let (_home, drawn) = six_days("Gbm(start: 200, volatility: 0.5)", "");
    let (texts, tip) = told(&mut browser, &drawn, DESKTOP);
    assert!(["1 d", "5 d"].iter().all(|day| texts.iter().any(|text| text == day)), "{texts:?}");
    assert!(!texts.iter().any(|text| text.contains("Mar") || text.contains("Jan")), "no date was given: {texts:?}");
    let text = fs::read_to_string(&drawn).unwrap();
    assert!(
        text.contains("The price of ETH fell") && text.contains("<dt>Fall of ETH</dt>"),
        "it fell more than it rose"
    );
    assert!(tip.contains("3 d 0 h") || tip.contains("2 d 23 h"), "{tip}");
}

#[test]
fn a_price_that_rose_is_said_to_have_risen() {
    let home = tempfile::tempdir().unwrap();
    let text = r#"// How far up?
Scenario(
    blocks: 60, block_time: "1 min", numeraire: "USDC",
    chain: (native: "ETH", base_fee: Fixed(30)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Gbm(start: 200, volatility: 0.1)),
    ],
    shocks: [Pump(token: "ETH", start: "10 min", ramp: "20 min", size: Fixed(0.5))],
    pools: [UniswapV2(name: "ETH/USDC", tokens: ("ETH", "USDC"), reserves: ("1_000", "200_000"))],
    agents: [],
)"#;
    fs::write(home.path().join("pump.ron"), text).unwrap();
    done(home.path(), &["run", "pump.ron", "--out", "out", "--report", "--quiet"]);
    let text = fs::read_to_string(home.path().join("out/report.html")).unwrap();
    assert!(text.contains(" of ETH rose from 200") && text.contains("<dt>Rise of ETH</dt>"));
    assert!(text.contains("<dt>Pump of ETH</dt>") && !text.contains("fell from"), "and no fall of a thousandth");
}
