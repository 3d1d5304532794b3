//! What a block's row says of what a fall of a price would make liquidatable.

use crate::accounts::exposed::Exposed;
use crate::deployments::columns::{Group, Moment};
use crate::deployments::liquidation_map::AtRisk;

columns! {
    /// Each worker of a bank and each kind of vault (`<name>_liquidatable_at_10_...`), or each collateral of a lending
    /// market (`<market>_<token>_liquidatable_at_10_...`), and each fall of the price that
    /// `record: (liquidatable_at: [0.1, 0.2, 0.3])` names: what a fall by 10 % would make liquidatable, of the prices of
    /// `liquidation_map.csv`.
    pub struct LiquidatableColumns {
        /// Debt that could then be liquidated.
        #[unit = "numeraire"]
        pub debt_numeraire: f64,
        /// What its collateral would then sell for.
        #[unit = "numeraire"]
        pub collateral_numeraire: f64,
    }
}

impl Group for LiquidatableColumns {
    type Of<'a> = (Exposed, f64, AtRisk);

    const KIND: &'static str = "protocol";

    fn all<'a>(at: &'a Moment<'_, '_, '_>) -> impl Iterator<Item = Self::Of<'a>> {
        let exposed = if at.falls.is_empty() { Vec::new() } else { Exposed::all(at) };
        exposed.into_iter().flat_map(|exposed| {
            let mut found = Vec::new();
            exposed.liquidatable(at, at.falls, &mut found);
            at.falls.iter().zip(found).map(move |(fall, found)| (exposed, *fall, found))
        })
    }

    fn name(at: &Moment, (exposed, fall, _): Self::Of<'_>) -> String {
        // A thousandth of a percent is as fine as a name tells.
        format!("{} liquidatable at {}", exposed.column(at), (fall * 1e5).round() / 1e3)
    }

    fn observe(_: &Moment, (_, _, found): Self::Of<'_>) -> Self {
        Self { debt_numeraire: found.debt, collateral_numeraire: found.collateral }
    }
}
