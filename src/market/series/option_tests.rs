//! What a scenario may say of how a file is written, and what is said of a file that is written otherwise.

use super::*;
use crate::reader::piece;

const NAMED: &str = r#"time_column: "time", price_column: "close", "#;
const THREE: [(i64, f64); 3] = [(0, 100.0), (60_000_000, 400.0), (120_000_000, 50.3)];

/// Reads what stands in `Replay(file: "prices.csv", ...)`.
fn params(options: &str) -> ReplayParams {
    let text = format!("(file: \"prices.csv\", {options})");
    piece::options().from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn series(options: &str, content: impl AsRef<[u8]>) -> Result<Series, Vec<String>> {
    let said = |errors: Vec<SeriesError>| errors.iter().map(ToString::to_string).collect();
    Series::parse(&params(options), "prices.csv", content.as_ref()).map_err(said)
}

fn rows(options: &str, content: impl AsRef<[u8]>) -> Vec<(i64, f64)> {
    let series = series(options, content).unwrap_or_else(|errors| panic!("{options}: {errors:#?}"));
    series.rows().iter().map(|row| (row.at_us, row.price)).collect()
}

fn faults(options: &str, content: impl AsRef<[u8]>) -> Vec<String> {
    series(options, content).map(|series| series.rows().to_vec()).unwrap_err()
}

fn refused(options: &str) -> String {
    let text = format!("(file: \"prices.csv\", {options})");
    piece::options().from_str::<ReplayParams>(&text).unwrap_err().to_string()
}

fn three(times: [&str; 3]) -> String {
    format!("time,close\n{},100\n{},400\n{},50.3\n", times[0], times[1], times[2])
}

#[test]
fn iso_times_have_a_z_an_offset_or_none() {
    let options = format!("{NAMED}time_format: Iso8601");
    for times in [
        ["2021-01-01T00:00:00Z", "2021-01-01T00:01:00z", "2021-01-01T00:02:00.000Z"],
        ["2021-01-01T02:00:00+02:00", "2020-12-31T23:01:00-0100", "2021-01-01T05:47+05:45"],
        ["2021-01-01 00:00:00", "2021-01-01T00:01", "2021-01-01 00:02:00.0"],
        ["2021-01-01", "2021-01-01 00:01:00.000 UTC", "20210101T000200Z"],
    ] {
        assert_eq!(rows(&options, three(times)), THREE, "{times:?}");
    }
}

#[test]
fn times_without_an_offset_are_in_the_zone_that_is_stated() {
    let iso = |zone: &str| format!("{NAMED}time_format: Iso8601, time_zone: \"{zone}\"");
    let local = three(["2021-01-01 01:00", "2021-01-01 01:01", "2021-01-01T00:02Z"]);
    for zone in ["+01:00", "Europe/Berlin"] {
        assert_eq!(rows(&iso(zone), &local), THREE, "{zone}");
    }
    let pattern = format!("{NAMED}time_format: Pattern(\"%d.%m.%Y %H:%M\"), time_zone: \"America/New_York\"");
    assert_eq!(rows(&pattern, three(["31.12.2020 19:00", "31.12.2020 19:01", "31.12.2020 19:02"])), THREE);
    // Summer time: an hour of the local clock is one hour, and the hour that is left out takes no time.
    let night = rows(&iso("Europe/Berlin"), "time,close\n2021-03-28 01:00,1\n2021-03-28 03:00,1\n");
    assert_eq!(night[1].0, 3_600_000_000);
    assert_eq!(
        faults(&iso("Europe/Berlin"), "time,close\n2021-03-28 02:30,1\n2021-10-31 02:30,1\n"),
        [
            "prices.csv:2: \"2021-03-28 02:30\" is left out by the clocks of Europe/Berlin, which were put forward then; expected times in UTC, or with their offset",
            "prices.csv:3: \"2021-10-31 02:30\" comes twice in Europe/Berlin, at 2021-10-31T00:30:00Z and at 2021-10-31T01:30:00Z; expected times in UTC, or with their offset",
        ]
    );
    assert!(
        refused(&iso("Europe/Berln"))
            .contains("expected an offset such as \"+02:00\" or a name such as \"Europe/Berlin\"")
    );
    assert_eq!(
        faults(&format!("{NAMED}time_format: UnixSeconds, time_zone: \"+01:00\""), three(["0", "60", "120"])),
        ["prices.csv: time_zone \"+01:00\" with times as UnixSeconds, which are in UTC; expected one or the other"]
    );
}

#[test]
fn nanoseconds_are_read_to_the_nearest_microsecond() {
    let options = format!("{NAMED}time_format: UnixNanoseconds");
    let times = ["1609459200000000499", "1609459260000000000", "1609459319999999500"];
    assert_eq!(rows(&options, three(times)), THREE);
}

#[test]
fn a_unit_that_is_not_the_files_is_told_by_its_magnitude() {
    let nanoseconds = three(["1609459200000000000", "1609459260000000000", "1609459320000000000"]);
    for stated in ["UnixMicroseconds", "UnixMilliseconds", "UnixSeconds"] {
        let said = faults(&format!("{NAMED}time_format: {stated}"), &nanoseconds);
        assert_eq!(said.len(), 1, "{said:#?}");
        assert!(said[0].starts_with("prices.csv:2: \"1609459200000000000\" is "), "{said:#?}");
        assert!(
            said[0].ends_with("2021-01-01T00:00:00Z as UnixNanoseconds (3 rows alike); expected `time_format: UnixNanoseconds`, and one format in the whole file"),
            "{said:#?}"
        );
    }
    for (stated, times, meant) in [
        ("UnixNanoseconds", ["1609459200", "1609459260", "1609459320"], "UnixSeconds"),
        ("Iso8601", ["1609459200000", "1609459260000", "1609459320000"], "UnixMilliseconds"),
        ("UnixSeconds", ["2021-01-01 00:00", "2021-01-01 00:01", "2021-01-01 00:02"], "Iso8601"),
        ("Pattern(\"%d/%m/%Y\")", ["2021-01-01T00:00Z", "2021-01-01T00:01Z", "2021-01-01T00:02Z"], "Iso8601"),
    ] {
        let said = faults(&format!("{NAMED}time_format: {stated}"), three(times));
        assert!(said.len() == 1 && said[0].contains(&format!("expected `time_format: {meant}`")), "{said:#?}");
    }
}

#[test]
fn day_numbers_of_a_spreadsheet_are_refused_with_advice() {
    for stated in ["UnixSeconds", "UnixMilliseconds", "UnixNanoseconds", "Iso8601", "Pattern(\"%d/%m/%Y\")"] {
        let said = faults(&format!("{NAMED}time_format: {stated}"), three(["44197", "44197.5", "44198"]));
        assert_eq!(
            said,
            [
                "prices.csv:2: \"44197\" is a spreadsheet's number of the day 2021-01-01 (3 rows alike); expected times as text: give that column the format yyyy-mm-dd hh:mm:ss, save it as CSV again and type `time_format: Iso8601`"
            ],
            "{stated}"
        );
    }
    // A file that counts from zero may come by there.
    let counted = format!("{NAMED}time_format: UnixSeconds");
    assert_eq!(rows(&counted, "time,close\n0,1\n44197,2\n")[1].0, 44_197_000_000);
}

#[test]
fn fields_are_divided_by_what_is_stated() {
    for delimiter in [";", "\t", "|"] {
        let content = three(["2021-01-01", "2021-01-01T00:01", "2021-01-01T00:02"]).replace(',', delimiter);
        let options = format!("{NAMED}time_format: Iso8601, delimiter: {delimiter:?}");
        assert_eq!(rows(&options, &content), THREE, "{delimiter:?}");
        let said = faults(&format!("{NAMED}time_format: Iso8601"), &content);
        assert!(said[0].ends_with(&format!("; type `delimiter: {delimiter:?}`")), "{said:#?}");
    }
    for wrong in [";;", "\\n", "\\\"", "", "é"] {
        let said = refused(&format!("{NAMED}time_format: Iso8601, delimiter: \"{wrong}\""));
        assert!(said.contains("expected one character such as \";\" or \"\\t\""), "{wrong}: {said}");
    }
}

#[test]
fn columns_may_go_by_their_numbers() {
    let content = "1,2021-01-01,100\n2,2021-01-01T00:01,400\n3,2021-01-01T00:02,50.3\n";
    let numbered = |rest: &str| format!("time_column: 2, price_column: 3, time_format: Iso8601{rest}");
    assert_eq!(rows(&numbered(", header: false"), content), THREE);
    assert_eq!(rows(&numbered(""), format!("id,time,close\n{content}")), THREE);
    assert_eq!(
        faults("time_column: 2, price_column: \"close\", time_format: Iso8601, header: false", content),
        ["prices.csv: no header, so that there is no column \"close\"; expected its number, counted from 1"]
    );
    assert_eq!(
        faults("time_column: 2, price_column: 4, time_format: Iso8601, header: false", content),
        ["prices.csv:1: no column 4, expected 1 to 3"]
    );
    assert!(refused("time_column: 0, price_column: 3, time_format: Iso8601").contains("expected a column's number"));
}

#[test]
fn a_column_that_stands_twice_is_refused_by_name_and_read_by_number() {
    let content = "time,close,close\n2021-01-01,1,100\n2021-01-01T00:01,1,400\n2021-01-01T00:02,1,50.3\n";
    assert_eq!(
        faults(&format!("{NAMED}time_format: Iso8601"), content),
        ["prices.csv:1: columns 2 and 3 are both called \"close\", expected a number, such as 2"]
    );
    assert_eq!(rows("time_column: \"time\", price_column: 3, time_format: Iso8601", content), THREE);
}

#[test]
fn lines_before_the_header_are_skipped_and_counted() {
    let content = format!("Exchange: \"A, B\nmade today\n{}", three(["2021-01-01", "2021-01-01T00:01", "noon"]));
    let options = format!("{NAMED}time_format: Iso8601, skip_lines: 2");
    let said = faults(&options, &content);
    assert!(said.len() == 1 && said[0].starts_with("prices.csv:6: \"noon\" in column \"time\""), "{said:#?}");
    assert_eq!(rows(&options, content.replace("noon", "2021-01-01T00:02")), THREE);
    let said = faults(&format!("{NAMED}time_format: Iso8601, skip_lines: 9"), content);
    assert_eq!(said, ["prices.csv: no rows, expected a header and at least one row"]);
}

#[test]
fn dates_and_times_may_stand_in_two_columns() {
    let content = "date,time,close\n2021-01-01,00:00,100\n2021-01-01,00:01,400\n2021-01-01,00:02,50.3\n";
    let options = |format: &str| format!("{NAMED}date_column: \"date\", time_format: {format}");
    assert_eq!(rows(&options("Iso8601"), content), THREE);
    assert_eq!(rows(&options("Pattern(\"%Y-%m-%d %H:%M\"), from: \"2021-01-01 00:01\""), content)[0], (0, 400.0));
    let numbered =
        "date_column: 1, time_column: 2, price_column: 3, header: false, skip_lines: 1, time_format: Iso8601";
    assert_eq!(rows(numbered, content), THREE);
    assert_eq!(
        faults(&options("UnixSeconds"), content),
        [
            "prices.csv: date_column \"date\" with times as UnixSeconds, which have their date; expected one or the other"
        ]
    );
}

#[test]
fn rows_without_a_price_are_refused_left_out_or_hold_the_price_before() {
    for empty in ["", "NaN", "NA", "null", "None"] {
        let content = format!("time,close\n0,100\n60,{empty}\n120,50.3\n");
        let options = |rest: &str| format!("{NAMED}time_format: UnixSeconds{rest}");
        let refused = format!(
            "prices.csv:3: no price in column \"close\" (\"{empty}\"), expected a number, or `empty_rows: Skip` or `empty_rows: Hold`"
        );
        for by_default in ["", ", empty_rows: Fail"] {
            assert_eq!(faults(&options(by_default), &content).join("\n"), refused);
        }
        assert_eq!(rows(&options(", empty_rows: Skip"), &content), [(0, 100.0), (120_000_000, 50.3)]);
        let held = [(0, 100.0), (60_000_000, 100.0), (120_000_000, 50.3)];
        assert_eq!(rows(&options(", empty_rows: Hold"), &content), held);
        let newest_first = format!("time,close\n120,50.3\n60,{empty}\n0,100\n");
        assert_eq!(rows(&options(", empty_rows: Hold"), newest_first), held);
        let at_once = format!("time,close\n0,100\n120,{empty}\n120,50.3\n");
        assert_eq!(rows(&options(", empty_rows: Hold"), at_once), [(0, 100.0), (120_000_000, 50.3)]);
        let first = format!("time,close\n0,{empty}\n60,1\n");
        assert_eq!(
            faults(&options(", empty_rows: Hold"), first),
            [
                "prices.csv:2: no price before this row to hold, expected a first row with a price, or `empty_rows: Skip`"
            ]
        );
    }
}

#[test]
fn what_is_no_csv_says_what_it_is() {
    let options = format!("{NAMED}time_format: Iso8601");
    let utf_16 = |order: fn(u16) -> [u8; 2], mark: &str| {
        let content = format!("{mark}{}", three(["2021-01-01", "2021-01-02", "2021-01-03"]));
        content.encode_utf16().flat_map(order).collect::<Vec<u8>>()
    };
    let wide = "prices.csv: cannot be read: it is UTF-16, expected UTF-8: save it as CSV UTF-8";
    for content in
        [utf_16(u16::to_le_bytes, "\u{feff}"), utf_16(u16::to_be_bytes, "\u{feff}"), utf_16(u16::to_le_bytes, "")]
    {
        assert_eq!(faults(&options, content), [wide]);
    }
    for (content, what) in [
        (&b"PK\x03\x04 "[..], "it is a spreadsheet or another zip archive, expected CSV"),
        (b"\x28\xb5\x2f\xfd ", "it is compressed by zstd, expected CSV, or CSV compressed by gzip"),
        (b" {\"data\": []}", "it is JSON, expected CSV"),
        (b"[1, 2]\n", "it is JSON, expected CSV"),
    ] {
        assert_eq!(faults(&options, content), [format!("prices.csv: cannot be read: {what}")]);
    }
}

/// `gzip -9` of `time,close\n0,100\n60,400\n120,50.3\n`.
const ZIPPED: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 255, 43, 201, 204, 77, 213, 73, 206, 201, 47, 78, 229, 50, 208, 49, 52, 48, 224, 50,
    51, 208, 49, 1, 82, 134, 70, 6, 58, 166, 6, 122, 198, 92, 0, 238, 212, 116, 194, 33, 0, 0, 0,
];

#[test]
fn a_file_may_be_compressed_by_gzip() {
    let options = format!("{NAMED}time_format: UnixSeconds");
    assert_eq!(rows(&options, ZIPPED), THREE);
    // What was compressed part by part is one file.
    let more = "time_column: 1, price_column: 2, header: false, skip_lines: 1, time_format: UnixSeconds";
    let said = faults(more, [ZIPPED, ZIPPED].concat());
    assert!(said[0].starts_with("prices.csv:5: \"time\" in column 1 is not a time"), "{said:#?}");
    let broken = faults(&options, &ZIPPED[..ZIPPED.len() - 12]);
    assert!(
        broken.len() == 1 && broken[0].starts_with("prices.csv: cannot be read: it is broken gzip: "),
        "{broken:?}"
    );
}

#[test]
fn the_pattern_is_offered_with_what_belongs_in_it() {
    let text = format!("(file: \"prices.csv\", {NAMED}time_format: Unix)");
    let said = piece::options().from_str::<ReplayParams>(&text).unwrap_err().code;
    let ron::Error::NoSuchEnumVariant { expected, .. } = said else { panic!("{said}") };
    assert_eq!(expected[5], "Pattern(\"%Y-%m-%d %H:%M:%S\")");
    let argument = format!("{NAMED}time_format: {}", expected[5]);
    assert_eq!(rows(&argument, three(["2021-01-01 00:00:00", "2021-01-01 00:01:00", "2021-01-01 00:02:00"])), THREE);
}

#[test]
fn every_example_of_the_chapter_reads() {
    let chapter = include_str!("../../../docs/recorded_series.md");
    let mut options = std::collections::BTreeSet::new();
    for example in chapter.lines().filter_map(|line| line.strip_prefix("    ")) {
        let read = piece::options().from_str::<crate::market::price::PriceParams>(example);
        assert!(read.is_ok(), "{example}: {read:?}");
        options.extend(example.split([' ', '(']).filter_map(|word| word.strip_suffix(':')));
    }
    let wanted = "file time_column date_column time_format time_zone price_column delimiter skip_lines header empty_rows from longest_gap";
    assert_eq!(options, wanted.split(' ').collect());
}
