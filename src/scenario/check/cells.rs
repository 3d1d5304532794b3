//! Names that become cells of tables: nothing that a spreadsheet would run, nothing that cannot be seen.

use crate::reader::diagnostic::Diagnostic;
use crate::reader::piece::Node;
use crate::reader::syntax::File;

/// What a cell begins with that a spreadsheet reads as a formula, the wide forms of East Asian scripts included
/// (OWASP, "CSV Injection").
const BEGINS_FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Returns what is wrong with the names that files give to things.
pub(super) fn refused(files: &[File]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for file in files {
        file.tree.visit(&mut |tree| found.extend(tree.get("name").and_then(|tree| fault(Node { file, tree }))));
    }
    found
}

fn fault(node: Node) -> Option<Diagnostic> {
    let name = node.string()?;
    let first = name.trim_start_matches(' ').chars().next()?;
    if BEGINS_FORMULA.contains(&first) {
        let message = format!("a spreadsheet would run this name, since it begins with `{}`", shown(first));
        return Some(Diagnostic::error(node.place(), message).expected("expected a letter or a digit first"));
    }
    let hidden = name.chars().find(|c| is_hidden(*c))?;
    let message = format!("`{}` in a name", shown(hidden));
    Some(Diagnostic::error(node.place(), message).expected("expected characters that can be seen"))
}

fn shown(letter: char) -> String {
    if letter.is_ascii() || is_hidden(letter) { letter.escape_default().to_string() } else { letter.to_string() }
}

/// Whether a character controls a line, or the direction of writing, or has no width.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
