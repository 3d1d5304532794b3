//! What to type instead of a value that cannot be read: tried before it is said.

use std::ops::Range;

use super::diagnostic::Diagnostic;
use super::format::Probe;
use super::habits::one_number;
use super::piece::Node;

/// Returns advice to type something else in a value's place: what `ron` could read there.
pub(super) fn meant(here: Node, probe: Probe) -> Option<String> {
    let text = here.text();
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    let reads = |instead: &str| probe(here.tree.span.clone(), instead).fits(instead);
    let inner = quoted.unwrap_or(text);
    let is_name = here.file.tree.field_around(here.tree.span.start).is_some_and(|field| field.name == "name");
    // Where any text can be read, it names something: that stands elsewhere in quotes.
    let is_free = !is_name && reads("\"?\"") && !here.file.source.text.contains(&format!("\"{inner}\""));
    let fits = |instead: &String| !(is_free && instead.starts_with('"')) && reads(instead);
    if let Some(inner) = quoted.map(str::to_owned).filter(fits) {
        return Some(format!("leave the quotes out: `{inner}`"));
    }
    let is_plain = !inner.contains(['(', '[', '"']);
    let number =
        inner.replace('_', "").parse::<f64>().ok().filter(|number| number.fract() == 0.0 && number.abs() < 1e15);
    // A number with what it counts, as in `100 USDC`.
    let first = inner.split_once(' ').filter(|(_, unit)| unit.chars().all(char::is_alphabetic)).map(|(first, _)| first);
    let one = one_number(inner).filter(|_| inner.contains(',')).map(|(number, _)| number);
    let quoted_or_not = |value: String| {
        let (plain, in_quotes) = (value.clone(), format!("\"{value}\""));
        if quoted.is_some() { [in_quotes, plain] } else { [plain, in_quotes] }
    };
    let list = inner.strip_prefix('[').and_then(|list| list.strip_suffix(']'));
    let mut candidates: Vec<String> = list.map(|values| format!("({values})")).into_iter().collect();
    candidates.extend(is_plain.then(|| inner.to_lowercase()));
    candidates.extend(number.map(|number| format!("{number:.0}")).into_iter().chain(one).flat_map(quoted_or_not));
    candidates.extend(is_plain.then(|| format!("\"{inner}\"")));
    candidates.extend(number.into_iter().flat_map(|_| [format!("\"{inner} s\""), format!("Fixed({inner})")]));
    candidates.extend(first.filter(|first| !first.is_empty()).map(|first| format!("\"{first}\"")));
    let found = candidates.into_iter().find(|instead| instead != text && fits(instead));
    found.map(|found| format!("type `{found}`"))
}

/// A decimal comma inside a tuple, which has too many values then.
pub(super) fn parted(piece: Node, at: usize) -> Option<Diagnostic> {
    let text = &piece.file.source.text;
    let around = piece.tree.around(at);
    let mut pairs = around.elements().iter().zip(around.elements().iter().skip(1));
    let is_tight = |one: &Range<usize>, next: &Range<usize>| {
        one.end + 1 == next.start && text[one.start..next.end].bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
    };
    let (one, next) = pairs.find(|(one, next)| is_tight(&one.value.span, &next.value.span))?;
    let span = one.value.span.start..next.value.span.end;
    let (number, expected) = one_number(&text[span.clone()])?;
    let mistake = Diagnostic::error(piece.spot(span.clone()), format!("`{}` is two values", &text[span]));
    Some(mistake.expected(format!("expected {expected}")).help(format!("type `{number}`")))
}
