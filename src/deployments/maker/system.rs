//! Maker in the world: the system with its tokens and oracles, its vaults in the order in which they fail, and what
//! became of its auctions.
//!
//! A vault is an account's urn of an ilk. Every call to an ilk first reads its oracle and counts its fees, as if somebody
//! had called `poke` and `drip` in the same second: vaults are judged by the answer that stands and by what they owe now.

use plimsoll_math::{MathError, Rad, Ray, WAD};
use plimsoll_protocols::lending::maker::{AuctionId, IlkId, IlkState, Maker, MakerError, Position};
use plimsoll_protocols::lending::{Exposure, Indices};
use smallvec::{SmallVec, smallvec};

use super::deployment::CallBefore;
use crate::chain::families::cdp::AuctionRow;
use crate::chain::ids::{AccountId, DeploymentId, FeedId, IssuerId, PositionKey, ProtocolId, TokenId};
use crate::chain::oracles::Oracles;
use crate::deployments::deployed::Protocols;
use crate::deployments::lending::{LiquidationPrices, LoanOrders};

/// Dai that vaults outside the run have issued, in smallest units: more than wallets, pools and the external venue will
/// ever bring. An adapter takes no dai that it does not know of.
pub const ELSEWHERE: u128 = 1_000_000_000_000 * WAD;

/// A Maker system.
#[derive(Debug, Clone)]
pub struct MakerCell {
    /// The address that calls to it name.
    pub at: DeploymentId,
    /// Its place among the scenario's issuers.
    pub id: IssuerId,
    /// Its id among the protocols with positions.
    pub protocol: ProtocolId,
    /// The account of its adapters, which hold all collateral.
    pub account: AccountId,
    /// The dai token, of 18 decimals.
    pub dai: TokenId,
    /// The contract's state.
    pub maker: Maker,
    /// What the world knows of its ilks, by number.
    pub ilks: Vec<IlkCell>,
    /// What the transaction that runs may have changed, as it was; empty between transactions.
    pub undo: Vec<CallBefore>,
}

/// An ilk in the world.
#[derive(Debug, Clone)]
pub struct IlkCell {
    /// What the scenario calls it.
    pub name: String,
    /// The token that is locked.
    pub gem: TokenId,
    /// The feed that its oracle reads.
    pub feed: FeedId,
    /// Smallest units of vat collateral (wads) in one of the token.
    pub wads_per_unit: u128,
    /// How its collateral is sold.
    pub auctions: AuctionKind,
    /// Its vaults in the order in which they fail.
    pub orders: LoanOrders,
    /// What became of each auction, the first one first.
    pub ledger: Vec<AuctionRow>,
}

/// How an ilk's collateral is sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuctionKind {
    /// The price falls until somebody takes it.
    Dutch,
    /// Bidders outbid each other.
    English,
}

impl MakerCell {
    /// Returns the key of an account's vault.
    pub fn key(&self, ilk: IlkId, owner: AccountId) -> PositionKey {
        PositionKey { protocol: self.protocol, market: ilk.0, position: owner.0 }
    }

    /// Counts [`ELSEWHERE`] dai as issued before the first block.
    ///
    /// # Errors
    /// They do not fit beside what there is.
    pub fn count_dai_from_elsewhere(&mut self) -> Result<(), MakerError> {
        self.maker.endow_at_genesis(self.account, Rad::from_wad(ELSEWHERE))?;
        self.maker.dai_exit(self.account, ELSEWHERE)?;
        Ok(())
    }

    /// Returns what the run's vaults and auctions have minted less what they have burnt, as the adapter knows it.
    ///
    /// # Errors
    /// It does not fit.
    pub fn dai_minted(&self) -> Result<i128, MakerError> {
        let outside = i128::try_from(self.maker.dai_outside()?);
        Ok(outside.map_err(|_| MathError::TooWide { bits: 128, fits: 127 })? - ELSEWHERE.cast_signed())
    }

    /// Returns what the world knows of an ilk.
    pub fn ilk(&self, ilk: IlkId) -> &IlkCell {
        &self.ilks[usize::from(ilk.0)]
    }

    /// Returns the same, to write.
    pub fn ilk_mut(&mut self, ilk: IlkId) -> &mut IlkCell {
        &mut self.ilks[usize::from(ilk.0)]
    }

    /// Returns the number of the ilk of this name.
    pub fn named(&self, name: &str) -> Option<IlkId> {
        (0..).zip(&self.ilks).find(|(_, ilk)| ilk.name == name).map(|(index, _)| IlkId(index))
    }

    /// Returns what the oracle of an ilk says, as the system takes it; none while it says nothing.
    fn price(&self, ilk: IlkId, oracles: &Oracles) -> Option<u128> {
        Some(oracles.feed(self.ilk(ilk).feed).answer_wad).filter(|price_wad| *price_wad > 0)
    }

    /// Reads an ilk's oracle and counts its fees.
    ///
    /// # Errors
    /// A number does not fit. Something may have been written.
    pub fn update(&mut self, ilk: IlkId, oracles: &Oracles, now: u64) -> Result<(), MakerError> {
        let (price, state) = (self.price(ilk, oracles), *self.maker.ilk_state(ilk)?);
        if state.price_wad != price {
            self.maker.set_price(ilk, price)?;
            self.maker.poke(ilk)?;
        }
        if state.rho != now {
            self.maker.drip(ilk, now)?;
        }
        Ok(())
    }

    /// Returns an ilk's state as [`MakerCell::update`] would leave them.
    ///
    /// # Errors
    /// A number does not fit.
    pub fn state_at(&self, ilk: IlkId, oracles: &Oracles, now: u64) -> Result<IlkState, MakerError> {
        let (price_wad, state) = (self.price(ilk, oracles), *self.maker.ilk_state(ilk)?);
        let spot = self.maker.spot_at(ilk, price_wad)?;
        Ok(IlkState { price_wad, spot, rate: self.maker.rate_at(ilk, now)?, ..state })
    }

    /// Returns an account's vault.
    pub fn vault(&self, ilk: IlkId, owner: AccountId) -> Position {
        self.maker.position(ilk, owner).unwrap_or_default()
    }

    /// Returns surplus less bad debt, in whole dai.
    pub fn net_surplus(&self) -> f64 {
        let vow = &self.maker.state().vow;
        vow.dai.to_f64() - vow.sin.to_f64()
    }

    /// Puts an account's vault where it belongs in the order; out of it if it owes nothing.
    pub fn reorder(&mut self, ilk: IlkId, owner: AccountId, state: &IlkState) {
        let exposure = exposure_of(&self.vault(ilk, owner));
        let orders = &mut self.ilk_mut(ilk).orders;
        if !orders.has_class(&exposure) {
            orders.open_class(&exposure, liquidation_prices(state));
        }
        orders.set(owner, &exposure);
    }

    /// Says whether there is anything of an ilk for a keeper to do: an auction that is not over.
    pub fn auctions_run(&self, ilk: IlkId) -> bool {
        self.running(ilk) > 0
    }

    /// Returns, of each auction of an ilk that is not over, what it still lacks of its debt in whole dai, and the collateral that
    /// it sells in wads.
    pub fn auctions_running(&self, ilk: IlkId) -> impl Iterator<Item = (f64, u128)> {
        let lacks = move |id: AuctionId| self.ilk(ilk).ledger[id.0 as usize - 1].shortfall().to_f64();
        let sales = self.maker.sales(ilk).into_iter().flatten().map(|(id, sale)| (id, sale.lot));
        let bids = self.maker.bids(ilk).into_iter().flatten().map(|(id, bid)| (id, bid.lot));
        sales.chain(bids).map(move |(id, lot)| (lacks(id), lot))
    }

    /// Says whether an auction of an ilk is not over.
    pub fn runs(&self, ilk: IlkId, auction: AuctionId) -> bool {
        match self.ilk(ilk).auctions {
            AuctionKind::Dutch => self.maker.sales(ilk).into_iter().flatten().any(|(number, _)| number == auction),
            AuctionKind::English => self.maker.bids(ilk).into_iter().flatten().any(|(number, _)| number == auction),
        }
    }

    /// Returns how many auctions of an ilk are not over.
    pub fn running(&self, ilk: IlkId) -> usize {
        match self.ilk(ilk).auctions {
            AuctionKind::Dutch => self.maker.sales(ilk).map_or(0, |sales| sales.len()),
            AuctionKind::English => self.maker.bids(ilk).map_or(0, |bids| bids.len()),
        }
    }
}

impl Protocols<'_, '_> {
    /// Returns surplus less bad debt of all systems together, in whole dai.
    pub fn net_surplus(&self) -> f64 {
        self.issuers().map(MakerCell::net_surplus).sum()
    }
}

/// Returns the system that has the ilk of this name, and its number there; scenarios are checked for it.
pub fn ilk_named<'p>(protocols: &'p Protocols, name: &str) -> (&'p MakerCell, IlkId) {
    let found = protocols.issuers().find_map(|cell| Some((cell, cell.named(name)?)));
    found.expect("checked: the scenario names only what it holds")
}

impl IlkCell {
    /// Returns vat collateral in the token's smallest units, rounded **down**: what an adapter can give out for it.
    pub fn tokens_down(&self, wad: u128) -> u128 {
        wad / self.wads_per_unit
    }

    /// Returns vat collateral in the token's smallest units, parts of them included.
    pub fn tokens(&self, wad: u128) -> f64 {
        wad as f64 / self.wads_per_unit as f64
    }
}

/// Returns dai inside in the token's smallest units, rounded **up**: what must be joined for it.
///
/// # Errors
/// It does not fit.
pub fn dai_up(dai: Rad) -> Result<u128, MathError> {
    dai.div_up(Ray::ONE)
}

/// Returns what a vault consists of: wads of collateral, and normalised debt.
pub fn exposure_of(vault: &Position) -> Exposure {
    let leg = |place: u8, wad: u128| if wad > 0 { smallvec![(place, wad as f64)] } else { SmallVec::new() };
    Exposure { collateral: leg(0, vault.ink), debt: leg(1, vault.art) }
}

/// Returns what an ilk's vaults count with: what a wad of collateral may owe, and what a wad of normalised debt owes, in
/// whole dai. The vat rounds nothing.
pub fn liquidation_prices(state: &IlkState) -> LiquidationPrices {
    prices_at(state, state.spot.to_f64() / 1e18, 1.0)
}

/// Returns the same where a wad of collateral may owe `gem`, and a whole dai is worth `dai`.
pub fn prices_at(state: &IlkState, gem: f64, dai: f64) -> LiquidationPrices {
    let nothing = Indices { collateral: 0.0, debt: 0.0 };
    let owed = state.rate.to_f64() / 1e18 * dai;
    LiquidationPrices::exact([Indices { collateral: gem, ..nothing }, Indices { debt: owed, ..nothing }])
}
