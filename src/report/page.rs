//! The page: one file that asks nothing of any network, and lets nothing run but its own script.

use serde::Serialize;

use super::chart::{Chart, Rule};
use super::grid::Grid;
use super::html::{escape, island, prose};
use super::sections::Section;

/// The library that draws charts, its look, and ours.
const STYLES: [&str; 2] = [include_str!("assets/uplot.min.css"), include_str!("assets/report.css")];

/// The page's scripts, in one function of their own.
const SCRIPTS: [&str; 6] = [
    include_str!("assets/uplot.min.js"),
    "\n(() => {\n\"use strict\";\n",
    include_str!("assets/format.js"),
    include_str!("assets/charts.js"),
    include_str!("assets/grid.js"),
    include_str!("assets/page.js"),
];

/// What a page is made of.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Scenario and seed.
    pub(super) title: String,
    /// One sentence below the title.
    pub(super) subtitle: String,
    /// What to know before its figures are believed.
    pub(super) warnings: Vec<String>,
    /// In the order of the page.
    pub(super) sections: Vec<Section>,
    /// What charts over blocks have in common; none where there are none.
    pub(super) time: Option<Time>,
}

/// What all charts over blocks share.
#[derive(Debug, Default, Serialize)]
pub(super) struct Time {
    /// Seconds since the first block at a few blocks, between which time is straight; none in a folder without times.
    pub(super) clock: Vec<[f64; 2]>,
    /// Unix seconds of the first block; none if the scenario is at no time of its own.
    pub(super) start: Option<f64>,
    /// Numbers of the first and the last block.
    pub(super) all: [f64; 2],
    /// The blocks of the first and the last liquidation; none without any.
    pub(super) cascade: Option<[f64; 2]>,
    /// The first and the last block of each stretch of liquidations, which charts shade.
    pub(super) stretches: Vec<[u64; 2]>,
    /// Labelled blocks: shocks, the lowest price.
    pub(super) rules: Vec<Rule>,
}

/// The JSON that the scripts read.
#[derive(Serialize)]
struct Island<'a> {
    time: Option<&'a Time>,
    charts: Vec<&'a Chart>,
    grids: Vec<&'a Grid>,
}

impl Page {
    /// Returns the file's text.
    pub(super) fn html(&self) -> String {
        let charts = self.sections.iter().flat_map(|section| &section.charts).collect();
        let grids = self.sections.iter().filter_map(|section| section.grid.as_ref()).collect();
        let data = island(&Island { time: self.time.as_ref(), charts, grids });
        let sections: String = self.sections.iter().map(Section::html).collect();
        let body = format!(
            "{}<main>\n{}{sections}</main>\n<script type=\"application/json\" id=\"data\">{data}</script>\n",
            self.header(),
            self.warnings()
        );
        // What could be slipped into the page would have to contain a digest of itself to be run.
        let nonce = blake3::hash(body.as_bytes()).to_hex();
        let policy = format!(
            "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; base-uri 'none'; \
             form-action 'none'"
        );
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
             <link rel=\"icon\" href=\"data:,\">\n<style nonce=\"{nonce}\">\n{style}</style>\n</head>\n<body>\n{body}\
             <script nonce=\"{nonce}\">\n{script}\n}})();\n</script>\n</body>\n</html>\n",
            title = escape(&self.title),
            style = STYLES.concat(),
            script = SCRIPTS.concat(),
        )
    }

    fn header(&self) -> String {
        let links =
            self.sections.iter().map(|section| format!("<a href=\"#{}\">{}</a>", section.id, escape(section.title)));
        let zoom =
            if self.time.is_some() { "<div id=\"zoom\" role=\"group\" aria-label=\"Blocks shown\"></div>" } else { "" };
        format!(
            "<a class=\"skip\" href=\"#summary\">To the summary</a>\n<header>\n<h1>{}</h1>\n<p>{}</p>\n</header>\n\
             <div class=\"tools\"><nav aria-label=\"Sections\">{}</nav><div class=\"row\">{zoom}\
             <button type=\"button\" id=\"scheme\"></button></div></div>\n",
            escape(&self.title),
            prose(&self.subtitle),
            links.collect::<Vec<_>>().concat()
        )
    }

    fn warnings(&self) -> String {
        if self.warnings.is_empty() {
            return String::new();
        }
        let warnings = self.warnings.iter().map(|warning| format!("<li>{}</li>", prose(warning)));
        let warnings = warnings.collect::<Vec<_>>().concat();
        format!(
            "<aside class=\"warnings\" role=\"note\"><p>Before these figures are believed:</p><ul>{warnings}</ul></aside>\n"
        )
    }
}
