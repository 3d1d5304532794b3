//! Every call there is, made to a metapool and its base pool, and booked from the receipts alone.

use proptest::prelude::*;

use super::*;

/// Something that can be asked of the two pools.
#[derive(Debug, Clone, Copy)]
pub(super) enum Call {
    Exchange(Which, usize, usize, u128),
    Underlying(usize, usize, u128),
    Add(Which, [u128; 3]),
    Remove(Which, u128),
    RemoveImbalance(Which, [u128; 3]),
    RemoveOne(Which, u128, usize),
    WithdrawAdminFees(Which),
    DonateAdminFees(Which),
    Donate(Which, usize, u128),
    Ramp(Which, u128, u64),
    StopRamp(Which),
}

/// One of the two pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    Meta,
    Base,
}

/// What a ledger would say: what the pools hold, and how many liquidity tokens exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ledger {
    meta: [u128; 2],
    base: [u128; 3],
    meta_supply: u128,
    base_supply: u128,
}

impl Ledger {
    /// Returns what the pools themselves say.
    pub(super) fn of(meta: &MetaPool, base: &StableSwap<3>) -> Self {
        Self {
            meta: meta.holdings(),
            base: base.holdings(),
            meta_supply: meta.total_supply(),
            base_supply: base.total_supply(),
        }
    }

    /// Returns base tokens that are not the metapool's.
    fn base_tokens_outside(&self) -> u128 {
        self.base_supply - self.meta[1]
    }
}

fn traded<const N: usize>(held: &mut [u128; N], receipt: Exchanged) {
    held[receipt.coin_in] += receipt.amount_in;
    held[receipt.coin_out] -= receipt.amount_out;
}

fn added<const N: usize>(held: &mut [u128; N], supply: &mut u128, receipt: Added<N>) {
    (0..N).for_each(|coin| held[coin] += receipt.paid[coin]);
    *supply += receipt.minted;
}

fn removed<const N: usize>(held: &mut [u128; N], supply: &mut u128, receipt: Removed<N>) {
    (0..N).for_each(|coin| held[coin] -= receipt.taken[coin]);
    *supply -= receipt.burned;
}

fn withdrawn<const N: usize>(held: &mut [u128; N], fees: [u128; N]) {
    (0..N).for_each(|coin| held[coin] -= fees[coin]);
}

impl Call {
    /// Makes the call, and books what its receipt names. Whoever calls owns all liquidity tokens outside the pools.
    pub(super) fn make(
        self,
        meta: &mut MetaPool,
        base: &mut StableSwap<3>,
        ledger: &mut Ledger,
        now: u64,
    ) -> Result<(), CurveError> {
        use Which::{Base, Meta};
        match self {
            Self::Exchange(Base, i, j, paid) => traded(&mut ledger.base, base.exchange(i, j, paid, 0, now)?),
            Self::Exchange(Meta, i, j, paid) => {
                let paid = if i == 1 { paid.min(ledger.base_tokens_outside()) } else { paid };
                traded(&mut ledger.meta, meta.exchange(base, i, j, paid, 0, now)?);
            }
            Self::Underlying(i, j, paid) => ledger.underlying(meta.exchange_underlying(base, i, j, paid, 0, now)?),
            Self::Add(Base, paid) => {
                added(&mut ledger.base, &mut ledger.base_supply, base.add_liquidity(paid, 0, now)?);
            }
            Self::Add(Meta, [paid, tokens, _]) => {
                let paid = [paid, tokens.min(ledger.base_tokens_outside())];
                added(&mut ledger.meta, &mut ledger.meta_supply, meta.add_liquidity(base, paid, 0, now)?);
            }
            Self::Remove(Base, liquidity) => {
                let liquidity = liquidity.min(ledger.base_tokens_outside());
                removed(&mut ledger.base, &mut ledger.base_supply, base.remove_liquidity(liquidity, [0; 3])?);
            }
            Self::Remove(Meta, liquidity) => {
                removed(&mut ledger.meta, &mut ledger.meta_supply, meta.remove_liquidity(liquidity, [0; 2])?);
            }
            Self::RemoveImbalance(Base, taken) => {
                let receipt = base.remove_liquidity_imbalance(taken, ledger.base_tokens_outside(), now)?;
                removed(&mut ledger.base, &mut ledger.base_supply, receipt);
            }
            Self::RemoveImbalance(Meta, [taken, tokens, _]) => {
                let receipt = meta.remove_liquidity_imbalance(base, [taken, tokens], u128::MAX, now)?;
                removed(&mut ledger.meta, &mut ledger.meta_supply, receipt);
            }
            Self::RemoveOne(Base, liquidity, coin) => {
                let liquidity = liquidity.min(ledger.base_tokens_outside());
                let receipt = base.remove_liquidity_one_coin(liquidity, coin, 0, now)?;
                removed(&mut ledger.base, &mut ledger.base_supply, receipt);
            }
            Self::RemoveOne(Meta, liquidity, coin) => {
                let receipt = meta.remove_liquidity_one_coin(base, liquidity, coin, 0, now)?;
                removed(&mut ledger.meta, &mut ledger.meta_supply, receipt);
            }
            Self::WithdrawAdminFees(Base) => withdrawn(&mut ledger.base, base.withdraw_admin_fees()),
            Self::WithdrawAdminFees(Meta) => withdrawn(&mut ledger.meta, meta.withdraw_admin_fees()),
            Self::DonateAdminFees(Base) => drop(base.donate_admin_fees()),
            Self::DonateAdminFees(Meta) => drop(meta.donate_admin_fees()),
            Self::Donate(Base, coin, given) => {
                base.donate(coin, given)?;
                ledger.base[coin] += given;
            }
            Self::Donate(Meta, coin, given) => {
                let given = if coin == 1 { given.min(ledger.base_tokens_outside()) } else { given };
                meta.donate(coin, given)?;
                ledger.meta[coin] += given;
            }
            Self::Ramp(Base, amplification, until) => base.ramp_a(amplification, until, now)?,
            Self::Ramp(Meta, amplification, until) => meta.ramp_a(amplification, until, now)?,
            Self::StopRamp(Base) => base.stop_ramp_a(now)?,
            Self::StopRamp(Meta) => meta.stop_ramp_a(now)?,
        }
        Ok(())
    }
}

impl Ledger {
    /// Books a trade of underlying coins. The metapool passes on what it does not keep.
    fn underlying(&mut self, receipt: UnderlyingExchanged<3>) {
        match receipt.base {
            BaseCall::Exchanged(exchanged) => {
                assert_eq!((exchanged.amount_in, exchanged.amount_out), (receipt.amount_in, receipt.amount_out));
                traded(&mut self.base, exchanged);
            }
            BaseCall::Deposited { added: deposit, swapped } => {
                assert_eq!((deposit.minted, swapped.amount_out), (swapped.amount_in, receipt.amount_out));
                assert_eq!(deposit.paid[receipt.coin_in - 1], receipt.amount_in);
                added(&mut self.base, &mut self.base_supply, deposit);
                traded(&mut self.meta, swapped);
            }
            BaseCall::Withdrew { swapped, removed: withdrawal } => {
                assert_eq!((swapped.amount_in, withdrawal.burned), (receipt.amount_in, swapped.amount_out));
                assert_eq!(withdrawal.taken[receipt.coin_out - 1], receipt.amount_out);
                traded(&mut self.meta, swapped);
                removed(&mut self.base, &mut self.base_supply, withdrawal);
            }
        }
    }
}

/// Amounts from nothing to more than a pool holds, as likely small as great.
pub(super) fn amount() -> impl Strategy<Value = u128> {
    prop_oneof![
        1 => (any::<u128>(), 0u32..128).prop_map(|(amount, shift)| amount >> shift),
        3 => (any::<u128>(), 40u32..110).prop_map(|(amount, shift)| amount >> shift),
    ]
}

/// Returns two coins out of so many.
pub(super) fn two_of(coins: usize) -> impl Strategy<Value = (usize, usize)> {
    (0..coins, 1..coins).prop_map(move |(coin_in, further)| (coin_in, (coin_in + further) % coins))
}

fn which() -> impl Strategy<Value = Which> {
    prop_oneof![Just(Which::Meta), Just(Which::Base)]
}

pub(super) fn call() -> impl Strategy<Value = Call> {
    let three = || prop::array::uniform3(prop_oneof![amount(), Just(0)]);
    prop_oneof![
        6 => (which(), 0..4usize, 0..4usize, amount()).prop_map(|(which, i, j, paid)| Call::Exchange(which, i, j, paid)),
        6 => (0..5usize, 0..5usize, amount()).prop_map(|(i, j, paid)| Call::Underlying(i, j, paid)),
        4 => (which(), three()).prop_map(|(which, paid)| Call::Add(which, paid)),
        1 => (which(), amount()).prop_map(|(which, liquidity)| Call::Remove(which, liquidity)),
        3 => (which(), three()).prop_map(|(which, taken)| Call::RemoveImbalance(which, taken)),
        4 => (which(), amount(), 0..4usize).prop_map(|(which, liquidity, coin)| Call::RemoveOne(which, liquidity, coin)),
        1 => which().prop_map(Call::WithdrawAdminFees),
        1 => which().prop_map(Call::DonateAdminFees),
        1 => (which(), 0..4usize, amount()).prop_map(|(which, coin, given)| Call::Donate(which, coin, given)),
        1 => (which(), 0u128..10_000, any::<u32>()).prop_map(|(which, a, until)| Call::Ramp(which, a, until.into())),
        1 => which().prop_map(Call::StopRamp),
    ]
}
