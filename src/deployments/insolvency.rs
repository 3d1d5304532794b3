//! Debt that nothing covers, whatever the protocol.

/// Debts of a protocol that their collateral does not cover and that no liquidation has left unpaid yet.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct OpenShortfall {
    /// In whole numeraire tokens at outside prices, without thresholds.
    pub numeraire: f64,
    /// Positions that owe more than their collateral is worth, those included of which a liquidation has left the rest.
    pub positions: u64,
}

impl OpenShortfall {
    /// Adds a position that owes `debt`, of which a liquidation has left `realised` unpaid and which is still owed, against
    /// collateral of this worth; all in whole numeraire tokens.
    pub fn add(&mut self, debt: f64, realised: f64, collateral: f64) {
        let short = debt - collateral;
        if short > 0.0 {
            self.numeraire += (short - realised).max(0.0);
            self.positions += 1;
        }
    }

    /// Adds a debt of nobody's, in whole numeraire tokens.
    pub fn add_debt(&mut self, numeraire: f64) {
        self.numeraire += numeraire.max(0.0);
    }
}
