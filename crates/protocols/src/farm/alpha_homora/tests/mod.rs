//! The numbers of the contracts' own test suite (AlphaFinanceLab/alphahomora@5017311, `test/UniswapBank.test.js`).

mod ledger;

use super::*;
use crate::AccountId;
use crate::amm::{
    Amounts, PoolToken, Side, Traded,
    uniswap_v2::{FEE_BPS, PairError, ProtocolFee},
};
use crate::farm::staking_rewards::StakingRewardsError;

const ETHER: u128 = 1_000_000_000_000_000_000;
const DAY: u64 = 86_400;
const ALICE: AccountId = AccountId(1);
const BOB: AccountId = AccountId(2);
const GOBLIN: AccountId = AccountId(9);

/// A bank with one goblin, its farm, its pair and the pair that sells its reward.
#[derive(Debug, Clone, PartialEq)]
struct Farmstead {
    bank: Bank,
    goblin: Goblin,
    farm: StakingRewards,
    pair: Pair,
    reward_pair: Pair,
}

/// Who buys what a closed position sells.
#[derive(Debug, Clone, Copy)]
enum Buyer {
    ThePair,
    /// At the pair's quote, which leaves the pair as it is.
    SomebodyElse,
}

impl SaleVenue for Buyer {
    fn fill(&mut self, pair: &mut Pair, side: Side, sale: Traded, now: u64) -> Result<(), PairError> {
        let mut unseen = *pair;
        let pair = if matches!(self, Self::ThePair) { pair } else { &mut unseen };
        IntoPair.fill(pair, side, sale, now)
    }
}

fn pair(base: u128, other: u128) -> Pair {
    let mut pair = Pair::new(FEE_BPS, ProtocolFee::Off).unwrap();
    pair.mint(Amounts { token_0: base, token_1: other }, 0).unwrap();
    pair
}

impl Farmstead {
    /// The suite's deployment: a tenth of a token for one ether in both pairs, one reward token over seven days.
    fn as_in_the_suite(rate_per_second_wad: u128, reinvest_bounty_bps: u16) -> Self {
        let interest = InterestModel::Constant { rate_per_second_wad };
        let params = BankParams { min_debt: ETHER, reserve_bps: 1_000, kill_bps: 1_000, interest };
        let goblin = GoblinParams {
            base_side: PoolToken::Zero,
            work_factor_bps: 7_000,
            kill_factor_bps: 8_000,
            reinvest_bounty_bps,
        };
        let pair = pair(ETHER, ETHER / 10);
        let goblin = Goblin::new(GOBLIN, goblin, &pair).unwrap();
        let mut farm = StakingRewards::new(7 * DAY);
        farm.fund(ETHER).unwrap();
        farm.notify(ETHER, 0).unwrap();
        Self { bank: Bank::new(params, 0), goblin, farm, pair, reward_pair: pair }
    }

    fn work(&mut self, order: Work, mut buyer: Buyer, now: u64) -> Result<Worked, BankError> {
        let mut site = Site { goblin: &mut self.goblin, farm: &mut self.farm, pair: &mut self.pair };
        self.bank.work(order, &mut site, &mut buyer, now)
    }

    fn open(&mut self, user: AccountId, value: u128, loan: u128) -> Result<Worked, BankError> {
        self.work(order(user, None, value, loan, Strategy::AllBase { min_lp: 0 }), Buyer::ThePair, 0)
    }

    fn kill(&mut self, id: u32, mut buyer: Buyer, now: u64) -> Result<Killed, BankError> {
        let mut site = Site { goblin: &mut self.goblin, farm: &mut self.farm, pair: &mut self.pair };
        self.bank.kill(PositionId(id), &mut site, &mut buyer, now)
    }

    fn reinvest(&mut self, now: u64) -> Result<Reinvested, GoblinError> {
        let market = RewardMarket { pair: &mut self.reward_pair, base_side: PoolToken::Zero };
        self.goblin.reinvest(&mut self.farm, &mut self.pair, market, now)
    }

    fn open_at_genesis(&mut self, opening: GenesisPosition) -> Result<OpenedAtGenesis, BankError> {
        let mut site = Site { goblin: &mut self.goblin, farm: &mut self.farm, pair: &mut self.pair };
        self.bank.open_at_genesis(opening, &mut site, 0)
    }

    fn sell_farmed(&mut self, amount: u128) {
        self.pair.swap_exact_in(Side::OneForZero, amount, 0).unwrap();
    }

    fn health(&self, id: u32) -> u128 {
        self.bank.health_down(PositionId(id), &self.goblin, &self.farm, &self.pair).unwrap()
    }
}

fn order(user: AccountId, id: Option<u32>, value: u128, loan: u128, strategy: Strategy) -> Work {
    let position = id.map(PositionId);
    let max_return = if loan > 0 { 0 } else { u128::MAX };
    Work { position, user, goblin: GoblinId(0), value, loan, max_return, strategy }
}

/// "should work".
#[test]
fn a_position_is_worth_what_the_suite_says() {
    let mut market = Farmstead::as_in_the_suite(3_472_222_222_222, 100);
    let refused = market.open(ALICE, ETHER, ETHER);
    assert_eq!(refused, Err(BankError::InsufficientIdle { asked: ETHER, idle: 0 }));
    market.bank.deposit(3 * ETHER, 0).unwrap();
    let worked = market.open(ALICE, ETHER, ETHER).unwrap();
    assert_eq!(worked.health, Some(1_997_459_271_062_521_105));
    assert_eq!(market.reinvest(DAY).unwrap().bounty, 1_428_571_428_571_295);
    let interest = market.bank.accrue(DAY).unwrap();
    assert_eq!(ETHER + interest.interest, 1_299_999_999_999_980_800);
    assert_eq!(market.bank.state().total_base(), Ok(3_269_999_999_999_982_720));
    assert_eq!(market.health(1), 2_582_123_996_372_678_436);
    let debt = 1_299_999_999_999_980_800;
    let healthy = BankError::Healthy { health: 2_582_123_996_372_678_436, kill_factor_bps: 8_000, debt };
    assert_eq!(market.kill(1, Buyer::ThePair, DAY), Err(healthy));
}

/// "should allow positions without debt".
#[test]
fn a_debt_is_none_or_neither_small_nor_too_great() {
    let mut market = Farmstead::as_in_the_suite(3_472_222_222_222, 100);
    market.bank.deposit(3 * ETHER, 0).unwrap();
    let unchanged = market.clone();
    let refused = market.open(ALICE, 3 * ETHER / 10, ETHER);
    assert!(matches!(refused, Err(BankError::BadWorkFactor { debt: ETHER, .. })));
    let refused = market.open(ALICE, 3 * ETHER / 10, 3 * ETHER / 10);
    assert_eq!(refused, Err(BankError::DebtTooSmall { debt: 3 * ETHER / 10, min_debt: ETHER }));
    assert_eq!(market, unchanged);
    assert_eq!(market.open(ALICE, 3 * ETHER / 10, 0).unwrap().health, None);
    let refused = market.kill(1, Buyer::ThePair, 0);
    assert_eq!(refused, Err(BankError::NoDebt { position: PositionId(1) }));
}

/// "Should deposit and withdraw eth from Bank (bad debt case)".
#[test]
fn depositors_share_a_bad_debt() {
    let mut market = Farmstead::as_in_the_suite(0, 100);
    market.bank.deposit(10 * ETHER, 0).unwrap();
    market.open(BOB, ETHER, 2 * ETHER).unwrap();
    assert_eq!(market.bank.deposit(2 * ETHER, 0).unwrap().share, 2 * ETHER);
    market.sell_farmed(100 * ETHER);
    let killed = market.kill(1, Buyer::ThePair, 0).unwrap();
    assert_eq!((killed.back, killed.prize), (3_002_999_235_795_062, 300_299_923_579_506));
    assert_eq!(killed.bad_debt, 2 * ETHER - (killed.back - killed.prize));
    assert_eq!(market.bank.state().balance, 10_002_702_699_312_215_556);
    assert_eq!(market.bank.withdraw(2 * ETHER, 0).unwrap().value, 1_667_117_116_552_035_926);
}

/// "should liquidate user position correctly".
#[test]
fn a_position_of_two_falls_between_23_and_30_percent() {
    let mut market = Farmstead::as_in_the_suite(0, 100);
    market.bank.deposit(20 * ETHER, 0).unwrap();
    market.open(ALICE, 10 * ETHER, 10 * ETHER).unwrap();
    for survived in [5_409_255_338_945_984, 12_441_874_858_811_944, 16_829_279_312_591_913] {
        market.sell_farmed(survived);
        assert!(matches!(market.kill(1, Buyer::ThePair, 0), Err(BankError::Healthy { .. })));
    }
    market.sell_farmed(26_293_469_053_292_218);
    assert!(market.kill(1, Buyer::ThePair, 0).is_ok());
}

#[test]
fn another_venue_fills_at_the_quote_and_leaves_the_price() {
    let mut executed = Farmstead::as_in_the_suite(0, 100);
    executed.bank.deposit(20 * ETHER, 0).unwrap();
    executed.open(ALICE, 10 * ETHER, 10 * ETHER).unwrap();
    executed.sell_farmed(ETHER);
    let mut muted = executed.clone();
    let (real, silent) = (executed.kill(1, Buyer::ThePair, 0).unwrap(), muted.kill(1, Buyer::SomebodyElse, 0).unwrap());
    assert_eq!(silent, real);
    let (real, silent, moves) = (executed.pair.reserves(), muted.pair.reserves(), real.moves);
    assert_eq!(real.token_0 + moves.sold.amount_out, silent.token_0);
    assert_eq!(real.token_1, silent.token_1 + moves.sold.amount_in);
    assert_eq!((executed.bank, executed.farm), (muted.bank, muted.farm));
}

#[test]
fn a_position_at_genesis_moves_no_price() {
    let mut market = Farmstead::as_in_the_suite(0, 100);
    market.bank.deposit(20 * ETHER, 0).unwrap();
    let before = market.pair.reserves();
    let amounts = BaseAndFarmed { base: 3 * ETHER, farmed: ETHER };
    let opening = GenesisPosition { owner: ALICE, goblin: GoblinId(0), debt: 2 * ETHER, amounts };
    let opened = market.open_at_genesis(opening).unwrap();
    assert_eq!(opened.used, BaseAndFarmed { base: 3 * ETHER, farmed: 3 * ETHER / 10 });
    let after = market.pair.reserves();
    assert_eq!(before.token_0 * after.token_1, before.token_1 * after.token_0);
    assert_eq!(market.bank.state().balance, 18 * ETHER);
    assert_eq!((market.health(1), market.bank.debt_value_down(PositionId(1))), (opened.health, Ok(2 * ETHER)));
    let too_much = GenesisPosition { debt: 5 * ETHER, ..opening };
    assert!(matches!(market.open_at_genesis(too_much), Err(BankError::BadWorkFactor { .. })));
    let too_little = GenesisPosition { debt: 1, ..opening };
    assert_eq!(market.open_at_genesis(too_little), Err(BankError::DebtTooSmall { debt: 1, min_debt: ETHER }));
}

#[test]
fn only_the_owner_works_on_a_position_and_only_at_its_goblin() {
    let mut market = Farmstead::as_in_the_suite(0, 100);
    market.open(ALICE, ETHER, 0).unwrap();
    let strategy = Strategy::Liquidate { min_base: 0 };
    let refused = market.work(order(BOB, Some(1), 0, 0, strategy), Buyer::ThePair, 0);
    assert_eq!(refused, Err(BankError::NotOwner { user: BOB, owner: ALICE }));
    let elsewhere = Work { goblin: GoblinId(7), ..order(ALICE, Some(1), 0, 0, strategy) };
    let refused = market.work(elsewhere, Buyer::ThePair, 0);
    assert_eq!(refused, Err(BankError::OtherGoblin { asked: GoblinId(7), of: GoblinId(0) }));
    for missing in [0, 2] {
        let refused = market.work(order(ALICE, Some(missing), 0, 0, strategy), Buyer::ThePair, 0);
        let none = BankError::NoPosition { position: PositionId(missing), next: PositionId(2) };
        assert_eq!(refused, Err(none));
    }
}

#[test]
fn a_goblin_needs_the_fee_that_its_strategies_know() {
    let pair = Pair::new(25, ProtocolFee::Off).unwrap();
    let params = *Farmstead::as_in_the_suite(0, 0).goblin.params();
    let refused = Goblin::new(GOBLIN, params, &pair);
    assert_eq!(refused, Err(GoblinError::PairFee { fee_bps: 25, expected_bps: 30 }));
}

#[test]
fn a_paused_farm_or_an_empty_position_stops_the_work() {
    let mut market = Farmstead::as_in_the_suite(0, 100);
    market.farm.set_paused(true);
    let refused = market.open(ALICE, ETHER, 0);
    assert_eq!(refused, Err(GoblinError::Farm(StakingRewardsError::Paused).into()));
    market.farm.set_paused(false);
    let refused = market.open(ALICE, 0, 0);
    assert_eq!(refused, Err(GoblinError::Pair(PairError::InsufficientInput).into()));
}

#[test]
fn an_empty_bank_of_three_slopes_cannot_count_interest() {
    let mut params = *Farmstead::as_in_the_suite(0, 0).bank.params();
    params.interest = InterestModel::TripleSlope;
    let mut bank = Bank::new(params, 0);
    assert_eq!(bank.deposit(ETHER, 1), Err(plimsoll_math::MathError::DivisionByZero.into()));
    assert!(bank.deposit(ETHER, 0).is_ok());
}
