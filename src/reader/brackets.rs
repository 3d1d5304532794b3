//! Brackets, quotes and comments, before a text is parsed: that each is closed, and none too deep.
//!
//! Text is split here as the parser splits it: what is quoted for one of them is quoted for the other. Where they could
//! differ, a single quote or one that touches a word, the text is refused.

use std::ops::Range;
use std::sync::Arc;

use super::diagnostic::{Diagnostic, Place, Source};
use super::syntax::visible;

/// Brackets that may be open at once. The parser gives up at 128 pieces in each other, and where brackets differ it
/// would never come back; scenarios need ten.
const DEEPEST: usize = 64;

/// Hashes that may stand around the quotes of a raw text, for the parser.
const MOST_HASHES: usize = 8;

/// Finds the first bracket, quote or comment that is not closed, that closes another one or that stands too deep.
///
/// The parser would go on after one of these, but what it says then is about what it guessed.
pub(super) fn brackets(source: &Arc<Source>) -> Option<Diagnostic> {
    let place = |span| Place { source: Arc::clone(source), span };
    let mut open: Vec<(u8, usize)> = Vec::new();
    let mut outermost = (0, 0);
    let mut suspect = None;
    let lines = Lines::of(&source.text);
    let mut at = 0;
    while at < source.text.len() {
        match step(&source.text[at..]) {
            Step::Bracket(b'{' | b'}') => return Some(braces(place(at..at + 1))),
            Step::Bracket(opening @ (b'(' | b'[')) => {
                if open.len() == DEEPEST {
                    return Some(too_deep(place(at..at + 1), place(open[0].1..open[0].1 + 1)));
                }
                open.push((opening, at));
            }
            Step::Bracket(closing) => match open.pop() {
                Some((opening, begin)) if partner(opening) == closing && lines.stands_deeper(begin, at) => {
                    suspect = suspect.or(Some((opening, begin)));
                    outermost = (begin, at);
                }
                Some((opening, begin)) if partner(opening) == closing => outermost = (begin, at),
                Some((opening, begin)) => return Some(crossed(&place, (opening, begin), at)),
                None => return Some(closes_nothing(&place, at, outermost)),
            },
            Step::Open(what) => {
                let span = visible(&source.text, at..source.text.len());
                return Some(Diagnostic::error(place(span), format!("{what} is not closed")));
            }
            Step::Touches(word) => {
                let quote = place(at + word..at + word + 1);
                return Some(Diagnostic::error(quote, "a comma is missing").expected("expected `,` before this"));
            }
            Step::Bytes(length) => {
                at += length;
                continue;
            }
        }
        at += 1;
    }
    let innermost = open.pop()?;
    let (opening, begin) = suspect.unwrap_or(innermost);
    let message = format!("`{}` is not closed", char::from(opening));
    let expected = format!("expected a `{}` for this", char::from(partner(opening)));
    Some(Diagnostic::error(place(begin..begin + 1), message).expected(expected))
}

fn partner(opening: u8) -> u8 {
    if opening == b'(' { b')' } else { b']' }
}

/// Where each line of a text begins, and where its first letter stands.
struct Lines(Vec<(usize, usize)>);

impl Lines {
    fn of(text: &str) -> Self {
        let mut begins = 0;
        let lines = text.split_inclusive('\n').map(|line| {
            let start = begins;
            begins += line.len();
            (start, start + line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count())
        });
        Self(lines.collect())
    }

    fn at(&self, byte: usize) -> (usize, usize) {
        self.0[self.0.partition_point(|(start, _)| *start <= byte) - 1]
    }

    /// Whether the line of an opening bracket is indented more than one that begins with what closes it: then it was
    /// probably left open, and something around it is closed there.
    fn stands_deeper(&self, opening: usize, closing: usize) -> bool {
        let ((begin, first), (line, closes)) = (self.at(opening), self.at(closing));
        closes == closing && first - begin > closing - line
    }
}

fn braces(here: Place) -> Diagnostic {
    let message = format!("`{}` does not belong here", here.text());
    Diagnostic::error(here, message).expected("expected `(...)` around fields, `[...]` around a list")
}

fn too_deep(here: Place, outermost: Place) -> Diagnostic {
    let message = format!("this bracket is inside {DEEPEST} others");
    Diagnostic::error(here, message)
        .expected(format!("expected at most {DEEPEST} brackets in each other"))
        .also(outermost, "the outermost")
        .help("close the brackets before it, or leave some out: no field of a scenario needs so many".to_owned())
}

fn closes_nothing(place: &dyn Fn(Range<usize>) -> Place, at: usize, (begin, end): (usize, usize)) -> Diagnostic {
    let here = place(at..at + 1);
    let mistake = Diagnostic::error(here.clone(), format!("`{}` closes nothing", here.text()));
    if end == 0 {
        return mistake;
    }
    mistake.also(place(begin..begin + 1), "this bracket").also(place(end..end + 1), "is closed here already")
}

fn crossed(place: &dyn Fn(Range<usize>) -> Place, (opening, begin): (u8, usize), at: usize) -> Diagnostic {
    let end = place(at..at + 1);
    let message = format!("`{}` is closed by `{}`", char::from(opening), end.text());
    Diagnostic::error(end, message)
        .expected(format!("expected `{}`", char::from(partner(opening))))
        .also(place(begin..begin + 1), "opened here")
}

/// What stands at the start of some text.
pub(super) enum Step {
    /// A bracket.
    Bracket(u8),
    /// So many bytes without brackets: a text, a comment, a word, anything else.
    Bytes(usize),
    /// A quote or comment that is not closed, by its name.
    Open(&'static str),
    /// A word of so many bytes that a quote touches.
    Touches(usize),
}

/// Returns what stands at the start of some text that is not empty.
pub(super) fn step(text: &str) -> Step {
    match text.as_bytes() {
        [bracket @ (b'(' | b')' | b'[' | b']' | b'{' | b'}'), ..] => Step::Bracket(*bracket),
        [b'/', b'/', ..] => Step::Bytes(text.find('\n').unwrap_or(text.len())),
        [b'/', b'*', ..] => closed(comment(text), "this comment"),
        [b'"', ..] => closed(escaped(text), "this quote"),
        [b'\'', ..] => Step::Open("this quote"),
        [byte, ..] if is_of_word(*byte) => word(text),
        _ => Step::Bytes(text.chars().next().map_or(1, char::len_utf8)),
    }
}

fn closed(length: Option<usize>, what: &'static str) -> Step {
    length.map_or(Step::Open(what), Step::Bytes)
}

/// Returns the length of a comment with those inside it.
fn comment(text: &str) -> Option<usize> {
    let (mut at, mut depth) = (2, 1);
    while depth > 0 {
        let next = at + text[at..].find(['/', '*'])?;
        match &text.as_bytes()[next..] {
            [b'/', b'*', ..] => (at, depth) = (next + 2, depth + 1),
            [b'*', b'/', ..] => (at, depth) = (next + 2, depth - 1),
            _ => at = next + 1,
        }
    }
    Some(at)
}

/// Returns the length of a text in double quotes.
fn escaped(text: &str) -> Option<usize> {
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return Some(at + 1),
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
    None
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

/// A name or a number, or a text with a prefix: `r"..."`, `r#"..."#`, `b"..."`, `br"..."`.
fn word(text: &str) -> Step {
    let bytes = text.as_bytes();
    let run = |from: usize, more: &[u8]| {
        let is_of_it = |byte: &&u8| is_of_word(**byte) || more.contains(*byte);
        from + bytes[from..].iter().take_while(is_of_it).count()
    };
    let end = run(0, b"");
    let hashes = bytes[end..].iter().take_while(|byte| **byte == b'#').count();
    let is_quoted = bytes.get(end + hashes) == Some(&b'"');
    match &text[..end] {
        "b" if is_quoted && hashes == 0 => closed(escaped(&text[end..]).map(|length| end + length), "this quote"),
        "r" | "br" if is_quoted && hashes <= MOST_HASHES => {
            let body = end + hashes + 1;
            let mark = format!("\"{}", "#".repeat(hashes));
            closed(text[body..].find(&mark).map(|length| body + length + mark.len()), "this quote")
        }
        _ if is_quoted => Step::Touches(end),
        "r" if hashes > 0 => {
            let name = run(end + 1, b".+-");
            if bytes.get(name) == Some(&b'"') { Step::Touches(name) } else { Step::Bytes(name) }
        }
        _ => Step::Bytes(end),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(text: &str) -> Option<String> {
        brackets(&Arc::new(Source { name: "a.ron".to_owned(), text: text.to_owned() })).map(|said| said.to_string())
    }

    fn nested(depth: usize) -> String {
        format!("Scenario{}{}", "(".repeat(depth), ")".repeat(depth))
    }

    #[test]
    fn the_first_bracket_that_is_too_deep_is_refused_where_it_stands() {
        assert_eq!(said(&nested(DEEPEST)), None);
        let expected = "a.ron:1:73: error: this bracket is inside 64 others; expected at most 64 brackets in each other; \
                        close the brackets before it, or leave some out: no field of a scenario needs so many";
        assert_eq!(said(&nested(DEEPEST + 1)).as_deref(), Some(expected));
    }

    #[test]
    fn what_is_quoted_has_no_depth() {
        let many = "([".repeat(DEEPEST);
        for quoted in [
            format!("\"{many}\""),
            format!("\"\\\"{many}\\\\\""),
            format!("r\"\\\", {many}\", \"{many}\"").replacen("\\\", ", "\\", 1),
            format!("r#\"{many}\" {many}\"#"),
            format!("b\"{many}\""),
            format!("br##\"{many}\"# {many}\"##"),
            format!("// {many}\n"),
            format!("/* {many} /* {many} */ {many} */"),
        ] {
            assert_eq!(said(&format!("(a: [{quoted}])")), None, "{quoted}");
        }
    }

    #[test]
    fn a_quote_that_touches_a_word_is_refused() {
        assert_eq!(
            said("(a: b\"x\", c: 5r\"x\")").as_deref(),
            Some("a.ron:1:16: error: a comma is missing; expected `,` before this")
        );
        assert!(said("(a: r#b.r\"x\")").unwrap().starts_with("a.ron:1:10: error: a comma is missing"));
    }

    #[test]
    fn a_quote_that_is_open_is_refused() {
        for open in ["\"", "r#\"\"", "b\"\\\"", "'", "'ab'", "''", "/* /* */"] {
            let text = format!("( {open}");
            assert!(said(&text).unwrap().starts_with("a.ron:1:3: error: this "), "{text}");
        }
    }

    /// Returns the brackets outside of quotes as this module sees them; none of a text that it refuses.
    fn seen(text: &str) -> Option<Vec<usize>> {
        let (mut at, mut found) = (0, Vec::new());
        while at < text.len() {
            match step(&text[at..]) {
                Step::Bracket(_) => {
                    found.push(at);
                    at += 1;
                }
                Step::Bytes(length) => at += length,
                Step::Open(_) | Step::Touches(_) => return None,
            }
        }
        Some(found)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]
        #[test]
        fn the_parser_sees_the_same_brackets(text in r#"([rb#"'\\/*()\[\]{}a1.+u×é \n-]|r#|inf|0x|//|/\*|\*/){0,24}"#) {
            if let Some(seen) = seen(&text) {
                let tokens = ron2::__internal::Lexer::new(&text);
                let brackets = tokens.filter(|token| matches!(token.text, "(" | ")" | "[" | "]" | "{" | "}"));
                let parsers: Vec<usize> = brackets.map(|token| token.span.start_offset).collect();
                prop_assert_eq!(seen, parsers);
            }
        }
    }
}
