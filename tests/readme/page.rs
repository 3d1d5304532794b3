//! The page in its parts: commands, and the blocks of text that show what they print.

/// What a block of text shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// What this command prints.
    Command(String),
    /// The crash with its forced sales and without.
    MutedForcedSales,
    /// The crash with room for all of its liquidations and for parts of them.
    RoomForLiquidations,
}

/// What stands before the blocks that no command prints.
const DRAWN: [(&str, Block); 2] = [
    ("Both runs from block", Block::MutedForcedSales),
    ("with room for all of its liquidations", Block::RoomForLiquidations),
];

const TEXT: &str = "```text\n";
const SHELL: &str = "```sh\n";
const END: &str = "```";

/// Returns the page with each block of text replaced by what `make` makes of it. A command without a block of text before the
/// next one is run for what it leaves.
pub(super) fn rewritten(page: &str, mut make: impl FnMut(&Block) -> Option<String>) -> String {
    let (mut rewritten, mut rest, mut printed) = (String::new(), page, None);
    while let Some(at) = rest.find(END) {
        let (before, fence) = rest.split_at(at);
        let (opening, inside) = fence.split_at(fence.find('\n').expect("a fence is a line") + 1);
        let end = inside.find(END).expect("a block ends");
        let (inside, after) = (&inside[..end], &inside[end + END.len()..]);
        if opening == SHELL {
            printed = inside.lines().fold(None, |_, command| make(&Block::Command(command.to_owned())));
        }
        let drawn = || {
            let paragraph = before.trim_end().rsplit("\n\n").next().unwrap_or("");
            DRAWN.iter().find(|(words, _)| paragraph.contains(words)).and_then(|(_, block)| make(block))
        };
        let text = if opening == TEXT { printed.take().or_else(drawn) } else { None };
        let inside = text.map_or(inside.to_owned(), |text| format!("{}\n", text.trim_end()));
        rewritten.extend([before, opening, &inside, END]);
        rest = after;
    }
    rewritten + rest
}

/// Returns the blocks of text.
pub(super) fn texts(page: &str) -> impl Iterator<Item = &str> {
    page.split(TEXT).skip(1).map(|text| text.split(END).next().expect("a split has a part"))
}

/// Joins words by single spaces: a page may break a line that the program does not.
pub(super) fn one_spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns pairs of texts, each below the other.
pub(super) fn beside(pairs: &[(&str, &str)]) -> String {
    let beside = pairs.iter().map(|(shown, printed)| format!("{shown}\n--- and\n{printed}\n"));
    beside.collect::<Vec<_>>().concat()
}

/// The most characters that a line of prose has on the page.
const WIDTH: usize = 120;

/// Breaks lines of prose that are wider than the page; rows of tables, which have columns, are left whole.
pub(super) fn wrapped(text: &str) -> String {
    let mut wrapped = String::new();
    for line in text.lines() {
        if line.chars().count() <= WIDTH || line.contains("  ") {
            wrapped += line;
        } else {
            let mut width = 0;
            for word in line.split(' ') {
                let next = width + 1 + word.chars().count();
                let breaks = width > 0 && next > WIDTH;
                wrapped += if breaks {
                    "\n"
                } else if width > 0 {
                    " "
                } else {
                    ""
                };
                wrapped += word;
                width = if breaks {
                    word.chars().count()
                } else if width > 0 {
                    next
                } else {
                    next - 1
                };
            }
        }
        wrapped.push('\n');
    }
    wrapped
}

#[test]
fn what_is_shown_below_a_command_is_what_it_prints() {
    let page = "```sh\nplimsoll a\n```\nwords\n```text\nold\n```\n```ron\nkept\n```\n```text\nstays\n```\n";
    let made = |block: &Block| (*block == Block::Command("plimsoll a".into())).then(|| "new\n".to_owned());
    assert_eq!(rewritten(page, made), page.replace("old", "new"));
    assert_eq!(rewritten(page, |_| None), page);
    assert_eq!(texts(page).collect::<Vec<_>>(), ["old\n", "stays\n"]);
}

#[test]
fn prose_is_broken_and_tables_are_not() {
    let prose = "word ".repeat(40);
    assert!(wrapped(prose.trim_end()).lines().all(|line| line.len() <= WIDTH));
    assert_eq!(one_spaced(&wrapped(&prose)), one_spaced(&prose));
    let row = format!("{}  {}", "a".repeat(100), "b".repeat(100));
    assert_eq!(wrapped(&row), row + "\n");
}
