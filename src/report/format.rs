//! Numbers as a reader of the page meets them.

/// Returns a number with thousands apart and about four digits that count.
pub(super) fn figure(value: f64) -> String {
    let size = value.abs();
    let decimals = match size {
        _ if value.is_nan() => return "–".to_owned(),
        _ if size >= 1_000.0 || size == 0.0 => 0,
        _ if size >= 10.0 => 2,
        _ if size >= 0.1 => 3,
        _ if size >= 1e-4 => 6,
        _ => return format!("{value:.2e}").replace('-', "−"),
    };
    grouped(value, decimals)
}

/// Returns a whole number with a comma between thousands.
pub(super) fn count(value: f64) -> String {
    if value.is_nan() { "–".to_owned() } else { grouped(value, 0) }
}

/// Returns a large number in millions and the like: `51.7 million`.
pub(super) fn short(value: f64) -> String {
    let size = value.abs();
    let scaled = |by: f64, name: &str| {
        let scaled = value / by;
        let decimals = if scaled.abs() >= 100.0 {
            0
        } else if scaled.abs() >= 10.0 {
            1
        } else {
            2
        };
        format!("{}\u{a0}{name}", grouped(scaled, decimals))
    };
    match size {
        _ if size >= 999.5e6 => scaled(1e9, "billion"),
        _ if size >= 999.5e3 => scaled(1e6, "million"),
        _ if size >= 1_000.0 || size == 0.0 => grouped(value, 0),
        _ => figure(value),
    }
}

/// Returns the same with as few letters as there are: `51.7 M`.
pub(super) fn shortest(value: f64) -> String {
    short(value).replace("million", "M").replace("billion", "bn")
}

/// Returns a share in percent, with its sign if it is a change.
pub(super) fn percent(ratio: f64) -> String {
    if ratio.is_nan() {
        return "–".to_owned();
    }
    let size = (100.0 * ratio).abs();
    format!(
        "{}\u{a0}%",
        grouped(
            100.0 * ratio,
            if size >= 1_000.0 {
                0
            } else if size >= 0.1 || size == 0.0 {
                1
            } else {
                3
            }
        )
    )
}

/// Returns a change with its sign: a plus in front if it has none.
pub(super) fn signed(text: String) -> String {
    if text.starts_with(['−', '–']) { text } else { format!("+{text}") }
}

/// Returns the date and the time of seconds since 1970, in UTC: `13 Mar 2020 02:29 UTC`.
pub(super) fn date(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "it saturates, and then is no time")]
    let time = jiff::Timestamp::from_second(seconds as i64);
    time.map_or_else(|_| "–".to_owned(), |time| time.strftime("%-d %b %Y %H:%M UTC").to_string())
}

/// Returns a time: `14 h 42 min`, `1 d 2 h 29 min` from a day on.
pub(super) fn elapsed(seconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "it saturates, and runs are shorter")]
    let whole = seconds.round() as i64;
    match whole {
        0..60 => format!("{whole} s"),
        60..3_600 => format!("{} min {} s", whole / 60, whole % 60),
        86_400.. => format!("{} d {} h {} min", whole / 86_400, whole % 86_400 / 3_600, whole % 3_600 / 60),
        _ => format!("{} h {} min", whole / 3_600, whole % 3_600 / 60),
    }
}

/// Returns a decimal with thousands apart; a minus is a minus and not a hyphen.
fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let is_nothing = text.chars().all(|letter| matches!(letter, '0' | '.'));
    let sign = if value < 0.0 && !is_nothing { "−" } else { "" };
    format!("{sign}{grouped}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_with_the_digits_that_count() {
        for (value, told) in [
            (51_698_646.998, "51,698,647"),
            (-1_023.19, "−1,023"),
            (67.8434, "67.84"),
            (-0.0, "0"),
            (0.04321, "0.043210"),
            (-2.5e-7, "−2.50e−7"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(figure(value), told);
        }
        assert_eq!(short(51_698_647.0), "51.7\u{a0}million");
        assert_eq!(short(-1_183_972.0), "−1.18\u{a0}million");
        assert_eq!(short(999_600.0), "1.00\u{a0}million");
        assert_eq!(percent(-0.4884), "−48.8\u{a0}%");
        assert_eq!(signed(percent(0.05)), "+5.0\u{a0}%");
        assert_eq!(elapsed(52_920.0), "14 h 42 min");
        assert_eq!(elapsed(3.0 * 86_400.0 + 4.5 * 3_600.0), "3 d 4 h 30 min");
        assert_eq!(date(1_584_066_540.0), "13 Mar 2020 02:29 UTC");
    }
}
