//! What a scenario file's mistakes look like.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Level, Origin, Renderer, Snippet};

/// A file's name and text, to show places in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as typed, or as an `include` gives it.
    pub name: String,
    /// The whole text, in UTF-8.
    pub text: String,
}

/// A span of a file: what a diagnostic points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file that the span is in.
    pub source: Arc<Source>,
    /// The bytes of its text; empty where something is missing.
    pub span: Range<usize>,
}

impl Place {
    /// Returns the line of its first byte, counted from 1.
    pub fn line(&self) -> usize {
        self.before().matches('\n').count() + 1
    }

    /// Returns the column in characters, counted from 1.
    pub fn column(&self) -> usize {
        self.before().chars().rev().take_while(|c| *c != '\n').count() + 1
    }

    /// Returns the text of the span.
    pub fn text(&self) -> &str {
        &self.source.text[self.span.clone()]
    }

    fn before(&self) -> &str {
        &self.source.text[..self.span.start]
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.source.name, self.line(), self.column())
    }
}

/// How much a diagnostic weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot run: exit code 2.
    Error,
    /// The scenario runs, but hardly as meant.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// A mistake, where it stands, and what to type instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// The span that it points at.
    pub place: Place,
    /// One sentence without its full stop.
    pub message: String,
    /// What may stand there, beginning with "expected".
    pub expected: Option<String>,
    /// Other spans, each with a label.
    pub also: Vec<(Place, String)>,
    /// What to type instead, where that is known.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error: the scenario cannot run.
    pub fn error(place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, place, message: message.into(), expected: None, also: Vec::new(), help: None }
    }

    /// A warning: the scenario runs, but hardly as meant.
    pub fn warning(place: Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(place, message) }
    }

    /// Sets what may stand there.
    #[must_use]
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Adds another span with its label.
    #[must_use]
    pub fn also(mut self, place: Place, why: impl Into<String>) -> Self {
        self.also.push((place, why.into()));
        self
    }

    /// Adds what to type instead, if anything is known.
    #[must_use]
    pub fn help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help = help.into();
        self
    }

    /// Says whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Renders it as the Rust compiler does, with the lines of the file.
    pub fn render(&self, colour: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(self.message.as_str());
        let mut report = if self.place.source.text.is_empty() {
            title.element(Origin::path(self.place.source.name.as_str()))
        } else {
            title.element(self.snippet())
        };
        for (place, why) in self.also.iter().filter(|(place, _)| place.source != self.place.source) {
            report = report.element(snippet_of(&place.source).annotation(context(place, why)));
        }
        if let Some(help) = &self.help {
            report = report.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.decor_style(DecorStyle::Ascii).render(&[report])
    }

    fn snippet(&self) -> Snippet<'_, Annotation<'_>> {
        let primary = AnnotationKind::Primary.span(self.place.span.clone()).label(self.expected.as_deref());
        let others = self.also.iter().filter(|(place, _)| place.source == self.place.source);
        snippet_of(&self.place.source).annotation(primary).annotations(others.map(|(place, why)| context(place, why)))
    }
}

fn snippet_of(source: &Source) -> Snippet<'_, Annotation<'_>> {
    Snippet::source(source.text.as_str()).path(source.name.as_str())
}

fn context<'a>(place: &Place, why: &'a str) -> Annotation<'a> {
    AnnotationKind::Context.span(place.span.clone()).label(why)
}

/// One line: `file:line:column: error: what is wrong; what was expected; what to type instead`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.source.text.is_empty() {
            write!(f, "{}: {}: {}", self.place.source.name, self.severity, self.message)?;
        } else {
            write!(f, "{}: {}: {}", self.place, self.severity, self.message)?;
        }
        for more in [&self.expected, &self.help].into_iter().flatten() {
            write!(f, "; {more}")?;
        }
        Ok(())
    }
}

/// Errors after which no more of a scenario is read, and warnings of which no more are shown: each is shown with its
/// lines, and each costs another reading of what it is in.
pub const MOST_MISTAKES: usize = 100;

/// Whether so many errors were found that no more of the scenario is read.
pub fn is_enough(found: &[Diagnostic]) -> bool {
    found.iter().filter(|mistake| mistake.is_error()).nth(MOST_MISTAKES - 1).is_some()
}

/// Keeps the first ones of many errors, and of many warnings, and says that there may be more.
pub fn shorten(found: &mut Vec<Diagnostic>) {
    for severity in [Severity::Error, Severity::Warning] {
        let mut count = 0;
        found.retain(|mistake| {
            count += usize::from(mistake.severity == severity);
            mistake.severity != severity || count <= MOST_MISTAKES
        });
        let is_cut = count > MOST_MISTAKES || severity == Severity::Error && count == MOST_MISTAKES;
        let Some(last) = found.iter().rfind(|mistake| mistake.severity == severity).filter(|_| is_cut) else {
            continue;
        };
        let source = Arc::new(Source { name: last.place.source.name.clone(), text: String::new() });
        let message = format!("there may be more than these {MOST_MISTAKES} {severity}s");
        let mistake = Diagnostic { severity, ..Diagnostic::error(Place { source, span: 0..0 }, message) };
        found.push(mistake.help("mend them, and check again".to_owned()));
    }
}

/// Returns the one of `names` that `typed` was probably meant to be.
pub fn did_you_mean<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let typed = typed.to_lowercase();
    let closeness = |name: &str| {
        let name = name.to_lowercase();
        let near = strsim::jaro_winkler(&typed, &name);
        // One slip in a short name, such as two letters the other way round, weighs too much in that measure.
        if name.len() > 2 && strsim::osa_distance(&typed, &name) == 1 { near.max(0.9) } else { near }
    };
    let closest = names.into_iter().map(|name| (closeness(name), name)).max_by(|a, b| a.0.total_cmp(&b.0))?;
    (closest.0 > 0.75).then(|| format!("did you mean `{}`?", closest.1))
}

/// Lists names for "expected ...": `` `a`, `b` or `c` ``.
pub fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match quoted.as_slice() {
        [] => "nothing".to_owned(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let source = Arc::new(Source { name: "a.ron".to_owned(), text: "// é\n(é: 1)".to_owned() });
        let place = Place { span: 11..12, source };
        assert_eq!((place.text(), place.to_string().as_str()), ("1", "a.ron:2:5"));
    }

    #[test]
    fn only_a_name_that_is_near_is_suggested() {
        let names = ["volatility", "start", "drift"];
        assert_eq!(did_you_mean("volatilty", names).as_deref(), Some("did you mean `volatility`?"));
        assert_eq!(did_you_mean("eth", ["ETH", "UNI"]).as_deref(), Some("did you mean `ETH`?"));
        assert_eq!(did_you_mean("EHT", ["USDC", "ETH", "UNI"]).as_deref(), Some("did you mean `ETH`?"));
        assert_eq!(did_you_mean("decimals", names), None);
    }
}
