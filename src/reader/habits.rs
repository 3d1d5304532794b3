//! What people write who come from other languages: said in this one's words, before the parser stumbles over what it
//! makes of it.

use std::ops::Range;
use std::sync::Arc;

use super::brackets::{Step, step};
use super::diagnostic::{Diagnostic, Place, Source};

/// Quotes that texts and languages have, and scenario files have not.
const OTHER_QUOTES: [char; 8] = ['\'', '“', '”', '„', '«', '»', '‘', '’'];

/// Finds the first thing that only other languages write.
pub(super) fn habit(source: &Arc<Source>) -> Option<Diagnostic> {
    let tokens = tokens(&source.text);
    (0..tokens.len()).find_map(|at| Tokens { source, all: &tokens, at }.habit())
}

/// Splits a text up to where something in it is not closed; a number with its point is one token.
pub(super) fn tokens(text: &str) -> Vec<Range<usize>> {
    let (mut at, mut found) = (0, Vec::new());
    while at < text.len() {
        let rest = &text[at..];
        let length = match step(rest) {
            _ if rest.starts_with(OTHER_QUOTES) => {
                // What follows may be meant as quoted.
                found.push(at..at + 1);
                break;
            }
            Step::Bytes(_) if rest.starts_with(|c: char| c.is_ascii_digit()) => number(rest),
            Step::Bytes(length) => length,
            Step::Bracket(_) => 1,
            Step::Open(_) | Step::Touches(_) => break,
        };
        if !rest.starts_with(char::is_whitespace) && !rest.starts_with("//") && !rest.starts_with("/*") {
            found.push(at..at + length);
        }
        at += length;
    }
    found
}

/// Returns the length of a number, of its digits with what stands between them.
fn number(text: &str) -> usize {
    let is_of_it = |(at, byte): (usize, u8)| {
        byte.is_ascii_alphanumeric()
            || b"_.".contains(&byte)
            || b"+-".contains(&byte) && matches!(text.as_bytes()[at - 1], b'e' | b'E')
    };
    text.bytes().enumerate().take_while(|found| is_of_it(*found)).count()
}

/// A place among the tokens of a text.
struct Tokens<'a> {
    source: &'a Arc<Source>,
    all: &'a [Range<usize>],
    at: usize,
}

impl Tokens<'_> {
    fn habit(&self) -> Option<Diagnostic> {
        match self.token(0) {
            "#" => self.hash(),
            "=" => Some(self.error(self.span(0), "`=` does not belong here", "`:` between a field and its value")),
            ";" => Some(self.error(self.span(0), "`;` does not belong here", "`,`")),
            "%" => self.percent(),
            "." => self.bare_point(),
            text if text.starts_with(['"', 'r', 'b']) && text.ends_with('"') => self.quoted_field(),
            _ if self.source.text[self.span(0).start..].starts_with(OTHER_QUOTES) => Some(self.other_quote()),
            _ => self.two_values(),
        }
    }

    fn span(&self, ahead: isize) -> Range<usize> {
        let index = self.at.checked_add_signed(ahead).unwrap_or(usize::MAX);
        self.all.get(index).cloned().unwrap_or(0..0)
    }

    fn token(&self, ahead: isize) -> &str {
        self.source.text.get(self.span(ahead)).unwrap_or_default()
    }

    /// Whether a token and the next one stand side by side, or with no line's end between them.
    fn is_near(&self, ahead: isize, between: fn(char) -> bool) -> bool {
        let gap = self.span(ahead).end..self.span(ahead + 1).start;
        self.source.text.get(gap).is_some_and(|gap| gap.chars().all(between))
    }

    fn error(&self, span: Range<usize>, message: impl Into<String>, expected: &str) -> Diagnostic {
        Diagnostic::error(Place { source: Arc::clone(self.source), span }, message)
            .expected(format!("expected {expected}"))
    }

    fn rest_of_line(&self, from: usize) -> &str {
        self.source.text[from..].lines().next().unwrap_or_default()
    }

    /// `# text`, where no attribute `#![...]` stands.
    fn hash(&self) -> Option<Diagnostic> {
        if self.token(1) == "!" && self.token(2) == "[" {
            return None;
        }
        let span = self.span(0);
        let said = self.rest_of_line(span.end).trim();
        let help = format!("type `// {said}`");
        Some(self.error(span, "`#` begins no comment", "`//`").help(help))
    }

    /// `80%`.
    fn percent(&self) -> Option<Diagnostic> {
        let span = self.span(-1).start.min(self.span(0).start)..self.span(0).end;
        let percent: f64 = self.token(-1).replace('_', "").parse().ok()?;
        let message = format!("`{}` is no number", &self.source.text[span.clone()]);
        Some(self.error(span, message, "a share of 1").help(format!("type `{}`", percent / 100.0)))
    }

    /// `.5`.
    fn bare_point(&self) -> Option<Diagnostic> {
        let is_one = self.is_near(0, |_| false) && self.token(1).starts_with(|c: char| c.is_ascii_digit());
        let span = self.span(0).start..self.span(1).end;
        let message = format!("`.{}` is no number", self.token(1));
        is_one
            .then(|| self.error(span, message, "a digit before the point").help(format!("type `0.{}`", self.token(1))))
    }

    /// `"seed": 7`.
    fn quoted_field(&self) -> Option<Diagnostic> {
        let is_one = self.token(1) == ":" && matches!(self.token(-1), "(" | ",");
        let name = self.token(0).trim_matches('"');
        let mistake = self.error(self.span(0), "a field's name stands in quotes", "none around it");
        is_one.then(|| mistake.help(format!("type `{name}`")))
    }

    /// `'text'`.
    fn other_quote(&self) -> Diagnostic {
        let start = self.span(0).start;
        let line = self.rest_of_line(start);
        let inner = line.trim_start_matches(OTHER_QUOTES);
        let closed = inner.find(OTHER_QUOTES);
        let help = closed.map(|end| format!("type `\"{}\"`", &inner[..end]));
        let first = line.chars().next().map_or(0, char::len_utf8);
        self.error(start..start + first, "this is no quote", "`\"`").help(help)
    }

    /// A field's value that falls apart: `0,8`, `7,200`, `7 200`, `12 s`, `loan liquidators`.
    fn two_values(&self) -> Option<Diagnostic> {
        let is_word = |ahead| self.token(ahead).starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if self.token(-1) != ":" || !is_word(0) {
            return None;
        }
        let start = self.span(0).start;
        if self.token(1) == "," && is_number(self.token(0)) && is_number(self.token(2)) {
            let is_tight = self.is_near(0, |_| false) && self.is_near(1, |_| false);
            let span = start..self.span(2).end;
            return if is_tight { self.parted(span) } else { None };
        }
        let mut last = 0;
        while is_word(last + 1) && self.is_near(last, |gap| gap == ' ' || gap == '\t') {
            last += 1;
        }
        if last == 0 {
            return None;
        }
        if matches!(self.token(last + 1), ":" | "(") {
            return Some(self.error(self.span(last), "a comma is missing", "`,` before this"));
        }
        let span = start..self.span(last).end;
        let text = &self.source.text[span.clone()];
        if text.chars().all(|c| c.is_ascii_digit() || c == ' ') {
            return self.parted(span);
        }
        let help = format!("type `\"{text}\"`");
        Some(self.error(span, "text stands without quotes", "quotes around it").help(help))
    }

    fn parted(&self, span: Range<usize>) -> Option<Diagnostic> {
        let (number, expected) = one_number(&self.source.text[span.clone()])?;
        let message = format!("`{}` is two values", &self.source.text[span.clone()]);
        Some(self.error(span, message, expected).help(format!("type `{number}`")))
    }
}

fn is_number(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}

/// Returns the number that digits with commas or gaps between them were meant to be, and what is expected in their place.
pub(super) fn one_number(text: &str) -> Option<(String, &'static str)> {
    if !text.chars().all(|c| c.is_ascii_digit() || ",_ ".contains(c)) {
        return None;
    }
    let parts: Vec<&str> = text.split([',', ' ']).collect();
    let (first, rest) = parts.split_first()?;
    let is_grouped = *first != "0" && rest.iter().all(|part| part.len() == 3);
    match rest {
        _ if is_grouped => Some((parts.join("_"), "`_` or nothing between digits")),
        [decimals] if text.contains(',') => Some((format!("{first}.{decimals}"), "a decimal point")),
        _ => Some((parts.concat(), "`_` or nothing between digits")),
    }
}
