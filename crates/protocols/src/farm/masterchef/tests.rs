//! Numbers that somebody else published, then what no call may do.

use proptest::prelude::*;

use super::*;
use crate::farm::{BlockTime, Staking, StakingError, StakingMoves};
use plimsoll_math::{MathError, U256, WAD};

const ALICE: AccountId = AccountId(1);
const BOB: AccountId = AccountId(2);
const CAROL: AccountId = AccountId(3);
const DAVE: AccountId = AccountId(4);

/// A contract with one pool that has all points.
fn deployed(sushi_per_block: u128, start_block: u64, bonus_end_block: u64) -> MasterChef {
    let bonus_multiplier = Emission::BONUS_MULTIPLIER;
    let mut chef = MasterChef::new(Emission { sushi_per_block, start_block, bonus_end_block, bonus_multiplier });
    chef.add(100, MassUpdate::First, 0).unwrap();
    chef
}

/// One that pays 100 a block after its start, and ten times as much until the bonus ends.
fn chef(start_block: u64, bonus_end_block: u64) -> MasterChef {
    deployed(100, start_block, bonus_end_block)
}

/// sushi-labs/sushiswap@231ffa6, `test/MasterChef.test.js`, "should give out SUSHIs only after farming time".
#[test]
fn rewards_begin_after_the_start() {
    let mut chef = chef(100, 1_000);
    chef.deposit(0, BOB, 100, 50).unwrap();
    for block in [90, 95, 100] {
        assert_eq!(chef.deposit(0, BOB, 0, block), Ok(Paid::default()));
    }
    let minted = Minted { to_chef: 1_000, to_dev: 100 };
    assert_eq!(chef.deposit(0, BOB, 0, 101), Ok(Paid { minted, reward: 1_000 }));
    let minted = Minted { to_chef: 4_000, to_dev: 400 };
    assert_eq!(chef.deposit(0, BOB, 0, 105), Ok(Paid { minted, reward: 4_000 }));
}

/// The same file, "should not distribute SUSHIs if no one deposit".
#[test]
fn blocks_in_which_nobody_deposits_pay_nobody() {
    let mut chef = chef(200, 1_000);
    assert_eq!(chef.deposit(0, BOB, 10, 210), Ok(Paid::default()));
    let minted = Minted { to_chef: 10_000, to_dev: 1_000 };
    assert_eq!(chef.withdraw(0, BOB, 10, 220), Ok(Paid { minted, reward: 10_000 }));
    assert_eq!(chef.user_info(0, BOB), UserInfo::default());
}

/// The same file, "should distribute SUSHIs properly for each staker".
#[test]
fn a_pools_reward_is_shared_by_deposit_and_blocks() {
    let mut chef = chef(300, 1_000);
    chef.deposit(0, ALICE, 10, 310).unwrap();
    chef.deposit(0, BOB, 20, 314).unwrap();
    chef.deposit(0, CAROL, 30, 318).unwrap();
    assert_eq!(chef.deposit(0, ALICE, 10, 320).unwrap().reward, 5_666);
    assert_eq!(chef.sushi_balance(), 4_334);
    assert_eq!(chef.withdraw(0, BOB, 5, 330).unwrap().reward, 6_190);
    assert_eq!(chef.sushi_balance(), 8_144);
    assert_eq!(chef.withdraw(0, ALICE, 20, 340).unwrap().reward, 11_600 - 5_666);
    assert_eq!(chef.withdraw(0, BOB, 15, 350).unwrap().reward, 11_831 - 6_190);
    assert_eq!(chef.withdraw(0, CAROL, 30, 360).unwrap().reward, 26_568);
    assert_eq!(chef.pools()[0].lp_supply, 0);
}

/// The same file, "should give proper SUSHIs allocation to each pool".
#[test]
fn pools_share_by_allocation_points() {
    let mut chef = chef(400, 1_000);
    chef.deposit(0, ALICE, 10, 410).unwrap();
    let minted = Minted { to_chef: 10_000, to_dev: 1_000 };
    assert_eq!(chef.add(200, MassUpdate::First, 420), Ok(Added { minted, pid: 1 }));
    assert_eq!(chef.pending_sushi(0, ALICE, 420), Ok(10_000));
    chef.deposit(1, BOB, 5, 425).unwrap();
    assert_eq!(chef.pending_sushi(0, ALICE, 425), Ok(11_666));
    assert_eq!(chef.pending_sushi(0, ALICE, 430), Ok(13_333));
    assert_eq!(chef.pending_sushi(1, BOB, 430), Ok(3_333));
}

/// The same file, "should stop giving bonus SUSHIs after the bonus period ends".
#[test]
fn the_bonus_ends() {
    let mut chef = chef(500, 600);
    chef.deposit(0, ALICE, 10, 590).unwrap();
    assert_eq!(chef.pending_sushi(0, ALICE, 605), Ok(10_500));
    assert_eq!(chef.deposit(0, ALICE, 0, 606).unwrap().reward, 10_600);
    assert_eq!(chef.pending_sushi(0, ALICE, 606), Ok(0));
}

#[test]
fn an_emergency_withdrawal_leaves_what_was_earned() {
    let mut chef = chef(0, 0);
    chef.deposit(0, ALICE, 30, 10).unwrap();
    chef.deposit(0, BOB, 10, 10).unwrap();
    assert_eq!(chef.pending_sushi(0, ALICE, 20), Ok(750));
    assert_eq!(chef.emergency_withdraw(0, ALICE), Ok(30));
    assert_eq!(chef.pending_sushi(0, ALICE, 20), Ok(0));
    assert_eq!(chef.pools()[0].last_reward_block, 10, "no reward is counted");
    // So those who stay share the blocks since, her own time there among them.
    assert_eq!(chef.pending_sushi(0, BOB, 20), Ok(1_000));
}

#[test]
fn what_is_sent_without_a_deposit_dilutes_those_who_deposited() {
    let mut chef = chef(0, 0);
    chef.deposit(0, ALICE, 30, 10).unwrap();
    chef.donate(0, 10).unwrap();
    assert_eq!(chef.deposit(0, ALICE, 0, 20).unwrap().reward, 750);
    assert_eq!(chef.sushi_balance(), 250, "minted for nobody");
}

#[test]
fn parts_changed_without_an_update_count_for_blocks_that_are_gone() {
    let with = |update| {
        let mut chef = chef(0, 0);
        chef.add(100, MassUpdate::First, 0).unwrap();
        chef.deposit(0, ALICE, 1, 10).unwrap();
        chef.set(0, 300, update, 20).unwrap();
        assert_eq!(chef.total_alloc_point(), 400);
        chef.deposit(0, ALICE, 0, 20).unwrap().reward
    };
    assert_eq!(with(MassUpdate::First), 500);
    assert_eq!(with(MassUpdate::Skipped), 750);
}

/// What is owed is a difference of two rounded quotients, so the last who asks may find less than was earned.
#[test]
fn pays_what_is_left_where_rounding_took_a_unit() {
    let mut chef = deployed(1, 0, 0);
    chef.deposit(0, ALICE, 1, 0).unwrap();
    chef.deposit(0, CAROL, 1, 1).unwrap();
    // One and a half for each unit so far, of which both of these owe 1.
    chef.deposit(0, BOB, 1, 2).unwrap();
    chef.deposit(0, DAVE, 1, 2).unwrap();
    let earned = [ALICE, CAROL, BOB, DAVE].map(|account| chef.pending_sushi(0, account, 4).unwrap());
    assert_eq!(earned, [2, 1, 1, 1], "of 4 that are minted");
    let paid = [ALICE, CAROL, BOB, DAVE].map(|account| chef.withdraw(0, account, 1, 4).unwrap().reward);
    assert_eq!(paid, [2, 1, 1, 0]);
}

#[test]
fn refuses_what_is_not_there() {
    let mut chef = chef(0, 0);
    let unknown = MasterChefError::UnknownPool { pid: 1, pools: 1 };
    assert_eq!(chef.deposit(1, ALICE, 1, 1), Err(unknown));
    assert_eq!(chef.withdraw(1, ALICE, 0, 1), Err(unknown));
    assert_eq!(chef.emergency_withdraw(1, ALICE), Err(unknown));
    assert_eq!(chef.set(1, 1, MassUpdate::First, 1), Err(unknown));
    assert_eq!(chef.update_pool(1, 1), Err(unknown));
    assert_eq!(chef.donate(1, 1), Err(unknown));
    assert_eq!(chef.pending_sushi(1, ALICE, 1), Err(unknown));
    chef.deposit(0, ALICE, 5, 1).unwrap();
    let refused = chef.withdraw(0, ALICE, 6, 2);
    assert_eq!(refused, Err(MasterChefError::InsufficientDeposit { asked: 6, deposited: 5 }));
}

/// `SafeMath`'s division by zero: with no points at all, a pool that holds something can only be left in an emergency.
#[test]
fn without_points_only_an_emergency_withdrawal_works() {
    let mut chef = chef(0, 0);
    chef.deposit(0, ALICE, 5, 1).unwrap();
    chef.set(0, 0, MassUpdate::First, 2).unwrap();
    assert_eq!(chef.withdraw(0, ALICE, 5, 2).unwrap().reward, 100, "nothing is left to count in this block");
    chef.deposit(0, ALICE, 5, 2).unwrap();
    assert_eq!(chef.withdraw(0, ALICE, 5, 3), Err(MasterChefError::NoAllocation));
    assert_eq!(chef.mass_update_pools(3), Err(MasterChefError::NoAllocation));
    assert_eq!(chef.add(1, MassUpdate::First, 3), Err(MasterChefError::NoAllocation));
    assert_eq!(chef.emergency_withdraw(0, ALICE), Ok(5));
    assert_eq!(chef.mass_update_pools(3), Ok(Minted::default()));
}

/// An amount ends at 2^128, the numbers behind it at 2^256.
#[test]
fn wide_numbers_stay_inside_and_wide_amounts_revert() {
    let mut chef = deployed(WAD, 0, 0);
    chef.deposit(0, ALICE, 1, 0).unwrap();
    // A single unit got a whole reward: what comes later owes as much for each of its units.
    chef.deposit(0, BOB, 10_u128.pow(36), 1).unwrap();
    assert_eq!(chef.user_info(0, BOB).reward_debt, U256::product(WAD, 10_u128.pow(36)));
    assert_eq!(chef.pending_sushi(0, BOB, 1), Ok(0));
    let too_wide = |bits| Err(MasterChefError::Math(MathError::TooWide { bits, fits: 128 }));
    assert_eq!(chef.deposit(0, BOB, u128::MAX, 2), too_wide(129));

    let mut chef = deployed(u128::MAX, 0, 0);
    chef.deposit(0, ALICE, 1, 0).unwrap();
    assert_eq!(chef.deposit(0, ALICE, 0, 2), too_wide(129), "a reward of two blocks");
    assert_eq!(chef.deposit(0, ALICE, 0, 1).unwrap().reward, u128::MAX, "of one");
}

#[test]
fn as_many_pools_as_can_be_numbered() {
    let mut chef = chef(0, 0);
    chef.pools = vec![chef.pools[0]; usize::from(u16::MAX) - 1];
    assert_eq!(chef.add(0, MassUpdate::Skipped, 0).map(|added| added.pid), Ok(u16::MAX - 1));
    assert_eq!(chef.markets(), u16::MAX);
    let before = chef.clone();
    assert_eq!(chef.add(0, MassUpdate::Skipped, 0), Err(MasterChefError::TooManyPools { pools: 65_535 }));
    assert_eq!(chef, before);
}

/// The published numbers of two pools and of the bonus' end, by the calls of the family.
#[test]
fn the_family_moves_what_the_contract_moves() {
    let mut contract = chef(500, 600);
    contract.add(100, MassUpdate::First, 0).unwrap();
    let chef: &mut dyn Staking = &mut contract;
    let at = |number| BlockTime { number, timestamp: 0 };
    let moves = StakingMoves::default();
    assert_eq!(chef.markets(), 2);
    assert_eq!(chef.stake(1, ALICE, 10, at(590)), Ok(StakingMoves { staked: 10, ..moves }));
    assert_eq!(chef.pending(1, ALICE, at(605)), 10_500 / 2);
    let counted = StakingMoves { minted: 10_600 / 2, minted_to_developers: 1_060 / 2, reward: 10_600 / 2, ..moves };
    assert_eq!(chef.claim(1, ALICE, at(606)), Ok(counted));
    let counted = StakingMoves { minted: 50, minted_to_developers: 5, reward: 50, ..moves };
    assert_eq!(chef.unstake(1, ALICE, 4, at(607)), Ok(StakingMoves { unstaked: 4, ..counted }));
    assert_eq!(chef.stake(1, ALICE, 1, at(608)), Ok(StakingMoves { staked: 1, reward: 49, ..counted }));
    assert_eq!((chef.held(1), chef.staked(1, ALICE), chef.reward_held()), (7, 7, 1));
    assert_eq!(chef.exit(1, ALICE, at(609)), Ok(StakingMoves { unstaked: 7, ..counted }));
    assert_eq!(chef.stakes(1).collect::<Vec<_>>(), [(ALICE, 0)]);
    assert_eq!((chef.stakes(0).count(), chef.held(0)), (0, 0), "the other pool has nobody");
    let unknown = StakingError::MasterChef(MasterChefError::UnknownPool { pid: 2, pools: 2 });
    assert_eq!(chef.stake(2, ALICE, 1, at(610)), Err(unknown));
    assert_eq!((chef.held(2), chef.pending(2, ALICE, at(610))), (0, 0));
}

#[derive(Debug, Clone, Copy)]
enum Call {
    Deposit(u16, AccountId, u128),
    Withdraw(u16, AccountId, u128),
    Leave(u16, AccountId),
    Emergency(u16, AccountId),
    Update(u16),
    UpdateAll,
    Add(u128, MassUpdate),
    Set(u16, u128, MassUpdate),
    Donate(u16, u128),
}

/// What came out of a call.
#[derive(Debug, Clone, Copy, Default)]
struct Out {
    minted: Minted,
    reward: u128,
}

impl Call {
    fn make(self, chef: &mut MasterChef, block: u64) -> Result<Out, MasterChefError> {
        let paid = |paid: Paid| Out { minted: paid.minted, reward: paid.reward };
        let counted = |minted| Out { minted, reward: 0 };
        match self {
            Self::Deposit(pid, account, amount) => chef.deposit(pid, account, amount, block).map(paid),
            Self::Withdraw(pid, account, amount) => chef.withdraw(pid, account, amount, block).map(paid),
            Self::Leave(pid, account) => {
                let all = chef.user_info(pid, account).amount;
                chef.withdraw(pid, account, all, block).map(paid)
            }
            Self::Emergency(pid, account) => chef.emergency_withdraw(pid, account).map(|_| Out::default()),
            Self::Update(pid) => chef.update_pool(pid, block).map(counted),
            Self::UpdateAll => chef.mass_update_pools(block).map(counted),
            Self::Add(points, update) => chef.add(points, update, block).map(|added| counted(added.minted)),
            Self::Set(pid, points, update) => chef.set(pid, points, update, block).map(counted),
            Self::Donate(pid, amount) => chef.donate(pid, amount).map(|()| Out::default()),
        }
    }
}

fn call() -> impl Strategy<Value = Call> {
    let pid = || 0u16..3;
    let account = || (0u32..4).prop_map(AccountId);
    let amount = || (any::<u128>(), 8u32..128).prop_map(|(amount, shift)| amount >> shift);
    let points = || (0u128..1_000, any::<bool>()).prop_map(|(points, none)| if none { 0 } else { points });
    let update = || any::<bool>().prop_map(|first| if first { MassUpdate::First } else { MassUpdate::Skipped });
    prop_oneof![
        6 => (pid(), account(), amount()).prop_map(|(pid, account, amount)| Call::Deposit(pid, account, amount)),
        3 => (pid(), account(), amount()).prop_map(|(pid, account, amount)| Call::Withdraw(pid, account, amount)),
        3 => (pid(), account()).prop_map(|(pid, account)| Call::Leave(pid, account)),
        1 => (pid(), account()).prop_map(|(pid, account)| Call::Emergency(pid, account)),
        1 => pid().prop_map(Call::Update),
        1 => Just(Call::UpdateAll),
        1 => (points(), update()).prop_map(|(points, update)| Call::Add(points, update)),
        1 => (pid(), points(), update()).prop_map(|(pid, points, update)| Call::Set(pid, points, update)),
        1 => (pid(), amount()).prop_map(|(pid, amount)| Call::Donate(pid, amount)),
    ]
}

proptest! {
    #[test]
    fn everything_is_accounted_for_and_a_reverted_call_changes_nothing(
        calls in prop::collection::vec((call(), 0u64..3_000), 1..60),
        sushi_per_block in prop_oneof![0u128..10, Just(40 * WAD), Just(u128::MAX >> 20)],
    ) {
        let mut chef = deployed(sushi_per_block, 50, 9_000);
        // What was minted and not paid, modulo 2^128: all that was ever minted may be more.
        let (mut block, mut unpaid, mut donated) = (0, 0_u128, [0_u128; 64]);
        for (call, blocks) in calls {
            block += blocks;
            let before = chef.clone();
            if let Ok(out) = call.make(&mut chef, block) {
                unpaid = unpaid.wrapping_add(out.minted.to_chef).wrapping_sub(out.reward);
                prop_assert!(out.minted.to_dev <= out.minted.to_chef / 10);
                if let Call::Donate(pid, amount) = call {
                    donated[usize::from(pid)] += amount;
                }
            } else {
                prop_assert_eq!(&chef, &before, "{:?}", call);
            }
            prop_assert_eq!(chef.sushi_balance(), unpaid);
            let points: u128 = chef.pools().iter().map(|pool| pool.alloc_point).sum();
            prop_assert_eq!(chef.total_alloc_point(), points);
            for ((pid, pool), donated) in (0..).zip(chef.pools()).zip(donated) {
                let deposited: u128 = chef.users(pid).map(|(_, user)| user.amount).sum();
                prop_assert_eq!(pool.lp_supply, deposited + donated, "pool {}", pid);
            }
        }
    }

    #[test]
    fn what_was_kept_undoes_a_users_calls(
        calls in prop::collection::vec((call(), 0u64..3_000), 1..40),
        undone in prop::collection::vec((call(), 0u64..3_000), 1..10),
    ) {
        let mut chef = chef(50, 9_000);
        let mut block = 0;
        for (call, blocks) in calls {
            block += blocks;
            let _reverted = call.make(&mut chef, block);
        }
        let (then, mut kept) = (chef.clone(), Vec::new());
        for (call, blocks) in undone {
            block += blocks;
            if let Call::Deposit(pid, account, _)
            | Call::Withdraw(pid, account, _)
            | Call::Leave(pid, account)
            | Call::Emergency(pid, account) = call
            {
                kept.push(chef.before(pid, account));
                let _reverted = call.make(&mut chef, block);
            }
        }
        kept.iter().rev().for_each(|before| chef.restore(before));
        prop_assert_eq!(chef, then);
    }

    /// Deposits that stay earn all that is minted: each up to a unit more or less, and units of a pool that is counted
    /// lose less than 10^-12 each.
    #[test]
    fn what_is_minted_is_earned(deposits in prop::collection::vec((0u128..1 << 80, 1u64..1_000), 1..20)) {
        let mut chef = deployed(40 * WAD, 0, 0);
        let (mut block, mut lost) = (0, 0);
        for (account, (amount, blocks)) in (0..).map(AccountId).zip(deposits) {
            block += blocks;
            chef.deposit(0, account, amount, block).unwrap();
            lost += chef.pools()[0].lp_supply / SHARE_SCALE + 2;
        }
        block += 1_000;
        chef.update_pool(0, block).unwrap();
        lost += chef.pools()[0].lp_supply / SHARE_SCALE;
        let accounts: Vec<AccountId> = chef.users(0).map(|(account, _)| account).collect();
        let earned: u128 = accounts.iter().map(|account| chef.pending_sushi(0, *account, block).unwrap()).sum();
        let minted = chef.sushi_balance();
        prop_assert!(earned <= minted + accounts.len() as u128, "{} of {}", earned, minted);
        prop_assert!(earned + lost >= minted, "{} and {} of {}", earned, lost, minted);
    }
}
