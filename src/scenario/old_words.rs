//! The words that scenario files were written with in earlier versions.

use crate::reader::old_words::OldWord;

/// Each by the path to it, and the word that took its place. Files that use them still read, with a warning.
pub(super) const OLD_WORDS: &[OldWord] = &[
    ("agents.BankLender", "FarmLender"),
    ("agents.Liquidator", "FarmLiquidator"),
    ("agents.LoanLiquidator", "LendingLiquidator"),
    ("agents.Arbitrageur.margin", "min_profit"),
    ("agents.FarmLiquidator.margin", "min_profit"),
    ("agents.Harvester.margin", "min_profit"),
    ("agents.Keeper.margin", "min_profit"),
    ("agents.LendingLiquidator.margin", "min_profit"),
    ("agents.Searcher.margin", "min_profit"),
];
