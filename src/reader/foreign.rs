//! Texts that are no scenarios: said as what they are.

use std::sync::Arc;

use super::diagnostic::{Diagnostic, Place, Source};
use super::habits::tokens;
use super::syntax::visible;

/// What a file must hold.
pub(super) const A_SCENARIO: &str = "expected `Scenario(...)` with fields such as `blocks: 7200`";

/// Says what a text is that does not begin as a scenario does; nothing of an empty one.
pub(super) fn foreign(source: &Arc<Source>) -> Option<Diagnostic> {
    let text = &source.text;
    let tokens = tokens(text);
    let at = |index: usize| tokens.get(index).map_or("", |span| text.get(span.clone()).unwrap_or_default());
    let mut begin = 0;
    // An attribute, `#![...]`, stands before a scenario.
    while at(begin) == "#" && at(begin + 1) == "!" {
        begin += 1 + tokens[begin..].iter().position(|span| &text[span.clone()] == "]")?;
    }
    let first = tokens.get(begin)?.clone();
    let is_name = at(begin).starts_with(|c: char| c.is_alphabetic() || c == '_');
    let (message, help) = match (at(begin), at(begin + 1)) {
        ("(" | "#", _) => return None,
        (_, "(") if is_name => return None,
        ("{", _) | ("[", "{") => {
            ("this is JSON, not a scenario", Some("write names without quotes, fields in `(...)`"))
        }
        (_, ":") if is_name => ("these fields stand in no brackets", Some("put `Scenario(` before them and `)` after")),
        _ if is_table(&text[first.start..]) => {
            ("this is a table, not a scenario", Some("name it in a token's price, `Replay(file: ...)`"))
        }
        _ => ("no scenario here", None),
    };
    let place = Place { source: Arc::clone(source), span: visible(text, first) };
    Some(Diagnostic::error(place, message).expected(A_SCENARIO).help(help.map(str::to_owned)))
}

/// Whether a text's first line is one of cells, and has no bracket.
fn is_table(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    line.contains([',', ';', '\t']) && !line.contains(['(', '[', ':'])
}
