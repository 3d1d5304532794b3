//! The page about a run: what is in it, that it is one file, and that a browser draws it without a complaint.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::browser::Browser;
use serde_json::Value;
use tempfile::TempDir;

/// A page of a run of 14,400 blocks is smaller than this.
const MOST_BYTES: u64 = 3_000_000;

pub(super) const DESKTOP: [u32; 2] = [1280, 900];
pub(super) const PHONE: [u32; 2] = [390, 844];

/// Runs the program in a folder.
fn plimsoll(home: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(arguments).current_dir(home).output().unwrap()
}

/// Runs the program, which must do what it is asked.
pub(super) fn done(home: &Path, arguments: &[&str]) -> String {
    let output = plimsoll(home, arguments);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {told}");
    told
}

pub(super) fn scenario(name: &str) -> String {
    format!("{}/scenarios/{name}.ron", env!("CARGO_MANIFEST_DIR"))
}

/// A folder with what a command leaves in `out`, its page among it.
pub(super) fn made(arguments: &[&str]) -> (TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    done(home.path(), &[arguments, &["--out", "out", "--quiet"]].concat());
    let page = home.path().join("out/report.html");
    assert!(page.is_file(), "{arguments:?} leave no page");
    (home, page)
}

/// A market small enough to run in no time, whose names are markup.
fn tiny(agents: &str) -> String {
    format!(
        r#"// Is <b>this</b> "escaped"?
Scenario(
    blocks: 30, block_time: "12 s", numeraire: "USDC",
    chain: (native: "ETH", base_fee: Fixed(30)),
    tokens: [
        (name: "USDC", decimals: 6, price: Fixed(1)),
        (name: "ETH", decimals: 18, price: Gbm(start: 2_000, volatility: 0.8)),
    ],
    pools: [UniswapV2(name: "</script><script>alert('pool')</script>", tokens: ("ETH", "USDC"), reserves: ("1_000", "2_000_000"))],
    agents: [{agents}],
)"#
    )
}

/// Traders with markup for a name, in the pool with markup for a name.
const TRADERS: &str = r#"Trader(name: "<img src=x onerror=alert(1)>", count: 3,
    pool: "</script><script>alert('pool')</script>", size: Fixed(500), capital: Fixed(20_000), gas_money: Fixed(2))"#;

fn tiny_folder() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("tiny.ron"), tiny(TRADERS)).unwrap();
    done(home.path(), &["run", "tiny.ron", "--out", "out", "--report", "--quiet"]);
    home
}

#[test]
fn a_page_is_one_file_under_a_policy_that_lets_nothing_else_in() {
    let home = tiny_folder();
    let page = fs::read_to_string(home.path().join("out/report.html")).unwrap();
    let head = &page[..page.find("</head>").unwrap()];
    let policy = head.split("Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    let nonce = policy.split("script-src 'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    assert!(policy.starts_with("default-src 'none';") && nonce.len() == 64, "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    let tags = |text: &str| page.matches(text).count();
    assert_eq!((tags("<script"), tags(&format!("<script nonce=\"{nonce}\">"))), (2, 1), "one script, and the data");
    assert_eq!((tags("<style"), tags(" style=\""), tags("<link"), tags("<meta")), (1, 0, 1, 4));
    for tag in ["<img", "<iframe", "<object", "<embed", "<base", "<form", "@import", "url("] {
        assert_eq!(tags(tag), 0, "{tag}");
    }
    assert!(page.contains("uPlot") && page.contains("The MIT License"), "the library's licence is on the page");
}

#[test]
fn names_with_markup_in_them_are_text() {
    let home = tiny_folder();
    let page = fs::read_to_string(home.path().join("out/report.html")).unwrap();
    assert!(page.contains("Is &lt;b&gt;this&lt;/b&gt; &quot;escaped&quot;?"));
    assert!(page.contains("&lt;script&gt;alert(&#39;pool&#39;)"), "the pool's name, as text");
    assert!(page.contains("\\u003cimg src=x onerror=alert(1)\\u003e"), "the traders' name, in the data");
    assert!(!page.contains("<img") && !page.contains("<script>alert") && !page.contains("<b>this"));
}

#[test]
fn equal_folders_give_equal_pages_and_a_page_is_replaced() {
    let (one, two) = (tiny_folder(), tiny_folder());
    let read = |home: &TempDir| fs::read(home.path().join("out/report.html")).unwrap();
    assert!(read(&one) == read(&two), "clocks and places are not in it");
    let before = read(&one);
    done(one.path(), &["report", "out"]);
    assert!(before == read(&one));
    let manifest = fs::read_to_string(one.path().join("out/manifest.json")).unwrap();
    assert!(!manifest.contains("report.html"), "it is no data file");
    done(one.path(), &["run", "tiny.ron", "--out", "other", "--seed", "2", "--report", "--quiet"]);
    assert!(before != fs::read(one.path().join("other/report.html")).unwrap(), "another seed is another page");
}

#[test]
fn what_cannot_be_believed_is_said_and_what_is_no_run_is_refused() {
    let home = tiny_folder();
    let ticks = home.path().join("out/ticks.csv");
    fs::write(&ticks, fs::read_to_string(&ticks).unwrap().replacen("2000", "2001", 1)).unwrap();
    let told = done(home.path(), &["report", "out"]);
    assert!(told.contains("warning: out/ticks.csv was edited since the run"), "{told}");
    let page = fs::read_to_string(home.path().join("out/report.html")).unwrap();
    assert!(page.contains("class=\"warnings\"") && page.contains("ticks.csv was edited since the run"));

    fs::create_dir(home.path().join("empty")).unwrap();
    let refused = plimsoll(home.path(), &["report", "empty"]);
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(2) && told.contains("empty is not the folder of a run"), "{told}");

    let manifest = home.path().join("out/manifest.json");
    let stopped = fs::read_to_string(&manifest).unwrap().replace("\"complete\"", "\"interrupted\"");
    fs::write(&manifest, stopped).unwrap();
    let refused = plimsoll(home.path(), &["report", "out"]);
    let told = String::from_utf8_lossy(&refused.stderr);
    assert!(refused.status.code() == Some(2) && told.contains("is not finished"), "{told}");
}

#[test]
fn a_run_without_liquidations_or_without_tables_says_so() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("tiny.ron"), tiny(TRADERS)).unwrap();
    done(home.path(), &["cascade", "tiny.ron", "--out", "out", "--quiet"]);
    let page = fs::read_to_string(home.path().join("out/report.html")).unwrap();
    assert!(page.contains("there is no cascade to show") && page.contains("Nothing was liquidated in this run."));
    assert!(!page.contains("id=\"liquidated\""), "no empty chart");
    for table in ["ticks.csv", "agents.csv", "events.csv", "contributions.csv", "cascade.csv", "health_map.csv"] {
        let _ = fs::remove_file(home.path().join("out").join(table));
    }
    let told = done(home.path(), &["report", "out"]);
    assert!(told.contains("ticks.csv is missing"), "{told}");
    let page = fs::read_to_string(home.path().join("out/report.html")).unwrap();
    assert!(page.contains("no ticks.csv") && page.contains("no agents.csv") && !page.contains("<figure"));
}

/// Says whether words stand in a text one after the other.
fn in_order(text: &str, words: [&str; 3]) -> bool {
    let mut rest = Some(text);
    words.iter().all(|word| {
        rest = rest.and_then(|text| text.split_once(word)).map(|(_, rest)| rest);
        rest.is_some()
    })
}

/// What agents earned, what prices did to what they were drawn with, and the sum: on the terminal, in the tables of many
/// seeds, side by side, and on the pages.
#[test]
fn earned_revaluation_and_their_sum_are_told_in_this_order_wherever_profits_are() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("tiny.ron"), tiny(TRADERS)).unwrap();
    let told = |arguments: &[&str]| {
        let output = plimsoll(home.path(), arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let page = |folder: &str| fs::read_to_string(home.path().join(folder).join("report.html")).unwrap();
    let one = told(&["run", "tiny.ron", "--out", "one", "--report", "--quiet"]);
    assert!(in_order(&one, ["earned (USDC)", "revaluation", "sum"]) && one.contains("own capital"), "{one}");
    assert!(in_order(&page("one"), [">earned</th>", ">revaluation</th>", ">sum</th>"]));
    let figures = ["_earned_numeraire", "_revaluation_numeraire", "_profit_numeraire"]
        .map(|figure| format!("profit_and_loss_by_kind_trader{figure}"));
    let figures = figures.each_ref().map(String::as_str);
    let many = told(&["run", "tiny.ron", "--seeds", "1..3", "--out", "many", "--report", "--quiet"]);
    assert!(in_order(&many, figures) && many.contains("profit_and_loss_by_kind_trader_earned_ratio"), "{many}");
    assert!(in_order(&page("many"), [">half below</th>", ">revaluation, half below</th>", ">sum, half below</th>"]));
    let beside = told(&["compare", "one", "tiny.ron", "--seeds", "2", "--quiet"]);
    assert!(in_order(&beside, figures), "{beside}");
}

#[test]
fn a_run_of_14_400_blocks_has_a_small_page() {
    let (_home, page) = made(&["run", &scenario("leveraged_farm_crash"), "--blocks", "14400", "--report"]);
    let bytes = fs::metadata(page).unwrap().len();
    assert!((300_000..MOST_BYTES).contains(&bytes), "{bytes}");
}

/// Says of every chart whether it has drawn in its colours, and how wide the page is.
const DRAWN: &str = r#"(() => {
    const blank = [...document.querySelectorAll(".plot")].filter((plot) => {
        const canvas = plot.querySelector("canvas");
        if (!canvas) return true;
        const seen = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        let coloured = 0;
        for (let at = 0; at < seen.length; at += 4) {
            const [r, g, b, a] = seen.slice(at, at + 4);
            if (a > 100 && Math.max(r, g, b) - Math.min(r, g, b) > 45) coloured += 1;
        }
        return coloured < 30;
    }).map((plot) => plot.id);
    const bars = [...document.querySelectorAll("svg.bar")].filter((bar) => {
        const rects = [...bar.querySelectorAll("rect")];
        return rects.length === 0 || !rects.some((rect) => rect.getBoundingClientRect().width > 0);
    }).length;
    return { charts: document.querySelectorAll(".plot").length, blank, bars, width: document.documentElement.scrollWidth };
})()"#;

/// Opens a page at desktop and phone width in both schemes: everything is drawn, nothing is asked for, nobody complains.
fn is_drawn(browser: &mut Browser, page: &Path, charts: u64) {
    for (size, scheme) in [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), (PHONE, "dark")] {
        browser.open(page, size, scheme);
        let seen = browser.evaluate(DRAWN);
        assert!(seen["charts"].as_u64().unwrap() >= charts, "{seen}");
        assert!(seen["blank"] == Value::Array(vec![]) && seen["bars"] == 0, "{size:?} {scheme}: {seen}");
        assert_eq!(seen["width"], size[0], "the page is no wider than the screen");
        let is_dark = browser.evaluate("getComputedStyle(document.body).backgroundColor !== 'rgb(255, 255, 255)'");
        assert_eq!(is_dark, scheme == "dark", "{scheme}");
        assert_eq!(browser.complaints(), "", "{size:?} {scheme}");
    }
}

/// Returns a cell of a table by its row's first cell.
fn cell(table: &Path, first: &str, column: &str) -> f64 {
    let mut reader = csv::Reader::from_path(table).unwrap();
    let place = reader.headers().unwrap().iter().position(|name| name == column).unwrap();
    let row = reader.records().map(Result::unwrap).find(|row| &row[0] == first).unwrap();
    row[place].parse().unwrap()
}

/// Returns the number that stands before a unit.
fn number(text: &str) -> f64 {
    let digits: String = text.chars().filter(|letter| letter.is_ascii_digit() || *letter == '.').collect();
    digits.parse().unwrap_or_else(|_| panic!("no number: {text}"))
}

/// What the box beside the cursor of the chart of ETH says: the block, and the price outside.
fn told(browser: &mut Browser) -> (String, f64) {
    let block = browser.evaluate("document.querySelector('#price-eth .tip p').textContent");
    let price = browser.evaluate("document.querySelector('#price-eth .tip:not([hidden]) li b').textContent");
    let block = block.as_str().unwrap().split(',').take_while(|part| !part.starts_with(' ')).collect::<String>();
    (block.trim_start_matches("block ").to_owned(), number(price.as_str().unwrap()))
}

#[test]
fn a_browser_draws_a_cascade_and_answers_to_mouse_and_keys() {
    let Some(mut browser) = Browser::start("a cascade's page in a browser") else { return };
    let (home, page) = made(&["cascade", &scenario("leveraged_farm_crash"), "--depth", "3", "--blocks", "6000"]);
    is_drawn(&mut browser, &page, 12);
    browser.open(&page, DESKTOP, "light");

    // What hovers is what the table says.
    let ticks = home.path().join("out/ticks.csv");
    for share in [0.3, 0.55] {
        browser.point("#price-eth .u-over", share);
        let (block, price) = told(&mut browser);
        let held = cell(&ticks, &block, "eth_price_outside_numeraire");
        assert!((price / held - 1.0).abs() < 1e-6, "block {block}: {price} is {held} in ticks.csv");
        let other = cell(&ticks, "0", "eth_price_outside_numeraire");
        assert!((price / other - 1.0).abs() > 1e-3, "another block has another price");
    }

    // Zoom in one chart moves the others, and keys do too.
    let shown = "document.querySelector('#zoom span').textContent";
    let before = browser.evaluate(shown);
    browser.evaluate("document.getElementById('price-eth').focus()");
    browser.press("ArrowRight");
    browser.press("+");
    assert_ne!(browser.evaluate(shown), before);
    let (at, _) = told(&mut browser);
    browser.press("ArrowRight");
    assert_ne!(told(&mut browser).0, at, "the next point");

    // From a point to its block in the table, by keys alone.
    let (block, _) = told(&mut browser);
    browser.press("Enter");
    browser.press("Enter");
    browser.evaluate("new Promise((done) => setTimeout(done, 100))");
    let rows =
        "[...document.querySelectorAll('.grid tbody tr')].map((row) => row.firstChild.textContent.replace(/,/g, ''))";
    let seen = browser.evaluate(rows);
    let blocks = seen.as_array().unwrap();
    assert!(blocks.iter().all(|at| *at == Value::String(block.clone())), "block {block}: {seen}");
    assert_eq!(browser.complaints(), "");
}

#[test]
fn the_table_of_events_sorts_and_filters() {
    let Some(mut browser) = Browser::start("the table of events in a browser") else { return };
    let (home, page) = made(&["cascade", &scenario("aave_crash"), "--depth", "2", "--blocks", "6000"]);
    is_drawn(&mut browser, &page, 10);
    browser.open(&page, DESKTOP, "light");
    let summary: Value = serde_json::from_slice(&fs::read(home.path().join("out/summary.json")).unwrap()).unwrap();
    let count = summary["liquidations"]["count"].as_f64().unwrap();
    assert!(count > 100.0);

    // Only liquidations, by the list of kinds.
    browser.evaluate(
        "(() => { const select = [...document.querySelectorAll('.filters select')].find((select) => \
         [...select.options].some((option) => option.value === 'liquidate')); select.value = 'liquidate'; \
         select.dispatchEvent(new Event('change')); })()",
    );
    let told = browser.evaluate("document.querySelector('.told').textContent");
    let told = told.as_str().unwrap().to_owned();
    let rows = number(told.split(" of ").nth(1).unwrap());
    assert!((rows - count).abs() < 0.5, "{told}: {count} liquidations");

    // The largest first, by keys.
    let heads = "[...document.querySelectorAll('.grid thead button')]";
    browser.evaluate(&format!("{heads}.find((head) => head.textContent.startsWith('value')).focus()"));
    browser.press("Enter");
    let column = "[...document.querySelectorAll('.grid tbody tr')].map((row) => Number(row.children[7].textContent.replace(/,/g, '')))";
    let sorted = browser.evaluate(column);
    let worths: Vec<f64> = sorted.as_array().unwrap().iter().map(|worth| worth.as_f64().unwrap()).collect();
    assert!(worths.len() == 25 && worths.is_sorted_by(|a, b| a >= b), "{worths:?}");
    let mut largest: Vec<f64> = csv::Reader::from_path(home.path().join("out/cascade.csv"))
        .unwrap()
        .deserialize::<std::collections::BTreeMap<String, String>>()
        .map(|row| row.unwrap()["debt_numeraire"].parse().unwrap())
        .collect();
    largest.sort_by(f64::total_cmp);
    assert!((worths[0] - largest.last().unwrap()).abs() < 0.01, "{} and {:?}", worths[0], largest.last());
    browser.press("Enter");
    let other = browser.evaluate(column);
    let worths: Vec<f64> = other.as_array().unwrap().iter().map(|worth| worth.as_f64().unwrap()).collect();
    assert!(worths.is_sorted(), "the smallest first: {worths:?}");
    assert_eq!(browser.complaints(), "");
}

#[test]
fn the_scheme_can_be_chosen_and_markup_in_names_does_nothing() {
    let Some(mut browser) = Browser::start("a page with markup in its names in a browser") else { return };
    let home = tiny_folder();
    let page = home.path().join("out/report.html");
    browser.open(&page, DESKTOP, "light");
    let background = "getComputedStyle(document.body).backgroundColor";
    let light = browser.evaluate(background);
    browser.evaluate("document.getElementById('scheme').click()");
    assert_ne!(browser.evaluate(background), light);
    assert_eq!(browser.evaluate(DRAWN)["blank"], Value::Array(vec![]));
    browser.evaluate("document.getElementById('scheme').click()");
    assert_eq!(browser.evaluate(background), light);
    assert_eq!(browser.evaluate("document.querySelectorAll('main img, main b, main script').length"), 0);
    assert_eq!(browser.complaints(), "");
    // What slips in is not run.
    let slipped = fs::read_to_string(&page).unwrap().replace("</main>", "<script>window.slipped = 1</script></main>");
    fs::write(&page, slipped).unwrap();
    browser.open(&page, DESKTOP, "light");
    assert_eq!(browser.evaluate("typeof window.slipped"), "undefined");
    assert!(browser.complaints().contains("Content Security Policy"), "{}", browser.complaints());
}

#[test]
fn a_browser_draws_many_seeds() {
    let Some(mut browser) = Browser::start("a page of many seeds in a browser") else { return };
    let arguments = ["cascade", &scenario("leveraged_farm_crash"), "--depth", "2", "--blocks", "4700"];
    let (_home, page) = made(&[arguments.as_slice(), &["--seeds", "1..5", "--keep-runs"]].concat());
    let text = fs::read_to_string(&page).unwrap();
    for words in ["CVaR", "VaR", "one run in twenty", "Fans are of 5 kept runs", "means of all runs"] {
        assert!(text.contains(words), "no `{words}`");
    }
    is_drawn(&mut browser, &page, 8);
    browser.open(&page, DESKTOP, "light");
    browser.evaluate("location.hash = '#at-3'; new Promise((done) => setTimeout(done, 100))");
    let seeds =
        browser.evaluate("[...document.querySelectorAll('.grid tbody tr')].map((row) => row.firstChild.textContent)");
    assert_eq!(seeds, serde_json::json!(["3"]));
    assert_eq!(browser.complaints(), "");
}
