//! A number that somebody else published, then properties.

use proptest::prelude::*;

use super::*;
use crate::farm::{BlockTime, Staking, StakingError, StakingMoves};
use plimsoll_math::WAD;

const DAY: u64 = 86_400;
const ALICE: AccountId = AccountId(1);
const BOB: AccountId = AccountId(2);

/// AlphaFinanceLab/alphahomora@5017311, `test/UniswapBank.test.js`, "should give rewards out when you stake".
#[test]
fn a_reward_is_shared_by_stake_and_time() {
    let mut farm = StakingRewards::new(7 * DAY);
    farm.fund(WAD).unwrap();
    farm.notify(WAD, 0).unwrap();
    farm.stake(ALICE, WAD / 100, 0).unwrap();
    assert_eq!(farm.earned(ALICE, DAY), Ok(142_857_142_857_129_600));
    farm.stake(BOB, WAD / 50, DAY).unwrap();
    assert_eq!(farm.earned(ALICE, 2 * DAY), Ok(190_476_190_476_172_800));
    assert_eq!(farm.earned(BOB, 2 * DAY), Ok(95_238_095_238_086_400));
    assert_eq!(farm.exit(BOB, 2 * DAY).unwrap(), Exited { withdrawn: WAD / 50, reward: 95_238_095_238_086_400 });
    assert_eq!(farm.totals().reward_balance, WAD - 95_238_095_238_086_400);
}

#[test]
fn a_reward_that_is_not_there_is_not_promised() {
    let mut farm = StakingRewards::new(10);
    farm.fund(99).unwrap();
    let refused = farm.notify(100, 0);
    assert_eq!(refused, Err(StakingRewardsError::RewardTooHigh { rate: 10, duration: 10, held: 99 }));
    farm.notify(99, 0).unwrap();
    assert_eq!(farm.set_duration(20, 10), Err(StakingRewardsError::PeriodRunning { period_finish: 10, now: 10 }));
    assert_eq!(farm.set_duration(20, 11), Ok(()));
}

/// The first test, by the calls of the family.
#[test]
fn the_family_moves_what_the_contract_moves() {
    let mut contract = StakingRewards::new(7 * DAY);
    contract.fund(WAD).unwrap();
    contract.notify(WAD, 0).unwrap();
    let farm: &mut dyn Staking = &mut contract;
    let at = |timestamp| BlockTime { number: 0, timestamp };
    let moves = StakingMoves::default();
    assert_eq!(farm.stake(0, ALICE, WAD / 100, at(0)), Ok(StakingMoves { staked: WAD / 100, ..moves }));
    assert_eq!(farm.pending(0, ALICE, at(DAY)), 142_857_142_857_129_600);
    farm.stake(0, BOB, WAD / 50, at(DAY)).unwrap();
    assert_eq!(farm.unstake(0, BOB, WAD / 100, at(2 * DAY)), Ok(StakingMoves { unstaked: WAD / 100, ..moves }));
    let (unstaked, reward) = (WAD / 100, 95_238_095_238_086_400);
    assert_eq!(farm.exit(0, BOB, at(2 * DAY)), Ok(StakingMoves { unstaked, reward, ..moves }));
    let reward = 190_476_190_476_172_800;
    assert_eq!(farm.claim(0, ALICE, at(2 * DAY)), Ok(StakingMoves { reward, ..moves }));
    assert_eq!((farm.held(0), farm.staked(0, ALICE)), (WAD / 100, WAD / 100));
    assert_eq!(farm.stakes(0).collect::<Vec<_>>(), [(ALICE, WAD / 100), (BOB, 0)]);
    assert_eq!(farm.reward_held(), WAD - 95_238_095_238_086_400 - 190_476_190_476_172_800);
}

#[test]
fn there_is_a_single_market() {
    let mut contract = StakingRewards::new(7 * DAY);
    contract.stake(ALICE, 5, 0).unwrap();
    let before = contract.clone();
    let (farm, now): (&mut dyn Staking, _) = (&mut contract, BlockTime::default());
    let unknown = Err(StakingError::UnknownMarket { market: 1, markets: farm.markets() });
    assert_eq!(farm.stake(1, ALICE, 1, now), unknown);
    assert_eq!(farm.unstake(1, ALICE, 1, now), unknown);
    assert_eq!(farm.claim(1, ALICE, now), unknown);
    assert_eq!(farm.exit(1, ALICE, now), unknown);
    assert_eq!((farm.staked(1, ALICE), farm.held(1), farm.stakes(1).count()), (0, 0, 0));
    assert_eq!(contract, before);
}

#[derive(Debug, Clone, Copy)]
enum Call {
    Stake(AccountId, u128),
    Withdraw(AccountId, u128),
    GetReward(AccountId),
    Exit(AccountId),
    Notify(u128),
    Pause(bool),
}

impl Call {
    /// Returns whose call it is; none for one that concerns the whole farm.
    fn account(self) -> Option<AccountId> {
        match self {
            Self::Stake(account, _) | Self::Withdraw(account, _) | Self::GetReward(account) | Self::Exit(account) => {
                Some(account)
            }
            Self::Notify(_) | Self::Pause(_) => None,
        }
    }

    fn make(self, farm: &mut StakingRewards, now: u64) -> Result<(), StakingRewardsError> {
        match self {
            Self::Stake(account, amount) => farm.stake(account, amount, now),
            Self::Withdraw(account, amount) => farm.withdraw(account, amount, now),
            Self::GetReward(account) => farm.get_reward(account, now).map(|_| ()),
            Self::Exit(account) => farm.exit(account, now).map(|_| ()),
            Self::Notify(reward) => farm.notify(reward, now),
            Self::Pause(paused) => {
                farm.set_paused(paused);
                Ok(())
            }
        }
    }
}

fn call() -> impl Strategy<Value = Call> {
    let account = || (0u32..4).prop_map(AccountId);
    let amount = || (0u128..1 << 80, 0u32..80).prop_map(|(amount, shift)| amount >> shift);
    prop_oneof![
        4 => (account(), amount()).prop_map(|(account, amount)| Call::Stake(account, amount)),
        2 => (account(), amount()).prop_map(|(account, amount)| Call::Withdraw(account, amount)),
        2 => account().prop_map(Call::GetReward),
        2 => account().prop_map(Call::Exit),
        2 => amount().prop_map(Call::Notify),
        1 => any::<bool>().prop_map(Call::Pause),
    ]
}

proptest! {
    #[test]
    fn stakes_sum_to_the_total_and_a_failed_call_changes_nothing(
        calls in prop::collection::vec((call(), 0u64..2_000_000), 1..40),
    ) {
        let mut farm = StakingRewards::new(7 * DAY);
        let mut now = 0;
        for (call, seconds) in calls {
            now += seconds;
            if let Call::Notify(reward) = call {
                farm.fund(reward).unwrap();
            }
            let before = farm.clone();
            if call.make(&mut farm, now).is_err() {
                prop_assert_eq!(&farm, &before, "{:?}", call);
            }
            let staked: u128 = farm.stakes().map(|(_, stake)| stake.balance).sum();
            prop_assert_eq!(staked, farm.totals().total_supply);
        }
    }
    #[test]
    fn what_was_kept_undoes_an_accounts_calls(
        calls in prop::collection::vec((call(), 0u64..2_000_000), 1..40),
        undone in prop::collection::vec((call(), 0u64..2_000_000), 1..10),
    ) {
        let mut farm = StakingRewards::new(7 * DAY);
        farm.fund(1 << 100).unwrap();
        let mut now = 0;
        for (call, seconds) in calls {
            now += seconds;
            let _refused = call.make(&mut farm, now);
        }
        let (then, mut kept) = (farm.clone(), Vec::new());
        for (call, seconds) in undone {
            now += seconds;
            if let Some(account) = call.account() {
                kept.push(farm.before(account));
                let _refused = call.make(&mut farm, now);
            }
        }
        kept.iter().rev().for_each(|before| farm.restore(before));
        prop_assert_eq!(farm, then);
    }
}
