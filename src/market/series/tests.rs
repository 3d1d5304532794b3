use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use super::params::TimeFormat;
use super::*;
use crate::chain::time::TimeSpan;
use crate::market::price::{PriceParams, PriceProcess};

fn params(time_format: TimeFormat) -> ReplayParams {
    ReplayParams::new("prices.csv", "time", time_format, "close")
}

fn pattern(text: &str) -> TimeFormat {
    TimeFormat::Pattern(text.to_owned())
}

fn parse(params: &ReplayParams, content: &str) -> Result<Series, Vec<SeriesError>> {
    Series::parse(params, "prices.csv", content.as_bytes())
}

/// What is said of a file of Unix seconds.
fn faults(content: &str) -> Vec<String> {
    parse(&params(TimeFormat::UnixSeconds), content).unwrap_err().iter().map(ToString::to_string).collect()
}

fn rows(params: &ReplayParams, content: &str) -> Vec<(i64, f64)> {
    parse(params, content).unwrap().rows().iter().map(|row| (row.at_us, row.price)).collect()
}

const THREE: [(i64, f64); 3] = [(0, 100.0), (60_000_000, 400.0), (120_000_000, 50.3)];

#[test]
fn reads_every_format_of_time() {
    for (format, times) in [
        (TimeFormat::UnixSeconds, ["1609459200", "1609459260.0", "1.60945932e9"]),
        (TimeFormat::UnixMilliseconds, ["1609459200000", "1609459260000", "1609459320000"]),
        (TimeFormat::UnixMicroseconds, ["1609459200000000.2", "1609459260000000.1", "1609459320000000"]),
        (pattern("%Y-%m-%d %H:%M:%S"), ["2021-01-01 00:00:00", "2021-01-01 00:01:00", "2021-01-01 00:02:00"]),
        (
            pattern("%Y-%m-%dT%H:%M:%S%z"),
            ["2021-01-01T00:00:00+0000", "2021-01-01T02:01:00+0200", "2020-12-31T23:02:00-0100"],
        ),
    ] {
        let file = format!("time,close\n{},100\n{},400\n{},50.3\n", times[0], times[1], times[2]);
        assert_eq!(rows(&params(format.clone()), &file), THREE, "{format:?}");
    }
    assert_eq!(rows(&params(pattern("%Y-%m-%d")), "time,close\n2021-01-01,1\n2021-01-02,2\n")[1].0, 86_400_000_000);
}

#[test]
fn ignores_blank_lines_other_columns_spaces_and_repeated_rows() {
    let file = "\u{feff}id,close,time\r\n\r\n1, 100 ,1609459200\r\n,,\r\n2,400,1609459260\r\n2,400,1609459260\r\n\r\n3,50.3,1609459320";
    assert_eq!(rows(&params(TimeFormat::UnixSeconds), file), THREE);
}

#[test]
fn a_file_that_is_newest_first_is_read_in_reverse() {
    let file = "time,close\n1609459320,50.3\n1609459260,400\n1609459200,100\n";
    assert_eq!(rows(&params(TimeFormat::UnixSeconds), file), THREE);
}

#[test]
fn times_that_count_from_zero_are_nobodys_mistake() {
    assert_eq!(rows(&params(TimeFormat::UnixSeconds), "time,close\n0,100\n60,400\n120,50.3\n"), THREE);
    let long = "time,close\n0,100\n2000000000,400\n";
    assert_eq!(rows(&params(TimeFormat::UnixMilliseconds), long)[1].0, 2_000_000_000_000);
}

#[test]
fn a_missing_column_is_answered_with_the_header_and_the_nearest_name() {
    let said = faults("timestamp,open,Close\n1,2,3\n");
    assert_eq!(
        said,
        [
            "prices.csv:1: no column \"time\" in the header: \"timestamp\", \"open\", \"Close\"; did you mean \"timestamp\"?",
            "prices.csv:1: no column \"close\" in the header: \"timestamp\", \"open\", \"Close\"; did you mean \"Close\"?",
        ]
    );
}

#[test]
fn all_broken_rows_are_reported_at_once_with_their_lines() {
    let said = faults(
        "time,close\n\n1609459200,abc\nnoon,5\n1609459260,0\n1609459320,-1\n\n\n1609459380,NaN\n1609459440,inf\n1609459500\n",
    );
    let expected = [
        "prices.csv:3: \"abc\" in column \"close\" is not a price, expected a number such as 1800.5",
        "prices.csv:4: \"noon\" in column \"time\" is not a time, expected seconds since 1970 such as 1609459200",
        "prices.csv:5: the price in column \"close\" is 0, expected a finite number above 0",
        "prices.csv:6: the price in column \"close\" is -1, expected a finite number above 0",
        "prices.csv:9: no price in column \"close\" (\"NaN\"), expected a number, or `empty_rows: Skip` or `empty_rows: Hold`",
        "prices.csv:10: the price in column \"close\" is inf, expected a finite number above 0",
        "prices.csv:11: 1 fields, expected 2 as in the header",
    ];
    assert_eq!(said, expected);
}

#[test]
fn twenty_faults_are_listed_and_the_others_counted() {
    let mut file = "time,close\n".to_owned();
    for row in 0..50 {
        writeln!(file, "{},nothing", 1_609_459_200 + row).unwrap();
    }
    let said = faults(&file);
    assert_eq!((said.len(), said[20].as_str()), (21, "prices.csv: and 30 more"));
}

#[test]
fn rows_out_of_order_are_refused_with_both_times() {
    let said = faults("time,close\n1609459200,1\n1609459320,2\n1609459260,3\n1609459380,4\n");
    assert_eq!(
        said,
        [
            "prices.csv:4: 2021-01-01T00:01:00Z stands after 2021-01-01T00:02:00Z of line 3; expected rows sorted by time, ascending (or all descending)"
        ]
    );
    assert!(
        faults("time,close\n1609459320,1\n1609459200,2\n1609459260,3\n")[0]
            .contains("prices.csv:4: 2021-01-01T00:01:00Z")
    );
}

#[test]
fn two_prices_at_one_time_are_refused() {
    let said = faults("time,close\n1609459200,1\n1609459200,2\n");
    assert_eq!(
        said,
        ["prices.csv:3: 2021-01-01T00:00:00Z has the price 2 here and 1 on line 2, expected one price for a time"]
    );
}

#[test]
fn a_change_of_unit_is_reported_once_and_where_it_happens() {
    let said = faults("time,close\n1609459200,1\n1609459260000,2\n1609459320000,2\n");
    assert_eq!(
        said,
        [
            "prices.csv:3: \"1609459260000\" is a year beyond 9999 if read as UnixSeconds, but 2021-01-01T00:01:00Z as UnixMilliseconds (2 rows alike); expected `time_format: UnixMilliseconds`, and one format in the whole file"
        ]
    );
}

#[test]
fn a_file_without_rows_is_refused() {
    for file in ["", "time,close\n", "time,close\n\n,\n"] {
        assert_eq!(faults(file), ["prices.csv: no rows, expected a header and at least one row"], "{file:?}");
    }
}

#[test]
fn from_chooses_where_the_run_starts_even_between_rows() {
    let file = "time,close\n1609459200,100\n1609459260,400\n1609459320,50.3\n";
    let from = |text: &str| ReplayParams { from: Some(text.to_owned()), ..params(TimeFormat::UnixSeconds) };
    assert_eq!(rows(&from("1609459260"), file), [(0, 400.0), (60_000_000, 50.3)]);
    assert_eq!(rows(&from("1609459230"), file)[0], (-30_000_000, 100.0));
    let series = parse(&from("1609459230"), file).unwrap();
    assert_eq!((series.span_ms(), series.covers(90_000), series.covers(90_001)), (90_000, true, false));
    let said = |text| parse(&from(text), file).unwrap_err()[0].to_string();
    assert_eq!(
        said("2021-01-01"),
        "prices.csv: from \"2021-01-01\" is not a time, expected seconds since 1970 such as 1609459200, as in the file"
    );
    assert_eq!(
        said("1609459199"),
        "prices.csv: from \"1609459199\" (2020-12-31T23:59:59Z) is outside the file, expected a time from 2021-01-01T00:00:00Z to 2021-01-01T00:02:00Z"
    );
}

#[test]
fn gaps_beyond_three_usual_steps_are_told_or_beyond_what_is_asked() {
    let file = "time,close\n0,1\n60,1\n120,1\n180,1\n420,1\n480,1\n";
    let gap = Gap {
        lines: [5, 6],
        after: "1970-01-01T00:03:00Z".to_owned(),
        until: "1970-01-01T00:07:00Z".to_owned(),
        length_ms: 240_000,
    };
    assert_eq!(parse(&params(TimeFormat::UnixSeconds), file).unwrap().gaps(), [gap]);
    let gaps = |seconds| {
        let longest_gap = Some(TimeSpan::seconds(seconds));
        parse(&ReplayParams { longest_gap, ..params(TimeFormat::UnixSeconds) }, file).unwrap().gaps().len()
    };
    assert_eq!((gaps(59), gaps(60), gaps(240)), (5, 1, 0));
}

#[test]
fn prices_between_rows_are_even_in_logs_and_exact_on_rows_at_any_step() {
    let params = params(TimeFormat::UnixSeconds);
    let series = parse(&params, "time,close\n1609459200,100\n1609459260,400\n1609459320,50.3\n").unwrap();
    for step in [1_000, 7_500, 30_000] {
        let mut process = PriceProcess::new(&PriceParams::Replay(params.clone()), 1, "ETH", Some(series.clone()));
        for at in (0..=150_000).step_by(step) {
            let price = process.advance(at);
            let seconds = at as f64 / 1_000.0;
            let expected = match at {
                0..60_000 => 100.0 * libm::pow(4.0, seconds / 60.0),
                60_000..120_000 => 400.0 * libm::pow(50.3 / 400.0, (seconds - 60.0) / 60.0),
                _ => 50.3,
            };
            let exact = at % 60_000 == 0 || at > 120_000;
            assert!((price / expected - 1.0).abs() < if exact { f64::MIN_POSITIVE } else { 1e-12 }, "{price} at {at}");
        }
    }
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let said = Series::load(&params(TimeFormat::UnixSeconds), Path::new("nowhere")).unwrap_err();
    assert!(said[0].to_string().contains("prices.csv: cannot be read: "), "{}", said[0]);
}

#[test]
fn what_is_no_file_or_too_large_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let said = |file: &str| {
        let params = ReplayParams { file: file.to_owned(), ..params(TimeFormat::UnixSeconds) };
        Series::load(&params, folder.path()).unwrap_err()[0].to_string()
    };
    std::fs::File::create(folder.path().join("prices.csv")).unwrap().set_len(1 << 40).unwrap();
    assert!(
        said("prices.csv").ends_with("prices.csv: cannot be read: it is larger than 256 MiB"),
        "{}",
        said("prices.csv")
    );
    assert!(said("").ends_with("cannot be read: it is a folder, expected a file"), "{}", said(""));
    #[cfg(unix)]
    assert!(
        said("/dev/null").starts_with("/dev/null: cannot be read: it is a device, a pipe"),
        "{}",
        said("/dev/null")
    );
}

/// The folder of recorded prices, which are not ours to publish; without it the test that wants it says so.
fn recorded() -> Option<PathBuf> {
    let folder = std::env::var_os("PLIMSOLL_DATA").map(PathBuf::from);
    if folder.is_none() {
        writeln!(std::io::stdout(), "SKIPPED: PLIMSOLL_DATA names no folder of recorded prices").unwrap();
    }
    folder
}

/// Each with its rows, its length in hours, its least price and its number of gaps. None is renamed, cut or changed.
#[test]
fn recorded_prices_are_read() {
    use TimeFormat::{Iso8601, UnixMicroseconds, UnixSeconds};
    let Some(folder) = recorded() else { return };
    let columns = ReplayParams::new;
    let slice = |name: &str| columns(&format!("slice_ETHUSDT_1h_{name}.csv"), "utc", Iso8601, "low");
    let minutes = "ETHUSDT_1min_2021-01_with_futures_liquidations.csv";
    let curve =
        |name: &str| columns(&format!("Curve_{name}_balances.csv"), "UNIX TimeStamp", UnixSeconds, "Virtual Price");
    let gas = |years: &str| {
        columns(&format!("ETH_daily_avg_gas_price_wei_{years}.csv"), "Date(UTC)", pattern("%m/%d/%Y"), "Value (Wei)")
    };
    for (params, rows, hours, least, gaps) in [
        (slice("2020-03_black_thursday"), 216, 215, 86.0, 0),
        (slice("2021-05"), 360, 359, 1_728.74, 0),
        (slice("2022-05_luna"), 264, 263, 1_800.0, 0),
        (slice("2022-06_3ac"), 336, 335, 881.56, 0),
        (columns(minutes, "timestamp_x", UnixMicroseconds, "bid_price"), 43_173, 719, 715.695_886_075_949_4, 2),
        (columns("BTC_1min_2025-10-10_dune.csv", "minute", Iso8601, "btc_price_usd"), 1_440, 23, 108_930.81, 0),
        (columns("BTCUSD_gemini_1min_2025-10-10.csv", "utc", Iso8601, "low"), 1_351, 23, 107_000.0, 4),
        (columns("ETHUSD_gemini_1min_2025-10-10.csv", "utc", Iso8601, "low"), 1_322, 23, 3_681.0, 2),
        (columns("BTC_daily_coingecko_2010-07_2026-01.csv", "snapped_at", Iso8601, "price"), 5_677, 136_224, 0.05, 0),
        (
            columns("ETH_daily_coingecko_2015-08_2024-12.csv", "snapped_at", Iso8601, "price"),
            3_423,
            82_152,
            0.432_978_599_031_248_5,
            0,
        ),
        (
            columns("ETH_daily_price_etherscan_2015-07_2026-06.csv", "UnixTimeStamp", UnixSeconds, "Value"),
            3_961,
            95_040,
            0.0,
            0,
        ),
        (gas("2015-07_2022-01"), 2_348, 56_328, 0.0, 0),
        (gas("2015-07_2026-06"), 3_961, 95_040, 0.0, 0),
        (
            columns("demeter_gas_price.csv", "block_timestamp", Iso8601, "gas_price"),
            5_760,
            95,
            36.712_957_306_571_425,
            0,
        ),
        (
            columns("demeter_polygon-0x45dd-2025-07-01.minute.csv", "timestamp", Iso8601, "closeTick"),
            1_439,
            23,
            198_081.0,
            0,
        ),
        (
            columns("stETH_WETH_usd_hourly_2022-01_2023-02.csv", "unix_s", UnixSeconds, "ratio"),
            7_877,
            10_086,
            0.930_592,
            184,
        ),
        (
            columns("AaveV2_liquidated_account_a.csv", "timestamp", UnixSeconds, "WETH_USD_price"),
            116,
            2_109,
            731.916_228_488_794_8,
            0,
        ),
        (
            columns("AaveV2_liquidated_account_b.csv", "timestamp", UnixSeconds, "WETH_USD_price"),
            209,
            3_838,
            731.564_720_514_383_7,
            0,
        ),
        (curve("3crv"), 498, 14_732, 1.003_204_651_213_136_4e18, 1),
        (curve("frax"), 416, 9_009, 1.004_421_896_759_877e18, 0),
        (curve("mim"), 416, 9_009, 1.000_536_330_047_415_2e18, 0),
        (curve("sUSD"), 337, 7_367, 1.042_403_950_645_185_8e18, 1),
        (curve("stETH"), 322, 6_985, 1.021_165_607_691_351_3e18, 0),
    ] {
        let series = Series::load_from(Least::Zero, &params, &folder).unwrap();
        let low = series.rows().iter().map(|row| row.price).fold(f64::INFINITY, f64::min);
        let found = (series.rows().len(), series.span_ms() / 3_600_000, low, series.gaps().len());
        assert_eq!(found, (rows, hours, least, gaps), "{}", params.file);
    }
}

/// Each with what is said of it first.
#[test]
fn recorded_files_that_are_no_series_say_why() {
    let Some(folder) = recorded() else { return };
    for (params, fault) in [
        (
            ReplayParams::new("USDC_15min_2023-03-09_2023-03-18.json", "dt", TimeFormat::Iso8601, "c"),
            "cannot be read: it is JSON, expected CSV",
        ),
        (
            ReplayParams::new("yearn_DAI_price_per_share.jsonl", "block", TimeFormat::UnixSeconds, "price"),
            "cannot be read: it is JSON, expected CSV",
        ),
        // Rows as a database gave them.
        (
            ReplayParams::new("AaveUSDC_daily_rates.csv", "date", TimeFormat::Iso8601, "avg_supplyRate"),
            "2021-01-10T00:00:00Z stands after 2022-08-28T00:00:00Z of line 3",
        ),
        // Five tables, one below the other.
        (
            ReplayParams {
                skip_lines: 1,
                ..ReplayParams::new("Curve_A_changes.csv", "UNIX TimeStamp", TimeFormat::UnixSeconds, "New_A")
            },
            "9: \"UNIX TimeStamp\" in column \"UNIX TimeStamp\" is not a time",
        ),
    ] {
        let said = Series::load(&params, &folder).unwrap_err()[0].to_string();
        assert!(said.contains(fault), "{said}");
    }
}

/// A row of this file stands two places too late: it is refused there.
#[test]
fn a_recorded_file_that_is_not_sorted_is_refused() {
    let Some(folder) = recorded() else { return };
    let file = "demeter_price_weth_usdc_0813_0817.csv";
    let params = ReplayParams::new(file, "", pattern("%Y-%m-%d %H:%M:%S"), "WETH");
    let said = Series::load(&params, &folder).unwrap_err();
    assert_eq!((said.len(), said[0].line), (1, Some(10)), "{said:#?}");
}

/// This file's times change from milliseconds to seconds on the way: that column is refused at the change, the column
/// of dates is read.
#[test]
fn a_recorded_file_of_two_units_is_refused_where_they_meet() {
    let Some(folder) = recorded() else { return };
    let file = "ETHUSD_gemini_1h_2016-05_2020-04.csv";
    let params = ReplayParams::new(file, "Unix Timestamp", TimeFormat::UnixMilliseconds, "Close");
    let said = Series::load(&params, &folder).unwrap_err();
    assert_eq!((said.len(), said[0].line), (1, Some(15_805)), "{said:#?}");
    let params = ReplayParams::new(file, "Date", pattern("%Y-%m-%d %H:%M:%S"), "Close");
    let series = Series::load(&params, &folder).unwrap();
    assert_eq!((series.rows().len(), series.gaps().len()), (34_497, 0));
}
