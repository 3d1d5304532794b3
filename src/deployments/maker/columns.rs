//! What a block's row says of Maker systems.

use plimsoll_math::Rad;
use plimsoll_protocols::lending::maker::IlkId;

use super::{MakerCell, liquidation_prices};
use crate::deployments::columns::{Group, Moment, Tracked};
use crate::rows::amount::Amount;

columns! {
    /// Each Maker system, as `<system>_...`.
    pub struct MakerColumns {
        /// All dai of the run, wherever it is.
        #[unit = "dai"]
        pub dai_supply: Amount,
        /// What fees and auctions have brought: the vow's dai.
        #[unit = "dai"]
        pub surplus: Amount,
        /// Debt that no vault owes any more, that of auctions which run included: the vow's sin.
        #[unit = "dai"]
        pub bad_debt: Amount,
    }
}

impl Group for MakerColumns {
    type Of<'a> = &'a MakerCell;

    const KIND: &'static str = "maker";

    fn all<'a>(at: &'a Moment<'_, '_, '_>) -> impl Iterator<Item = Self::Of<'a>> {
        at.protocols.issuers()
    }

    fn name(at: &Moment, cell: Self::Of<'_>) -> String {
        at.protocols.directory.issuers[cell.id.index()].name.clone()
    }

    fn observe(at: &Moment, cell: Self::Of<'_>) -> Self {
        let state = cell.maker.state();
        let dai = |rad: Rad| at.amount(cell.dai, rad.to_wad_down().unwrap_or(u128::MAX));
        let supply = at.ledger.total(cell.dai).unwrap_or(u128::MAX);
        Self { dai_supply: at.amount(cell.dai, supply), surplus: dai(state.vow.dai), bad_debt: dai(state.vow.sin) }
    }
}

columns! {
    /// Each ilk of each Maker system, as `<ilk>_...`. A vault's health factor is what its collateral carries over
    /// what it owes, at the oracle's price: it may be liquidated below 1.
    pub struct IlkColumns {
        /// Vaults that owe something.
        #[unit = ""]
        pub open_vaults: u32,
        /// What they owe, fees included.
        #[unit = "dai"]
        pub debt: Amount,
        /// All collateral: in vaults, on auction and not yet taken out.
        #[unit = "whole tokens"]
        pub collateral: Amount,
        /// Lowest health factor; missing where nothing is owed.
        #[unit = "ratio"]
        pub health_factor_lowest: Option<f64>,
        /// Vaults that could be liquidated as the block began.
        #[unit = ""]
        pub unsafe_vaults: u32,
        /// What those owed then.
        #[unit = "dai"]
        pub unsafe_debt: f64,
        /// Auctions that are not over.
        #[unit = ""]
        pub auctions: u32,
        /// What they still lack of the debt that they should bring.
        #[unit = "dai"]
        pub auctioned_debt: f64,
    }
}

impl Group for IlkColumns {
    type Of<'a> = (&'a MakerCell, IlkId);

    const KIND: &'static str = "ilk";
    const IS_TRACKED: bool = true;

    fn all<'a>(at: &'a Moment<'_, '_, '_>) -> impl Iterator<Item = Self::Of<'a>> {
        at.protocols.issuers().flat_map(|cell| cell.maker.ilks().map(move |number| (cell, number)))
    }

    fn name(_: &Moment, (cell, number): Self::Of<'_>) -> String {
        cell.ilk(number).name.clone()
    }

    fn observe(at: &Moment, (cell, number): Self::Of<'_>) -> Self {
        let (maker, ilk) = (&cell.maker, cell.ilk(number));
        let state = cell.state_at(number, &at.oracles, at.clock.now()).ok();
        let owed = state.and_then(|state| Rad::product(state.total_art, state.rate).to_wad_down().ok());
        let is_unsafe = at.liquidatable.of_market(cell.protocol, number.0);
        Self {
            open_vaults: ilk.orders.open(),
            debt: at.amount(cell.dai, owed.unwrap_or(u128::MAX)),
            collateral: at.amount(ilk.gem, maker.gem_held(number).unwrap_or(0)),
            health_factor_lowest: lowest(at, cell, number),
            unsafe_vaults: u32::try_from(is_unsafe.len()).unwrap_or(u32::MAX),
            unsafe_debt: is_unsafe.iter().map(|vault| vault.debt).fold(0.0, |sum, debt| sum + debt),
            auctions: u32::try_from(cell.running(number)).unwrap_or(u32::MAX),
            auctioned_debt: cell.auctions_running(number).fold(0.0, |sum, (lacks, _)| sum + lacks),
        }
    }

    fn track(&self, _: Self::Of<'_>, tracked: &mut Tracked) {
        tracked.health_factors.extend(self.health_factor_lowest);
    }

    fn follow(at: &Moment, (cell, number): Self::Of<'_>, tracked: &mut Tracked) {
        tracked.health_factors.extend(lowest(at, cell, number));
    }
}

/// Returns the lowest health factor of an ilk's vaults.
fn lowest(at: &Moment, cell: &MakerCell, number: IlkId) -> Option<f64> {
    let state = cell.state_at(number, &at.oracles, at.clock.now()).ok()?;
    let health = |owner| Some(state.health_factor(&cell.vault(number, owner)));
    cell.ilk(number).orders.lowest(&liquidation_prices(&state), health)
}
