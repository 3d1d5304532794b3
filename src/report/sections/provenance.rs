//! How the page was made: the scenario, the dice, the version, and the command that does it again.

use super::super::html::{Cell, escape, table};
use super::Section;
use crate::output::finished::Finished;
use crate::output::manifest::MANIFEST;

/// What is modelled and what is not, as the repository says it.
const ASSUMPTIONS: &str = include_str!("../../../ASSUMPTIONS.md");

/// The licence of uPlot, which draws the charts.
const LICENCE: &str = include_str!("../assets/uplot.LICENSE");

pub(in super::super) fn section(finished: &Finished, scenario: &str, keeps_runs: bool) -> Section {
    let mut section = Section::new("provenance", "Provenance");
    section.say("The same scenario, seed and version give the same bytes on any machine:");
    let command = escape(&command(finished, keeps_runs));
    section.before.extend(["<pre class=\"command\"><code>", &command, "</code></pre>\n"]);
    let mut rows = vec![
        vec![Cell::text("scenario"), Cell::text(&finished.scenario.name)],
        vec![Cell::text("its file"), Cell::text(&finished.scenario.path)],
        vec![Cell::text("its digest (BLAKE3)"), Cell::text(&finished.scenario.blake3)],
        vec![Cell::text("seed"), Cell::text(seed(finished))],
        vec![Cell::text("version"), Cell::text(format!("plimsoll {}", finished.version))],
    ];
    if finished.version != env!("CARGO_PKG_VERSION") {
        rows.push(vec![Cell::text("this page by"), Cell::text(format!("plimsoll {}", env!("CARGO_PKG_VERSION")))]);
    }
    section.before += &table("What made the run", &["", ""], &rows);
    let files = finished.files.iter().map(|file| vec![Cell::text(&file.name), Cell::text(&file.blake3)]);
    section.before += &folded(
        "Digests of the data files",
        &table(&format!("BLAKE3, from {MANIFEST}"), &["file", "digest"], &files.collect::<Vec<_>>()),
    );
    section.before += &folded("The scenario", &format!("<pre><code>{}</code></pre>", escape(scenario)));
    section.before += &folded("Assumptions and limits", &format!("<pre class=\"prose\">{}</pre>", escape(ASSUMPTIONS)));
    section.before += &folded(
        "Licences",
        &format!("<p>Charts are drawn by uPlot 1.6.32, under this licence:</p><pre>{}</pre>", escape(LICENCE)),
    );
    section
}

fn folded(title: &str, inside: &str) -> String {
    format!("<details class=\"folded\"><summary>{title}</summary>{inside}</details>\n")
}

fn seed(finished: &Finished) -> String {
    let one = finished.seed.map(|seed| seed.to_string());
    one.or_else(|| finished.seeds.clone()).unwrap_or_default()
}

/// Returns the command that makes the folder again.
fn command(finished: &Finished, keeps_runs: bool) -> String {
    let options = &finished.options;
    let verb = if options.cascade_depth.is_some() { "cascade" } else { "run" };
    let seeds = if finished.has_many_seeds { "--seeds" } else { "--seed" };
    let command = format!(
        "plimsoll {verb} {} {seeds} {} --blocks {}",
        quoted(&finished.scenario.path),
        seed(finished),
        options.blocks
    );
    let depth = options.cascade_depth.map(|depth| format!(" --depth {depth}")).unwrap_or_default();
    let flags = [
        (options.mute_forced_sales, " --mute-forced-sales"),
        (options.exact, " --exact"),
        (options.audit, " --audit"),
        (keeps_runs, " --keep-runs"),
    ];
    let flags = flags.into_iter().filter(|(given, _)| *given).map(|(_, flag)| flag);
    [command.as_str(), &depth].into_iter().chain(flags).collect()
}

/// Returns a path quoted for a POSIX shell, if it needs that.
fn quoted(path: &str) -> String {
    let is_plain = path.chars().all(|letter| letter.is_alphanumeric() || "/._-+".contains(letter));
    if is_plain && !path.is_empty() { path.to_owned() } else { format!("'{}'", path.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::output::manifest::{RunOptions, ScenarioStamp};

    #[test]
    fn the_command_says_what_was_asked() {
        let stamp = ScenarioStamp { name: "it's".into(), path: "a b/it's.ron".into(), blake3: "0".into() };
        let finished = Finished {
            path: PathBuf::new(),
            scenario: stamp,
            version: "0.1.0".into(),
            seed: Some(7),
            seeds: None,
            has_many_seeds: false,
            options: RunOptions { blocks: 100, cascade_depth: Some(4), exact: true, ..RunOptions::default() },
            series: vec![],
            files: vec![],
            warnings: vec![],
        };
        assert_eq!(
            command(&finished, false),
            r"plimsoll cascade 'a b/it'\''s.ron' --seed 7 --blocks 100 --depth 4 --exact"
        );
    }
}
