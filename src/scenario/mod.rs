//! The RON file: what may be written, what is checked, and how it becomes a world.

mod check;
mod draft;
mod files;
pub mod genesis;
pub mod lists;
mod machine;
mod old_words;
pub mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use check::memory;

use crate::deployments::PoolParams;
use crate::market::price::PriceParams;
use crate::output::copies::Recorded;
use crate::reader::diagnostic::{Diagnostic, Place, Source, is_enough, shorten};
use crate::reader::include::{self, Reader};
use crate::reader::piece::{self, Node, Placed};
use crate::reader::syntax;
use draft::Draft;
use genesis::GenesisError;
use old_words::OLD_WORDS;
use schema::{BaseFeeParams, ChainParams, Scenario, TokenParams};

/// A scenario that can run, with all files that it names read.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// What the file says, the lists of its includes first. Files of recorded prices are relative to `folder`.
    pub scenario: Scenario,
    /// What it is called: its file's name without the ending.
    pub name: String,
    /// The folder of its file, which recorded series are relative to.
    pub folder: PathBuf,
    /// The texts of its includes and its own, and the digests of its recorded series, for a digest: equal on every machine.
    pub resolved: String,
    /// All that they say in one text; recorded series go by the names of their copies.
    pub whole: String,
    /// The recorded series, each once.
    pub series: Vec<Recorded>,
    /// Diagnostics of severity `Warning`.
    pub warnings: Vec<Diagnostic>,
    /// Where what it declares gets its name, by what that is; and where the scenario itself begins.
    places: (BTreeMap<(&'static str, String), Place>, Place),
}

impl Checked {
    /// Says how many agents there are, and about how much memory they take.
    pub fn size(&self) -> String {
        let agents: u64 = self.scenario.agents.iter().map(|agent| u64::from(agent.params().count())).sum();
        let lists = &self.scenario.lists;
        let (pools, banks) = (lists.pools.len(), lists.banks.len());
        let protocols = pools + banks + lists.farms.len() + lists.lending.len() + lists.stablecoins.len();
        let bytes = memory::bytes(&lists.agents, (lists.tokens.len() + pools + banks, protocols));
        format!("{agents} agents, about {} of memory", memory::in_words(bytes))
    }

    /// Returns why its market cannot begin, with the line of what is at fault.
    pub fn diagnostic(&self, error: &GenesisError) -> Diagnostic {
        let (named, begin) = &self.places;
        let about = error.about.as_ref().and_then(|(kind, name)| named.get(&(kind.0, name.clone())));
        let (message, help) = match error.message.split_once("; ") {
            Some((message, help)) => (message, Some(help.to_owned())),
            None => (error.message.as_str(), None),
        };
        Diagnostic::error(about.unwrap_or(begin).clone(), format!("the market cannot begin: {message}")).help(help)
    }
}

/// Reads a scenario's file and everything that it includes.
///
/// # Errors
/// Everything that is wrong with them, in the order of the files and their lines, warnings included.
pub fn read(path: &Path) -> Result<Checked, Vec<Diagnostic>> {
    let mut reader = Reader::new(OLD_WORDS);
    reader.open(path);
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    checked(reader, name, include::folder_of(path))
}

/// Reads a scenario from a text; `folder` is where its includes and price files lie.
///
/// # Errors
/// As [`read`].
pub fn read_text(name: &str, text: &str, folder: &Path) -> Result<Checked, Vec<Diagnostic>> {
    let mut reader = Reader::new(OLD_WORDS);
    reader.take(Source { name: format!("{name}.ron"), text: text.to_owned() }, folder, "");
    checked(reader, name.to_owned(), folder)
}

fn checked(reader: Reader, name: String, folder: &Path) -> Result<Checked, Vec<Diagnostic>> {
    let Reader { files, mut mistakes, mut resolved, incomplete, .. } = reader;
    let known = !incomplete && !Draft::has_strays(&files);
    let mut draft = Draft::read(&files, !incomplete, &mut mistakes);
    if !is_enough(&mistakes) {
        let found = check::all(&draft, &files, known, !mistakes.iter().any(Diagnostic::is_error));
        mistakes.extend(found);
    }
    mistakes.sort_by_cached_key(|mistake| {
        let file = files.iter().position(|file| file.source == mistake.place.source);
        (file, mistake.place.span.start)
    });
    shorten(&mut mistakes);
    if mistakes.iter().any(Diagnostic::is_error) {
        return Err(mistakes);
    }
    let (series, instead) = files::recorded(&named_series(&draft), folder);
    for Recorded { stamp, .. } in &series {
        resolved.extend(["// ", &stamp.from, " ", &stamp.blake3, "\n"]);
    }
    draft.lists.tokens.iter_mut().for_each(|token| resolve(token, folder));
    draft.chain.iter_mut().for_each(|chain| resolve_gas_prices(chain, folder));
    let scenario = draft.finish().expect("what is missing is a mistake");
    let whole = crate::reader::whole::whole(&files, &instead);
    let own = files.last().expect("a scenario was read");
    let places = (check::places(&files), Node { file: own, tree: &own.tree }.head());
    Ok(Checked { places, scenario, name, folder: folder.to_owned(), resolved, whole, series, warnings: mistakes })
}

/// Returns where the scenario names files of recorded prices or gas prices, and what they are called there.
fn named_series<'a>(draft: &Draft<'a>) -> Vec<(Node<'a>, String)> {
    let price = |token: &Placed<'a, TokenParams>| match &token.value.price {
        PriceParams::Replay(params) => Some((token.node.at("price").at("file"), params.file.clone())),
        _ => None,
    };
    let gas_price = |chain: &Placed<'a, ChainParams>| match &chain.value.base_fee {
        BaseFeeParams::Replay(params) => Some((chain.node.at("base_fee").at("file"), params.file.clone())),
        _ => None,
    };
    draft.lists.tokens.iter().filter_map(price).chain(draft.chain.iter().filter_map(gas_price)).collect()
}

/// Names a file of recorded prices as seen from the scenario's folder, whichever included file names it.
fn resolve(token: &mut Placed<TokenParams>, folder: &Path) {
    if let PriceParams::Replay(params) = &mut token.value.price {
        params.file = seen_from(folder, &token.node.file.folder, &params.file);
    }
}

/// Does the same for a file of recorded gas prices.
fn resolve_gas_prices(chain: &mut Placed<ChainParams>, folder: &Path) {
    if let BaseFeeParams::Replay(params) = &mut chain.value.base_fee {
        params.file = seen_from(folder, &chain.node.file.folder, &params.file);
    }
}

fn seen_from(folder: &Path, included: &Path, file: &str) -> String {
    let from_here = included.strip_prefix(folder).unwrap_or(included);
    from_here.join(file).to_string_lossy().into_owned()
}

/// Returns the pools that a scenario's text lists, as far as they can be read.
pub fn pools(text: &str) -> Vec<PoolParams> {
    let (source, mut mistakes) = (Source { name: String::new(), text: text.to_owned() }, Vec::new());
    let Some(file) = syntax::parse(Arc::new(source), Path::new(""), OLD_WORDS, &mut mistakes) else {
        return Vec::new();
    };
    let list = Node { file: &file, tree: &file.tree }.at("pools");
    list.elements().filter_map(|pool| Some(piece::read(pool, &mut mistakes)?.value)).collect()
}

/// Returns what a scenario's text says, field by field; see [`crate::reader::whole::fields`].
pub fn fields(text: &str) -> Option<Vec<(String, String)>> {
    crate::reader::whole::fields(text, OLD_WORDS)
}
