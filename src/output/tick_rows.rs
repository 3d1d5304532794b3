//! What a block's row says of each pool, oracle, lending market, bank and goblin.

use super::ticks::{
    AssetTick, BankTick, GoblinTick, IlkTick, LendingTick, MakerTick, OracleTick, PoolTick, RangesTick, ReserveTick,
};
use crate::accounts::prices::pool_price;
use crate::agents::view::View;
use crate::chain::ids::{IlkId, TokenId};
use crate::chain::oracles::Feed;
use crate::deployments::alpha_homora::liquidatable::Level;
use crate::deployments::alpha_homora::{BankCell, GoblinCell};
use crate::deployments::amm::PoolCell;
use crate::deployments::lending::LendingCell;
use crate::deployments::maker::MakerCell;
use crate::math::Rad;
use crate::protocol::farm::alpha_homora::PositionId;
use crate::protocol::lending::maker::AuctionId;
use crate::rows::amount::Amount;

pub(super) fn amount(sees: &View, token: TokenId, units: u128) -> Amount {
    Amount { units, decimals: sees.tokens.get(token).decimals }
}

pub(super) fn pool_tick(sees: &View, cell: &PoolCell) -> PoolTick {
    let amm = cell.pool.amm();
    let paid = cell.tokens.iter().zip(&cell.volume).filter(|(_, paid)| **paid > 0);
    PoolTick {
        price: pool_price(sees, cell),
        reserve_0: amount(sees, cell.tokens[0], amm.balance(0)),
        reserve_1: amount(sees, cell.tokens[1], amm.balance(1)),
        volume_numeraire: paid.map(|(token, paid)| sees.worth(*token, *paid)).sum(),
    }
}

/// Returns what a pool holds of its tokens beyond the second.
pub(super) fn reserve_ticks(sees: &View, cell: &PoolCell) -> impl Iterator<Item = ReserveTick> {
    let further = (0_u8..).zip(&cell.tokens).skip(2);
    further.map(|(place, token)| ReserveTick { reserve: amount(sees, *token, cell.pool.amm().balance(place)) })
}

pub(super) fn ranges_tick(cell: &PoolCell) -> Option<RangesTick> {
    let pool = cell.pool.uniswap_v3()?;
    Some(RangesTick { active_liquidity: pool.liquidity() as f64, tick: pool.tick() })
}

pub(super) fn oracle_tick(sees: &View, feed: &Feed) -> OracleTick {
    let price = feed.answer();
    OracleTick { price_numeraire: price, error_ratio: price / sees.venues.price(feed.token) - 1.0 }
}

pub(super) fn lending_tick(sees: &View, cell: &LendingCell) -> LendingTick {
    let level = cell.level(&sees.oracles, &sees.tokens, sees.clock.now());
    let (quantiles, debt) = cell.orders.health_factors(&level, QUANTILES);
    let prices = cell.prices(&sees.oracles);
    let health = |account| cell.lending().health(account, &prices, sees.clock.now()).ok();
    let factors = cell.orders.leaders().filter_map(health).map(|health| health.factor);
    let lowest = factors.reduce(f64::min);
    let quantiles = quantiles.zip(lowest).map(|(quantiles, lowest)| quantiles.map(|at| Some(at.max(lowest))));
    let [p01, p05, p25, p50] = quantiles.unwrap_or_default();
    LendingTick {
        open_loans: cell.orders.open(),
        debt_numeraire: debt,
        health_factor_lowest: lowest,
        health_factor_p01: p01,
        health_factor_p05: p05,
        health_factor_p25: p25,
        health_factor_p50: p50,
        parked: u32::try_from(cell.orders.parked()).unwrap_or(u32::MAX),
    }
}

pub(super) fn asset_tick(sees: &View, cell: &LendingCell, place: u8) -> AssetTick {
    let (lending, now) = (cell.lending(), sees.clock.now());
    let (totals, rates) = (lending.totals(place, now), lending.rates(place, now));
    let token = cell.asset(place).token;
    AssetTick {
        supplied: amount(sees, token, totals.supplied),
        borrowed: amount(sees, token, totals.borrowed),
        idle: amount(sees, token, totals.idle),
        utilisation_ratio: if totals.supplied == 0 { 0.0 } else { totals.borrowed as f64 / totals.supplied as f64 },
        borrow_rate_ratio: rates.borrow,
        supply_rate_ratio: rates.supply,
    }
}

pub(super) fn maker_tick(sees: &View, cell: &MakerCell) -> MakerTick {
    let books = cell.maker.books();
    let dai = |rad: Rad| amount(sees, cell.dai, rad.to_wad_down().unwrap_or(u128::MAX));
    let supply = sees.ledger.total(cell.dai).unwrap_or(u128::MAX);
    MakerTick { dai_supply: amount(sees, cell.dai, supply), surplus: dai(books.vow.dai), bad_debt: dai(books.vow.sin) }
}

pub(super) fn ilk_tick(sees: &View, cell: &MakerCell, number: IlkId) -> IlkTick {
    let (maker, ilk) = (&cell.maker, cell.ilk(number));
    let books = cell.books_at(number, &sees.oracles, sees.clock.now()).ok();
    let owed = books.and_then(|books| Rad::product(books.total_art, books.rate).to_wad_down().ok());
    let lowest = books.and_then(|books| {
        let factors = ilk.orders.leaders().map(|owner| books.health_factor(&cell.vault(number, owner)));
        factors.reduce(f64::min)
    });
    let is_unsafe = sees.liquidatable.of_market(cell.protocol, number.0);
    let lacks = |id: AuctionId| ilk.ledger[id.0 as usize - 1].shortfall().to_f64();
    let sales = maker.sales(number).into_iter().flatten().map(|(id, _)| lacks(id));
    let bids = maker.bids(number).into_iter().flatten().map(|(id, _)| lacks(id));
    IlkTick {
        open_vaults: ilk.orders.open(),
        debt: amount(sees, cell.dai, owed.unwrap_or(u128::MAX)),
        collateral: amount(sees, ilk.gem, maker.gem_held(number).unwrap_or(0)),
        health_factor_lowest: lowest,
        unsafe_vaults: u32::try_from(is_unsafe.len()).unwrap_or(u32::MAX),
        unsafe_debt: is_unsafe.iter().map(|vault| vault.debt).fold(0.0, |sum, debt| sum + debt),
        auctions: u32::try_from(cell.running(number)).unwrap_or(u32::MAX),
        auctioned_debt: sales.chain(bids).fold(0.0, |sum, debt| sum + debt),
    }
}

pub(super) fn bank_tick(sees: &View, cell: &BankCell) -> BankTick {
    let books = cell.books_at(sees.clock.now());
    let rate = cell.bank.params().interest.rate_per_second_wad(books.debt_value, books.balance).unwrap_or(0);
    BankTick {
        debt: amount(sees, cell.base, books.debt_value),
        idle: amount(sees, cell.base, books.balance),
        reserve: amount(sees, cell.base, books.reserve),
        utilisation_ratio: books.debt_value as f64 / (books.debt_value as f64 + books.balance as f64),
        borrow_rate_ratio: rate as f64 / 1e18 * 365.0 * 86_400.0,
    }
}

/// Debt shares at which quantiles of health are read.
const QUANTILES: [f64; 4] = [0.01, 0.05, 0.25, 0.5];

pub(super) fn goblin_tick(sees: &View, cell: &GoblinCell) -> GoblinTick {
    let ground = sees.ground(cell);
    let owed = ground.books.debt_value_down(cell.order.histogram().total()).unwrap_or(0);
    let level = Level::of(&cell.goblin, &ground);
    let quantiles = cell.order.histogram().keys_above(QUANTILES).map(|keys| keys.map(|key| level.health_factor(key)));
    let kill_factor = f64::from(cell.goblin.params().kill_factor_bps) / 10_000.0;
    let mut lowest: Option<f64> = None;
    for id in cell.order.leaders(|least, greatest| level.reach(least, greatest)).map(PositionId) {
        if let Some((debt, health)) = ground.debt_and_health(&cell.goblin, id) {
            let factor = kill_factor * health as f64 / debt as f64;
            lowest = Some(lowest.map_or(factor, |least| least.min(factor)));
        }
    }
    // A bin's middle may lie below the lowest health in it.
    let quantiles = quantiles.zip(lowest).map(|(quantiles, lowest)| quantiles.map(|at| Some(at.max(lowest))));
    let [p01, p05, p25, p50] = quantiles.unwrap_or_default();
    GoblinTick {
        open_positions: cell.order.open(),
        debt: amount(sees, ground.bank.base, owed),
        health_factor_lowest: lowest,
        health_factor_p01: p01,
        health_factor_p05: p05,
        health_factor_p25: p25,
        health_factor_p50: p50,
        parked: u32::try_from(cell.order.parked()).unwrap_or(u32::MAX),
    }
}
