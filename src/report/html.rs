//! Text that becomes a page: nothing that a user wrote is ever markup.

use serde::Serialize;

use crate::rows::json;

/// Returns text as it stands between tags or in a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}

/// Returns text as it stands between tags; what is between backticks is code.
pub(super) fn prose(text: &str) -> String {
    let parts: Vec<String> = text.split('`').map(escape).collect();
    let is_code = |place: usize| place % 2 == 1 && place + 1 < parts.len();
    let marked = parts.iter().enumerate().map(|(place, part)| match place {
        _ if is_code(place) => format!("<code>{part}</code>"),
        _ if place % 2 == 1 => format!("`{part}"),
        _ => part.clone(),
    });
    marked.collect()
}

/// Returns JSON that can stand in a `<script>`: no letter of it can end or open a tag or a comment.
pub(super) fn island(content: &impl Serialize) -> String {
    let text = json::compact(content);
    let mut safe = String::with_capacity(text.len());
    for letter in String::from_utf8_lossy(&text).chars() {
        match letter {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            letter => safe.push(letter),
        }
    }
    safe
}

/// A cell of a table.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    /// Escaped when it is written.
    Text(String),
    /// Formatted already; set to the right.
    Number(String),
    /// SVG of [`drawing`], which is not escaped.
    Svg(String),
}

impl Cell {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn number(text: impl Into<String>) -> Self {
        Self::Number(text.into())
    }
}

/// Returns a table. The first cell of a row is its header.
pub(super) fn table(caption: &str, header: &[&str], rows: &[Vec<Cell>]) -> String {
    let is_number = |column: usize| rows.iter().any(|row| matches!(row.get(column), Some(Cell::Number(_))));
    let head: String = header
        .iter()
        .enumerate()
        .map(|(column, name)| {
            let class = if is_number(column) { " class=\"n\"" } else { "" };
            format!("<th scope=\"col\"{class}>{}</th>", escape(name))
        })
        .collect::<Vec<_>>()
        .concat();
    let body: String = rows.iter().map(|cells| row(cells)).collect();
    format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table><caption>{caption}</caption>\
         <thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>\n",
        caption = escape(caption)
    )
}

fn row(cells: &[Cell]) -> String {
    let cells = cells.iter().enumerate().map(|(place, cell)| {
        let (text, class) = match cell {
            Cell::Text(text) => (escape(text), ""),
            Cell::Number(text) => (escape(text), " class=\"n\""),
            Cell::Svg(svg) => (svg.clone(), " class=\"drawn\""),
        };
        if place == 0 { format!("<th scope=\"row\"{class}>{text}</th>") } else { format!("<td{class}>{text}</td>") }
    });
    format!("<tr>{}</tr>", cells.collect::<Vec<_>>().concat())
}

/// A rectangle or a line of a drawing: from and to in shares of its width.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark<'a> {
    /// Its left edge, as a share of the width.
    pub(super) from: f64,
    /// Its right edge, as a share of the width.
    pub(super) to: f64,
    /// Its upper edge, as a share of the height.
    pub(super) top: f64,
    /// As a share of the drawing's height.
    pub(super) height: f64,
    /// Its class in `report.css`, which gives the colour.
    pub(super) class: &'a str,
}

/// Returns a drawing as wide as its cell. `says` is what it shows, for who cannot see it or points at it.
pub(super) fn drawing(marks: &[Mark], says: &str) -> String {
    let rects = marks.iter().map(|mark| {
        let (from, to) = (mark.from.min(mark.to).clamp(0.0, 1.0), mark.from.max(mark.to).clamp(0.0, 1.0));
        format!(
            "<rect class=\"{}\" x=\"{:.2}%\" width=\"{:.2}%\" y=\"{:.0}%\" height=\"{:.0}%\"/>",
            mark.class,
            100.0 * from,
            (100.0 * (to - from)).max(0.25),
            100.0 * mark.top,
            100.0 * mark.height,
        )
    });
    let rects = rects.collect::<Vec<_>>().concat();
    let says = escape(says);
    format!("<svg class=\"bar\" role=\"img\" aria-label=\"{says}\"><title>{says}</title>{rects}</svg>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_user_wrote_is_no_markup() {
        let evil = "</script><img src=x onerror=\"alert('1')\">&\u{2028}";
        let (text, json) = (escape(evil), island(&evil));
        assert_eq!(text, "&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;\u{2028}");
        assert!(!json.contains(['<', '>', '&', '\u{2028}']), "{json}");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), evil, "and reads back as it was");
    }

    #[test]
    fn what_is_between_backticks_is_code() {
        assert_eq!(prose("`a < b` runs, `c` too"), "<code>a &lt; b</code> runs, <code>c</code> too");
        assert_eq!(prose("it`s"), "it`s", "one alone is a letter");
    }

    #[test]
    fn a_table_escapes_its_cells() {
        let seen = table("a & b", &["<x>"], &[vec![Cell::text("<b>"), Cell::number("1")]]);
        assert!(seen.contains("&lt;x&gt;") && seen.contains("&lt;b&gt;") && seen.contains("a &amp; b"), "{seen}");
        assert!(!seen.contains("<b>"), "{seen}");
    }
}
