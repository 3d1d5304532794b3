//! When agents come and go.

use serde::Deserialize;

use crate::chain::time::TimeSpan;

/// When an agent enters the market.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub enum Entry {
    /// Before the first block, without a transaction.
    #[default]
    Genesis,
    /// By a transaction, at a moment drawn evenly between two times from the start of the run.
    Between(TimeSpan, TimeSpan),
}

/// When an agent leaves the market.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
pub enum Exit {
    /// Never.
    #[default]
    Hold,
    /// By a transaction, at a moment drawn evenly between two times from the start of the run.
    Between(TimeSpan, TimeSpan),
    /// By a transaction, this long after entering; drawn evenly between two lengths.
    After(TimeSpan, TimeSpan),
}
