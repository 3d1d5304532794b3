//! What positions consist of now and which prices decide about them, whatever the protocol.

use plimsoll_protocols::lending::Exposure;
use smallvec::SmallVec;

use super::insolvency::OpenShortfall;
use super::lending::LiquidationPrices;
use super::liquidation_map::{DebtBin, Falls};
use super::view::View;
use crate::chain::ids::{AccountId, ProtocolId, TokenId};
use crate::chain::liquidation::PriceSource;

/// Amounts of several tokens, in smallest units.
pub type TokenAmounts = SmallVec<[(TokenId, u128); 1]>;

/// What a position consists of, and how sound it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Holding {
    /// Collateral, in the order of the market's assets; of a farm's position the base asset first.
    pub collateral: TokenAmounts,
    /// What it owes with interest up to now, likewise.
    pub debt: TokenAmounts,
    /// Its health factor; none without debt.
    pub health_factor: Option<f64>,
    /// The price of its collateral at which its health factor is 1, all else equal; none unless it has one collateral and
    /// one debt of another token.
    pub liquidation_price: Option<f64>,
}

/// A collateral whose price decides about positions of a market.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collateral {
    /// The protocol's market; 0 where there is one.
    pub market: u16,
    /// Its place among the market's assets.
    pub place: u8,
    /// What is posted.
    pub token: TokenId,
    /// What a fall of its price does to health factors.
    pub law: Falls,
}

/// Debt at one health factor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DebtAt {
    /// It may be liquidated below 1.
    pub health_factor: f64,
    /// The debt, worth in whole numeraire tokens.
    pub debt: f64,
    /// Below this health factor a liquidation does not pay all of it.
    pub covered_from: f64,
}

/// The positions of a protocol. Positions are numbered within each of its markets.
pub trait Positions {
    /// Returns the numbers of the positions of a market that stand, ascending.
    fn standing(&self, market: u16) -> Vec<u32>;

    /// Says whether a position stands: it may be liquidated some day, or its owner can take something out of it.
    fn stands(&self, market: u16, position: u32) -> bool;

    /// Returns whose a position is.
    fn owner(&self, position: u32) -> AccountId;

    /// Returns what a position consists of.
    fn holding(&self, market: u16, position: u32) -> Holding;

    /// Returns a position in units that only its own calls change, if its health factor is a weighted sum of collateral
    /// over a sum of debt at the market's liquidation prices.
    fn exposure(&self, market: u16, position: u32) -> Option<Exposure>;

    /// Returns the collaterals whose prices decide about positions, market by market.
    fn collaterals(&self) -> Vec<Collateral>;

    /// Returns every price that the protocol looks at.
    fn priced(&self) -> Vec<(TokenId, PriceSource)>;

    /// Returns the debts that fail with a collateral's price, by health factor, lowest first, and what a unit of them
    /// is worth, in whole numeraire tokens.
    fn exposures(&self, market: u16, place: u8) -> (Vec<DebtBin>, f64);

    /// Calls `add` with the debts of a market.
    fn debts(&self, market: u16, add: &mut dyn FnMut(DebtAt));

    /// Calls `add` with the debts of a market's auctions that run, where it has auctions: their collateral is what is left of
    /// the lot, at the price that decides about the market's positions.
    fn auctioned(&self, _market: u16, _add: &mut dyn FnMut(DebtAt)) {}

    /// Returns what of the protocol's debts nothing covers, beyond what liquidations have left unpaid. It costs something for
    /// each position that may be short of collateral; the order of failing prices finds those.
    fn open_shortfall(&self) -> OpenShortfall;

    /// Returns what all exposures of a market count with now; none where there are no exposures.
    fn liquidation_prices(&self, market: u16) -> Option<LiquidationPrices>;
}

/// Looks at the positions of a protocol.
pub fn positions_of<R>(sees: &View, protocol: ProtocolId, look: impl FnOnce(&dyn Positions) -> R) -> R {
    let (mut look, mut seen) = (Some(look), None);
    let at = sees.protocols.directory.positions[protocol.index()].kept_by;
    sees.protocols.deployment(at).positions(sees, &mut |positions| {
        let look = look.take().expect("a protocol shows its positions once");
        seen = Some(look(positions));
    });
    seen.expect("who is listed with positions shows them")
}
