//! A number that somebody else published, then properties.

use proptest::prelude::*;

use super::*;
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
    assert_eq!(refused, Err(StakingError::RewardTooHigh { rate: 10, duration: 10, held: 99 }));
    farm.notify(99, 0).unwrap();
    assert_eq!(farm.set_duration(20, 10), Err(StakingError::PeriodRunning { period_finish: 10, now: 10 }));
    assert_eq!(farm.set_duration(20, 11), Ok(()));
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
    fn make(self, farm: &mut StakingRewards, now: u64) -> Result<(), StakingError> {
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
}
