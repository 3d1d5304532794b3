//! What pages quote stands in the file that they quote, and what they name exists.
//!
//! A page quotes with a line `<!-- quoted from PATH -->` before a code block. Pages in `docs/` show no other code than
//! such, but for commands.

use std::fs;
use std::path::Path;

/// The line before a block that is quoted.
const MARKER: (&str, &str) = ("<!-- quoted from ", " -->");

/// What a path in a page begins with that is looked for in the tree.
const FOLDERS: [&str; 6] = ["src/", "tests/", "crates/", "docs/", "scenarios/", "benches/"];

/// Where pages lie.
const SHELVES: [&str; 5] = ["", "docs", "output", "crates/math", "crates/protocols"];

/// A page's text: code blocks, and the paragraphs between them.
#[derive(Debug, Default)]
struct Page<'p> {
    blocks: Vec<Block<'p>>,
    /// Without its blocks.
    prose: String,
}

/// A fenced block of code.
#[derive(Debug)]
struct Block<'p> {
    /// The number of its first line in the page.
    first_line: usize,
    language: &'p str,
    /// The file that it is quoted from.
    source: Option<&'p str>,
    code: Vec<&'p str>,
}

impl<'p> Page<'p> {
    fn read(text: &'p str) -> Self {
        let mut page = Self::default();
        let mut lines = (1..).zip(text.lines());
        let mut before = "";
        while let Some((number, line)) = lines.next() {
            if let Some(language) = line.trim_start().strip_prefix("```") {
                let source = before.strip_prefix(MARKER.0).and_then(|rest| rest.strip_suffix(MARKER.1));
                let code = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```").collect();
                page.blocks.push(Block { first_line: number + 1, language, source, code });
                before = "";
            } else {
                page.prose.extend([line, "\n"]);
                before = if line.is_empty() { before } else { line.trim() };
            }
        }
        page
    }

    /// Returns the paths that the page names in code, but for patterns.
    fn paths(&self) -> Vec<&str> {
        let spans = self.prose.split("\n\n").flat_map(|paragraph| paragraph.split('`').skip(1).step_by(2));
        let code =
            self.blocks.iter().filter(|block| block.source.is_none()).flat_map(|block| block.code.iter().copied());
        let is_of_a_path = |letter: char| letter.is_alphanumeric() || "_-./*<>".contains(letter);
        let words = spans.chain(code).flat_map(|text| text.split(move |letter| !is_of_a_path(letter)));
        let paths = words.filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)));
        paths.filter(|path| !path.contains(['*', '<'])).map(|path| path.trim_end_matches('.')).collect()
    }
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Returns lines without what all of them are indented by.
fn plain<'l>(lines: &[&'l str]) -> Vec<&'l str> {
    let least = lines.iter().filter(|line| !line.trim().is_empty()).map(|line| indent(line)).min().unwrap_or(0);
    lines.iter().map(|line| line.get(least..).unwrap_or("").trim_end()).collect()
}

/// A line of a quotation that differs from where its file is like it for longest.
struct Difference<'l> {
    /// The line's place in the quotation, from 0.
    at: usize,
    here: &'l str,
    there: &'l str,
}

/// Returns the first line in which code differs from a file; none if it stands there, line after line.
fn difference<'l>(code: &[&'l str], file: &'l str) -> Option<Difference<'l>> {
    let (code, lines) = (plain(code), file.lines().map(str::trim_end).collect::<Vec<_>>());
    let equal = |start: &usize| {
        let Some(inside) = indent(lines[*start]).checked_sub(indent(code[0])) else { return 0 };
        let same = |(here, there): (&&str, &&str)| format!("{:inside$}{here}", "").trim_end() == *there;
        code.iter().zip(&lines[*start..]).take_while(|pair| same(*pair)).count()
    };
    let start = (0..lines.len()).max_by_key(equal).unwrap_or(0);
    let at = if lines.is_empty() { 0 } else { equal(&start) };
    let there = lines.get(start + at).copied().unwrap_or("");
    (at < code.len()).then(|| Difference { at, here: code[at].trim(), there: there.trim() })
}

/// Returns what is wrong with a page, given how to read a file of the tree; none where there is no such file.
fn faults(path: &str, text: &str, file: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let page = Page::read(text);
    let mut found = Vec::new();
    for Block { first_line, language, source, code } in &page.blocks {
        match source.map(|source| (source, file(source))) {
            None if path.starts_with("docs/") && *language != "sh" => {
                found.push(format!("{path}:{first_line}: a block of `{language}` that is quoted from nowhere"));
            }
            None => {}
            Some((source, None)) => {
                found.push(format!("{path}:{first_line}: quoted from {source}, which is not there"));
            }
            Some((source, Some(_))) if code.is_empty() => {
                found.push(format!("{path}:{first_line}: nothing of {source}"));
            }
            Some((source, Some(text))) => {
                if let Some(Difference { at, here, there }) = difference(code, &text) {
                    let number = first_line + at;
                    found.push(format!("{path}:{number}: says `{here}`, and {source} says `{there}`"));
                }
            }
        }
    }
    if text.matches(MARKER.0).count() > page.blocks.iter().filter(|block| block.source.is_some()).count() {
        found.push(format!("{path}: a line says where a block is quoted from, and no block follows"));
    }
    found
}

/// Returns every page by its path, with its text.
fn pages() -> Vec<(String, String)> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let entries = SHELVES.iter().flat_map(|shelf| fs::read_dir(top.join(shelf)).unwrap());
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .map(|path| (path.strip_prefix(top).unwrap().display().to_string(), fs::read_to_string(&path).unwrap()))
        .collect();
    pages.sort();
    pages
}

#[test]
fn what_a_page_quotes_stands_in_the_file() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = |path: &str| fs::read_to_string(top.join(path)).ok();
    let found: Vec<String> = pages().iter().flat_map(|(path, text)| faults(path, text, &file)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_path_that_a_page_names_exists() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = pages();
    let read = pages.iter().map(|(path, text)| (path, Page::read(text))).collect::<Vec<_>>();
    let named = read.iter().flat_map(|(path, page)| page.paths().into_iter().map(move |named| (path, named)));
    let gone: Vec<String> = named
        .filter(|(_, named)| !top.join(named).exists())
        .map(|(path, named)| format!("{path} names {named}, which is not there"))
        .collect();
    assert!(gone.is_empty(), "{}", gone.join("\n"));
}

#[test]
fn a_quotation_that_differs_is_refused() {
    let file = |path: &str| {
        (path == "src/gas.rs").then(|| "impl Gas {\n    fn used() -> u64 {\n        7\n    }\n}\n".to_owned())
    };
    let found = |path: &str, text: &str| faults(path, text, &file).join("\n");
    let page = |code: &str| format!("Gas:\n\n<!-- quoted from src/gas.rs -->\n```rust\n{code}\n```\n");
    for code in ["fn used() -> u64 {\n    7\n}", "    fn used() -> u64 {\n        7  \n    }", "impl Gas {"] {
        assert_eq!(found("docs/gas.md", &page(code)), "", "{code}");
    }
    for (code, why) in [
        ("fn used() -> u64 {\n    8\n}", "docs/gas.md:6: says `8`, and src/gas.rs says `7`"),
        ("fn used() -> u64 {\n}", "docs/gas.md:6: says `}`, and src/gas.rs says `7`"),
        ("fn used() -> u64 {\n7\n}", "docs/gas.md:6: says `7`, and src/gas.rs says `7`"),
        ("fn used() -> u64 {\n    7\n}\n\nfn left() {}", "says ``, and src/gas.rs says `}`"),
    ] {
        assert!(found("docs/gas.md", &page(code)).contains(why), "{code}: {}", found("docs/gas.md", &page(code)));
    }
    for (path, text, why) in [
        ("docs/gas.md", "```rust\nfn used() {}\n```\n", "a block of `rust` that is quoted from nowhere"),
        ("docs/gas.md", "```ron\n(gas: 7)\n```\n", "a block of `ron` that is quoted from nowhere"),
        ("README.md", "<!-- quoted from src/gone.rs -->\n```rust\n7\n```\n", "src/gone.rs, which is not there"),
        ("README.md", "<!-- quoted from src/gas.rs -->\n```rust\n```\n", "nothing of src/gas.rs"),
        ("README.md", "<!-- quoted from src/gas.rs -->\nIt is 7.\n", "no block follows"),
    ] {
        assert!(found(path, text).contains(why), "{path}: {text}: {}", found(path, text));
    }
    for (path, text) in [("docs/gas.md", "```sh\ncargo test\n```\n"), ("README.md", "```rust\nfn used() {}\n```\n")] {
        assert_eq!(found(path, text), "", "{path}: {text}");
    }
}

#[test]
fn paths_are_found_in_code_alone() {
    let text = "`src/a.rs`, `plimsoll run scenarios/b.ron`, src/prose.rs and\n`docs/*.md`, `crates/<name>/`.\n\n\
        ```sh\nplimsoll check benches/c/ --seeds 1\n```\n<!-- quoted from src/d.rs -->\n```rust\nsrc/e.rs\n```\n";
    assert_eq!(Page::read(text).paths(), ["src/a.rs", "scenarios/b.ron", "benches/c/"]);
}
