//! What the page's terms mean. Wherever a term stands first in a section, it links here.

use super::super::html::escape;
use super::Section;

/// A term, as it stands in a sentence, and what it means.
const TERMS: [(&str, &str); 23] = [
    (
        "amplification",
        "A fall, or liquidated debt, in the run over the same in counterfactual 0: 1 where forced sales did nothing.",
    ),
    ("bad debt", "Debt that its collateral does not cover. Realised or open, see there; both are net insolvent debt."),
    ("brought forward", "A liquidation that came sooner than it would have in counterfactual 0."),
    (
        "counterfactual 0",
        "The same run with the same random draws, in which every forced sale is muted: it leaves the pool as it was.",
    ),
    ("CVaR", "Conditional value at risk: the mean over the worst 5 % of runs."),
    (
        "earned",
        "What an agent gained beyond the revaluation of what it was drawn with: trades, fees, rewards, interest, penalties and services, less gas.",
    ),
    ("forced sale", "A sale of collateral that a liquidation brings about."),
    (
        "generation",
        "How many forced sales stand between the scenario and a liquidation: those of generation 0 come without any other's sale, those of generation 1 were brought about by sales of generation 0, and so on.",
    ),
    ("health factor", "What a position may owe over what it owes. Below 1 it may be liquidated."),
    ("impermanent loss", "What liquidity is worth, without fees, less what holding its tokens would be worth."),
    ("LaR", "Liquidations at risk: the liquidated debt that one run in twenty exceeds."),
    (
        "liquidation level",
        "The price, or the fall down to it, at which debt may be liquidated: that of its liquidation price.",
    ),
    ("liquidation price", "The price of its collateral at which a position's health factor is 1, all else equal."),
    (
        "loss versus rebalancing",
        "What holding the same tokens at every moment, traded at outside prices, would have gained more than the liquidity.",
    ),
    ("net insolvent debt", "Realised and open bad debt together, at the end of the run."),
    (
        "open bad debt",
        "What positions owe beyond the worth of their collateral at outside prices, nobody having liquidated them.",
    ),
    (
        "outside price",
        "The price at the external venue: drawn by the dice, or recorded, with the scenario's shocks and what forced sales did to it.",
    ),
    (
        "own capital",
        "What an agent was drawn with, at the prices of the start: before any leverage, loan or deposit, and without money for gas.",
    ),
    ("realised bad debt", "Debt that liquidations wrote off or left unpaid."),
    (
        "revaluation",
        "What the change of outside prices did to the tokens that an agent was drawn with, before any leverage, loan or deposit, and to its money for gas.",
    ),
    ("toxic share", "The share of all debt that a liquidation would not repay in full."),
    ("utilisation", "Debt over what is supplied."),
    ("VaR", "Value at risk: the net insolvent debt that one run in twenty exceeds."),
];

/// Markup inside which no term becomes a link.
const KEPT: [&str; 8] = ["a", "button", "code", "pre", "svg", "summary", "h2", "script"];

/// Returns the section.
pub(in super::super) fn section() -> Section {
    let mut section = Section::new("glossary", "Glossary");
    let term = |(term, means): &(&str, &str)| {
        format!("<dt id=\"{}\">{}</dt><dd>{}</dd>\n", id(term), escape(term), escape(means))
    };
    let terms: String = TERMS.iter().map(term).collect();
    section.before = format!("<dl class=\"glossary\">\n{terms}</dl>\n");
    section
}

fn id(term: &str) -> String {
    format!("term-{}", term.to_lowercase().replace(' ', "-"))
}

/// Returns a section's markup in which the first place of each term is a link to what it means.
pub(in super::super) fn linked(markup: &str) -> String {
    let mut is_linked = [false; TERMS.len()];
    let mut written = String::with_capacity(markup.len() + 1_024);
    // Elements that are open and keep their text, by how often.
    let mut kept: Vec<&str> = Vec::new();
    for part in markup.split_inclusive('>') {
        let (text, tag) = part.split_at(part.find('<').unwrap_or(part.len()));
        if kept.is_empty() {
            link(text, &mut is_linked, &mut written);
        } else {
            written.push_str(text);
        }
        written.push_str(tag);
        let inside = tag.trim_start_matches('<').trim_end_matches('>');
        let name = inside.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        if inside.starts_with('/') {
            if kept.last() == Some(&name) {
                kept.pop();
            }
        } else if !inside.ends_with('/') && KEPT.contains(&name) {
            kept.push(name);
        }
    }
    written
}

/// Writes text with links; of terms that begin at the same place, the longest.
fn link(text: &str, is_linked: &mut [bool; TERMS.len()], written: &mut String) {
    let lower = text.to_ascii_lowercase();
    let is_edge = |place: usize| !lower[..place].ends_with(|letter: char| letter.is_ascii_alphanumeric());
    let ends = |place: usize| {
        let rest = &lower[place..];
        let rest = rest.strip_prefix('s').unwrap_or(rest);
        !rest.starts_with(|letter: char| letter.is_ascii_alphanumeric())
    };
    let mut from = 0;
    loop {
        let found =
            TERMS.iter().enumerate().filter(|(place, _)| !is_linked[*place]).filter_map(|(place, (term, _))| {
                let term = term.to_ascii_lowercase();
                let at = lower[from..]
                    .match_indices(&term)
                    .map(|(at, _)| at + from)
                    .find(|at| is_edge(*at) && ends(at + term.len()))?;
                Some((at, usize::MAX - term.len(), place))
            });
        let Some((at, length, place)) = found.min() else { break };
        let end = at + (usize::MAX - length);
        is_linked[place] = true;
        written.push_str(&text[from..at]);
        written.extend(["<a class=\"term\" href=\"#", &id(TERMS[place].0), "\">", &text[at..end], "</a>"]);
        from = end;
    }
    written.push_str(&text[from..]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_place_of_a_term_is_a_link_and_what_is_kept_stays() {
        let seen = linked(
            "<h2>Bad debt</h2><p title=\"bad debt\">Net insolvent debt, bad debts, bad debt.</p><pre>VaR</pre><p>var, a CVaR</p>",
        );
        assert_eq!(
            seen,
            "<h2>Bad debt</h2><p title=\"bad debt\"><a class=\"term\" href=\"#term-net-insolvent-debt\">Net insolvent debt</a>, \
             <a class=\"term\" href=\"#term-bad-debt\">bad debt</a>s, bad debt.</p><pre>VaR</pre><p>\
             <a class=\"term\" href=\"#term-var\">var</a>, a <a class=\"term\" href=\"#term-cvar\">CVaR</a></p>"
        );
    }
}
