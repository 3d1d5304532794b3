//! A scenario in one text, with what it includes, and that text field by field.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::diagnostic::Source;
use super::old_words::OldWord;
use super::syntax::{self, File};
use super::tree::{Kind, Tree};

/// A text that stands in place of what a file has at a span.
#[derive(Debug, Clone)]
pub struct Instead {
    /// The file.
    pub source: Arc<Source>,
    /// The bytes that it takes the place of.
    pub span: Range<usize>,
    /// What is written there.
    pub text: String,
}

/// Returns the text of a span of a file, with what stands in place of parts of it.
fn text_of(file: &File, span: Range<usize>, instead: &[Instead]) -> String {
    let mut text = file.source.text[span.clone()].to_owned();
    let mut inside: Vec<&Instead> = instead.iter().filter(|one| Arc::ptr_eq(&one.source, &file.source)).collect();
    inside.retain(|one| span.start <= one.span.start && one.span.end <= span.end);
    inside.sort_by_key(|one| one.span.start);
    for one in inside.into_iter().rev() {
        text.replace_range(one.span.start - span.start..one.span.end - span.start, &one.text);
    }
    text
}

/// Returns one text that says all that the files say, but for what stands in place of it: the scenario's own if it includes nothing, otherwise its fields
/// with the lists of its includes before its own. Comments between list elements and fields are lost then; what it says of
/// itself, above its fields, stays.
pub fn whole(files: &[File], instead: &[Instead]) -> String {
    let Some((own, included)) = files.split_last() else { return String::new() };
    if included.is_empty() {
        return text_of(own, 0..own.source.text.len(), instead);
    }
    let mut fields: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for file in files {
        let text = |tree: &Tree| text_of(file, tree.span.clone(), instead);
        for field in file.tree.fields().iter().filter(|field| field.name != "include") {
            if !order.contains(&field.name.as_str()) {
                order.push(&field.name);
            }
            let values = fields.entry(&field.name).or_default();
            match &field.value.kind {
                Kind::List(elements) => values.extend(elements.iter().map(|element| text(&element.value))),
                _ => *values = vec![text(&field.value)],
            }
        }
    }
    let written = order.into_iter().map(|name| {
        let mut trees = files.iter().filter_map(|file| file.tree.get(name));
        let values = &fields[name];
        if trees.any(|tree| matches!(tree.kind, Kind::List(_))) {
            format!("    {name}: [\n        {},\n    ],\n", values.join(",\n        "))
        } else {
            format!("    {name}: {},\n", values[0])
        }
    });
    let above = own.source.text[..own.tree.span.start].lines().filter(|line| line.starts_with("//"));
    let above: String = above.flat_map(|line| [line, "\n"]).collect();
    format!("{above}Scenario(\n{})\n", written.collect::<Vec<_>>().concat())
}

/// Returns what a scenario's text says, field by field: `agents.farmers.count` and `2000`. Elements of a list go by their
/// names, or by what they are about, the second of one name as `ETH (2)`, or by their place; old words as those that took their place. None if it is no
/// scenario.
pub fn fields(text: &str, words: &[OldWord]) -> Option<Vec<(String, String)>> {
    let source = Source { name: String::new(), text: text.to_owned() };
    let mut mistakes = Vec::new();
    let file = syntax::parse(Arc::new(source), Path::new(""), words, &mut mistakes)?;
    let mut found = Vec::new();
    list(&file, &file.tree, "", &mut found);
    Some(found)
}

fn list(file: &File, tree: &Tree, path: &str, found: &mut Vec<(String, String)>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match &tree.kind {
        Kind::Struct(fields) => {
            let head = file.word(&tree.head);
            if head != "(" && !path.is_empty() {
                found.push((path.to_owned(), head.to_owned()));
            }
            for field in fields {
                list(file, &field.value, &below(&field.name), found);
            }
        }
        Kind::List(elements) if elements.iter().any(|element| !element.value.fields().is_empty()) => {
            let mut times: BTreeMap<String, u32> = BTreeMap::new();
            for (element, place) in elements.iter().zip(1..) {
                let tree = &element.value;
                let named = ["name", "token"].iter().find_map(|field| tree.get(field));
                let name = named.map(|name| file.word(&name.span).trim_matches('"').to_owned());
                let name = name.unwrap_or_else(|| place.to_string());
                let time = times.entry(name.clone()).and_modify(|time| *time += 1).or_insert(1);
                let name = if *time == 1 { name } else { format!("{name} ({time})") };
                list(file, tree, &below(&name), found);
            }
        }
        Kind::Leaf | Kind::List(_) | Kind::Tuple(_) => {
            found.push((path.to_owned(), plain(file.word(&tree.span))));
        }
    }
}

/// Returns a value's text on one line, numbers without underscores.
fn plain(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or("").trim());
    let line = lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    if line.contains('"') { line } else { line.replace('_', "") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> File {
        let source = Arc::new(Source { name: String::new(), text: text.to_owned() });
        syntax::parse(source, Path::new(""), &[], &mut Vec::new()).unwrap()
    }

    #[test]
    fn what_is_included_stands_in_the_whole_text() {
        let market = file(r#"(tokens: [(name: "ETH", decimals: 18)])"#);
        let own = file("(include: [\"market.ron\"], blocks: 7, tokens: [(name: \"UNI\", decimals: 9)])");
        let text = whole(&[market, own], &[]);
        let told = fields(&text, &[]).unwrap();
        let expected = [
            ("tokens.ETH.name", "\"ETH\""),
            ("tokens.ETH.decimals", "18"),
            ("tokens.UNI.name", "\"UNI\""),
            ("tokens.UNI.decimals", "9"),
            ("blocks", "7"),
        ];
        assert_eq!(told, expected.map(|(path, value)| (path.to_owned(), value.to_owned())));
    }

    #[test]
    fn values_are_compared_and_not_how_they_are_typed() {
        let told = |text: &str| fields(text, &[]).unwrap();
        let one = told("(blocks: 14_400, size: Uniform(1, 2), // note\n knots: [1, 2], price: Gbm(start: 1_000))");
        let other = told("(blocks: 14400, size: Uniform(1, 2), knots: [1, 2],\n price: Gbm(\n start: 1000))");
        assert_eq!(one, other);
        assert_eq!(one[3], ("price".to_owned(), "Gbm".to_owned()));
        assert_ne!(one, told("(blocks: 14400, size: Uniform(1, 3), knots: [1, 2], price: Gbm(start: 1000))"));
    }

    #[test]
    fn elements_of_one_name_are_told_apart() {
        let told = fields(
            r#"(shocks: [Crash(token: "ETH", size: 1), Pump(token: "ETH", size: 2), Crash(token: "UNI")])"#,
            &[],
        );
        let told = told.unwrap().into_iter().map(|(path, value)| format!("{path} {value}")).collect::<Vec<_>>();
        let expected = [
            "shocks.ETH Crash",
            "shocks.ETH.token \"ETH\"",
            "shocks.ETH.size 1",
            "shocks.ETH (2) Pump",
            "shocks.ETH (2).token \"ETH\"",
            "shocks.ETH (2).size 2",
            "shocks.UNI Crash",
            "shocks.UNI.token \"UNI\"",
        ];
        assert_eq!(told, expected);
    }
}
