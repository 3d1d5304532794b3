//! What the contracts' own suite demands, then properties of all calls, then prices.

mod calls;
#[cfg(feature = "decisions")]
mod decisions;
mod properties;
mod published;

use super::*;

/// A million of a coin of 18 decimals.
const MILLION: u128 = 1_000_000 * WHOLE;

/// One of a coin of 18 decimals.
const WHOLE: u128 = 1_000_000_000_000_000_000;

/// The fees of the pools as deployed.
const FEES: Fees = Fees { fee: 4_000_000, admin_fee: 5_000_000_000 };

fn empty<const N: usize>(template: Template, decimals: [u8; N], amplification: u128, fees: Fees) -> StableSwap<N> {
    StableSwap::new(&StableSwapParams { template, decimals, amplification, fees }).unwrap()
}

/// Returns as many whole coins of each as is said, in smallest units.
fn units<const N: usize>(decimals: [u8; N], whole: [u128; N]) -> [u128; N] {
    std::array::from_fn(|coin| whole[coin] * 10_u128.pow(decimals[coin].into()))
}

/// Returns a pool of three coins with a million of each, at the amplification of the contracts' own suite.
fn three_pool(fees: Fees) -> StableSwap<3> {
    let decimals = [18, 6, 6];
    let mut pool = empty(Template::ThreePool, decimals, 720, fees);
    pool.add_liquidity(units(decimals, [1_000_000; 3]), 0, 0).unwrap();
    pool
}

/// Returns a metapool with a million of each coin, and its base pool.
fn gusd(fees: Fees) -> (MetaPool, StableSwap<3>) {
    let mut base = three_pool(fees);
    base.add_liquidity(units([18, 6, 6], [1_000_000; 3]), 0, 0).unwrap();
    let params = MetaParams { decimals: 2, amplification: 1_000, fees };
    let mut meta = MetaPool::new(&params, &base, 0).unwrap();
    meta.add_liquidity(&base, [100_000_000, MILLION], 0, 0).unwrap();
    (meta, base)
}
