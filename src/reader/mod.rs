//! The text of a scenario: files and their includes, trees in which every piece knows where it stands, values read from
//! them, and what mistakes look like. Knows nothing of what a scenario may say.

mod advice;
mod brackets;
pub mod diagnostic;
pub mod files;
mod foreign;
pub mod format;
mod habits;
pub mod include;
pub mod lacking;
pub mod old_words;
pub mod piece;
pub mod syntax;
pub mod tree;
pub mod whole;
