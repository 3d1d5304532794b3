//! A ledger that books every transfer that a receipt names, and nothing else, ends up with what the protocols hold.

use std::collections::BTreeMap;

use proptest::{prelude::*, strategy::Strategy as Random};

use super::{Strategy, *};
use crate::amm::uniswap_v2::MINIMUM_LIQUIDITY;

/// Who holds tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holder {
    Bank,
    Goblin,
    Farm,
    Pair,
    RewardPair,
    /// Users, traders, other buyers, genesis: all who are no protocol.
    Outside,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Base,
    Farmed,
    Reward,
    Lp,
    Share,
}

use Holder::{Bank as TheBank, Farm, Goblin as TheGoblin, Outside, Pair as ThePair, RewardPair};
use Token::{Base, Farmed, Lp, Reward, Share};

/// Balances that start at zero; the outside may owe.
#[derive(Debug, Default)]
struct Ledger(BTreeMap<(Holder, Token), i128>);

impl Ledger {
    fn add(&mut self, holder: Holder, token: Token, amount: i128) {
        *self.0.entry((holder, token)).or_default() += amount;
    }

    fn transfer(&mut self, token: Token, from: Holder, to: Holder, amount: u128) {
        self.add(from, token, -signed(amount));
        self.add(to, token, signed(amount));
    }

    fn transfer_both(&mut self, from: Holder, to: Holder, base_and_farmed: BaseAndFarmed) {
        self.transfer(Base, from, to, base_and_farmed.base);
        self.transfer(Farmed, from, to, base_and_farmed.farmed);
    }

    fn of(&self, holder: Holder, token: Token) -> i128 {
        self.0.get(&(holder, token)).copied().unwrap_or_default()
    }

    fn sum(&self, token: Token) -> i128 {
        self.0.iter().filter(|((_, of), _)| *of == token).map(|(_, amount)| amount).sum()
    }

    fn moves(&mut self, moves: &GoblinMoves, buyer: Holder) {
        self.transfer(Lp, Farm, TheGoblin, moves.lp_unstaked);
        self.add(TheGoblin, Lp, -signed(moves.lp_burned));
        self.transfer_both(ThePair, TheGoblin, moves.burn_to_goblin);
        self.transfer(Farmed, Outside, TheGoblin, moves.farmed_from_user);
        self.transfer_both(TheGoblin, ThePair, moves.swap_from_goblin);
        self.transfer_both(ThePair, TheGoblin, moves.swap_to_goblin);
        self.transfer(Farmed, TheGoblin, buyer, moves.sold.amount_in);
        self.transfer(Base, buyer, TheGoblin, moves.sold.amount_out);
        self.transfer_both(TheGoblin, ThePair, moves.mint_from_goblin);
        self.add(TheGoblin, Lp, signed(moves.lp_minted));
        self.add(Outside, Lp, signed(moves.lp_protocol_fee));
        self.transfer(Lp, TheGoblin, Farm, moves.lp_staked);
        self.transfer(Farmed, TheGoblin, Outside, moves.farmed_to_user);
    }

    fn worked(&mut self, worked: &Worked, buyer: Buyer) {
        self.transfer(Base, Outside, TheBank, worked.base_from_user);
        self.transfer(Base, TheBank, TheGoblin, worked.base_to_goblin);
        self.moves(&worked.moves, holder(buyer));
        self.transfer(Base, TheGoblin, TheBank, worked.base_from_goblin);
        self.transfer(Base, TheBank, Outside, worked.base_to_user);
    }

    fn killed(&mut self, killed: &Killed, buyer: Buyer) {
        self.moves(&killed.moves, holder(buyer));
        self.transfer(Base, TheGoblin, TheBank, killed.back);
        self.transfer(Base, TheBank, Outside, killed.prize);
        self.transfer(Base, TheBank, Outside, killed.left);
    }

    fn reinvested(&mut self, reinvested: &Reinvested) {
        self.transfer(Reward, Farm, TheGoblin, reinvested.reward);
        self.transfer(Reward, TheGoblin, Outside, reinvested.bounty);
        self.transfer(Reward, TheGoblin, RewardPair, reinvested.reward_sold);
        self.transfer(Base, RewardPair, TheGoblin, reinvested.base_bought);
        self.moves(&reinvested.moves, ThePair);
    }

    fn opened_at_genesis(&mut self, opened: &OpenedAtGenesis) {
        self.transfer(Base, TheBank, Outside, opened.debt);
        self.transfer_both(Outside, TheGoblin, opened.used);
        self.transfer_both(TheGoblin, ThePair, opened.used);
        self.add(TheGoblin, Lp, signed(opened.lp_staked));
        self.add(Outside, Lp, signed(opened.lp_protocol_fee));
        self.transfer(Lp, TheGoblin, Farm, opened.lp_staked);
    }
}

fn holder(buyer: Buyer) -> Holder {
    match buyer {
        Buyer::ThePair => ThePair,
        Buyer::SomebodyElse => Outside,
    }
}

fn signed(amount: u128) -> i128 {
    i128::try_from(amount).expect("the test's amounts are small")
}

/// Something that can happen in the market.
#[derive(Debug, Clone, Copy)]
enum Happening {
    Deposit(u128),
    Withdraw(u128),
    Work(Work, Buyer),
    Kill(PositionId, Buyer),
    Trade(Side, u128),
    Notify(u128),
    Reinvest,
    Genesis(GenesisPosition),
    ReduceReserve(u128),
}

/// A market of which every transfer is booked.
struct Booked {
    market: Farmstead,
    ledger: Ledger,
    now: u64,
}

impl Booked {
    fn new(protocol_fee: ProtocolFee) -> Self {
        let mut market = Farmstead::as_in_the_suite(3_000_000_000, 300);
        let mut ledger = Ledger::default();
        market.pair = Pair::new(FEE_BPS, protocol_fee).unwrap();
        let paid = Amounts { token_0: 1_000 * ETHER, token_1: 100 * ETHER };
        let minted = market.pair.mint(paid, 0).unwrap();
        ledger.transfer_both(Outside, ThePair, BaseAndFarmed { base: paid.token_0, farmed: paid.token_1 });
        ledger.add(Outside, Lp, signed(minted.liquidity + MINIMUM_LIQUIDITY));
        ledger.transfer(Base, Outside, RewardPair, ETHER);
        ledger.transfer(Reward, Outside, RewardPair, ETHER / 10);
        ledger.transfer(Reward, Outside, Farm, ETHER);
        Self { market, ledger, now: 0 }
    }

    /// Lets something happen and books its receipt; `None` if it was refused.
    fn happen(&mut self, happening: Happening) -> Option<()> {
        let happening = match happening {
            Happening::Work(order, buyer) => Happening::Work(self.resolved(order), buyer),
            Happening::Kill(PositionId(number), buyer) => Happening::Kill(self.position(number), buyer),
            other => other,
        };
        let Self { market, ledger, now } = self;
        match happening {
            Happening::Deposit(value) => {
                let deposited = market.bank.deposit(value, *now).ok()?;
                ledger.transfer(Base, Outside, TheBank, deposited.value);
                ledger.add(Outside, Share, signed(deposited.share));
            }
            Happening::Withdraw(share) => {
                let withdrawn = market.bank.withdraw(share, *now).ok()?;
                ledger.add(Outside, Share, -signed(withdrawn.share));
                ledger.transfer(Base, TheBank, Outside, withdrawn.value);
            }
            Happening::Work(order, buyer) => ledger.worked(&market.work(order, buyer, *now).ok()?, buyer),
            Happening::Kill(id, buyer) => ledger.killed(&market.kill(id.0, buyer, *now).ok()?, buyer),
            Happening::Trade(side, amount) => {
                let traded = market.pair.swap_exact_in(side, amount, *now).ok()?;
                let (paid, taken) = match side {
                    Side::ZeroForOne => (Base, Farmed),
                    Side::OneForZero => (Farmed, Base),
                };
                ledger.transfer(paid, Outside, ThePair, traded.amount_in);
                ledger.transfer(taken, ThePair, Outside, traded.amount_out);
            }
            Happening::Notify(reward) => {
                market.farm.fund(reward).ok()?;
                ledger.transfer(Reward, Outside, Farm, reward);
                // The reward tokens stay, whether the farm accepts the reward or not.
                let _ = market.farm.notify(reward, *now);
            }
            Happening::Reinvest => ledger.reinvested(&market.reinvest(*now).ok()?),
            Happening::Genesis(opening) => {
                ledger.opened_at_genesis(&market.open_at_genesis(opening).ok()?);
            }
            Happening::ReduceReserve(value) => market.bank.reduce_reserve(value).ok()?,
        }
        Some(())
    }

    /// Says what the ledger and the protocols disagree about.
    fn disagreement(&self) -> Option<String> {
        let Farmstead { bank, goblin, farm, pair, reward_pair } = &self.market;
        let (state, dust) = (goblin.state(), farm.totals());
        let dust_base = state.dust_all_base.base + state.dust_two_sides.base;
        let dust_farmed = state.dust_all_base.farmed + state.dust_two_sides.farmed;
        let stated = [
            ((TheBank, Base), bank.state().balance),
            ((TheGoblin, Base), dust_base),
            ((TheGoblin, Farmed), dust_farmed),
            ((TheGoblin, Lp), 0),
            ((TheGoblin, Reward), 0),
            ((Farm, Lp), dust.total_supply),
            ((Farm, Reward), dust.reward_balance),
            ((ThePair, Base), pair.balances().token_0),
            ((ThePair, Farmed), pair.balances().token_1),
            ((RewardPair, Base), reward_pair.balances().token_0),
            ((RewardPair, Reward), reward_pair.balances().token_1),
        ];
        for ((holder, token), stated) in stated {
            let booked = self.ledger.of(holder, token);
            if booked != signed(stated) {
                return Some(format!("{holder:?} {token:?}: {booked} booked, {stated} stated"));
            }
        }
        let sums = [
            ("liquidity tokens", self.ledger.sum(Lp), pair.total_supply()),
            ("bank shares", self.ledger.sum(Share), bank.state().total_supply),
            ("debt shares", total(bank, |position| position.debt_share), bank.state().debt_share),
            ("goblin shares", total(bank, |position| position.goblin_share), state.total_share),
        ];
        let wrong = sums.into_iter().find(|(_, sum, stated)| *sum != signed(*stated));
        wrong.map(|(what, sum, stated)| format!("{what}: {sum} in sum, {stated} stated"))
    }
}

fn total(bank: &Bank, part: impl Fn(&Position) -> u128) -> i128 {
    bank.positions().iter().map(|position| signed(part(position))).sum()
}

/// A stranger to all positions.
const STRANGER: AccountId = AccountId(99);

impl Booked {
    /// Returns a position that exists, if any does, for any number.
    fn position(&self, number: u32) -> PositionId {
        let count = u32::try_from(self.market.bank.positions().len()).expect("a test opens few positions");
        PositionId(number % count.max(1) + 1)
    }

    /// Returns the order for a position that exists, by its owner unless a stranger asks.
    fn resolved(&self, order: Work) -> Work {
        let Some(PositionId(number)) = order.position else {
            return order;
        };
        let id = self.position(number);
        let owner = self.market.bank.position(id).map_or(order.user, |position| position.owner);
        let user = if order.user == STRANGER { STRANGER } else { owner };
        Work { position: Some(id), user, ..order }
    }
}

/// Up to `most`, as likely small as great.
fn amount(most: u128) -> impl Random<Value = u128> {
    (0..most, prop_oneof![4 => Just(0), 1 => 0u32..70]).prop_map(|(amount, shift)| amount >> shift)
}

fn adding() -> impl Random<Value = Strategy> {
    prop_oneof![
        Just(Strategy::AllBase { min_lp: 0 }),
        amount(2 * ETHER).prop_map(|farmed| Strategy::TwoSides { farmed, min_lp: 0 }),
    ]
}

/// A new position, of a leverage that may be too high.
fn opening() -> impl Random<Value = Work> {
    let user = (0u32..3).prop_map(AccountId);
    (user, amount(40 * ETHER), 0u128..26, adding())
        .prop_map(|(user, value, tenths, strategy)| order(user, None, value, value * tenths / 10, strategy))
}

/// More of a position, or less.
fn working() -> impl Random<Value = Work> {
    let user = prop_oneof![9 => Just(AccountId(0)), 1 => Just(STRANGER)];
    let strategy = prop_oneof![
        adding(),
        Just(Strategy::Liquidate { min_base: 0 }),
        Just(Strategy::MinimizeTrading { min_farmed: 0 }),
    ];
    let max_return = prop_oneof![2 => Just(0), 2 => Just(u128::MAX), 1 => amount(20 * ETHER)];
    let money = (amount(10 * ETHER), amount(5 * ETHER), max_return);
    let orders = (any::<u32>(), user, money, strategy);
    orders.prop_map(|(id, user, (value, loan, max_return), strategy)| Work {
        max_return,
        ..order(user, Some(id), value, loan, strategy)
    })
}

fn buyer() -> impl Random<Value = Buyer> {
    prop_oneof![Just(Buyer::ThePair), Just(Buyer::SomebodyElse)]
}

fn trading() -> impl Random<Value = Happening> {
    prop_oneof![
        amount(1_500 * ETHER).prop_map(|base| Happening::Trade(Side::ZeroForOne, base)),
        amount(100 * ETHER).prop_map(|farmed| Happening::Trade(Side::OneForZero, farmed)),
    ]
}

fn genesis() -> impl Random<Value = Happening> {
    (amount(40 * ETHER), amount(40 * ETHER), 0u128..16).prop_map(|(base, farmed, tenths)| {
        let (debt, amounts) = (base * tenths / 10, BaseAndFarmed { base, farmed });
        Happening::Genesis(GenesisPosition { owner: ALICE, goblin: GoblinId(0), debt, amounts })
    })
}

fn happening() -> impl Random<Value = Happening> {
    prop_oneof![
        1 => amount(100 * ETHER).prop_map(Happening::Deposit),
        1 => amount(100 * ETHER).prop_map(Happening::Withdraw),
        5 => opening().prop_map(|order| Happening::Work(order, Buyer::ThePair)),
        4 => (working(), buyer()).prop_map(|(order, buyer)| Happening::Work(order, buyer)),
        8 => (any::<u32>(), buyer()).prop_map(|(id, buyer)| Happening::Kill(PositionId(id), buyer)),
        4 => trading(),
        1 => amount(ETHER).prop_map(Happening::Notify),
        2 => Just(Happening::Reinvest),
        2 => genesis(),
        1 => amount(ETHER).prop_map(|value| Happening::ReduceReserve(value >> 30)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn receipts_book_what_the_protocols_hold_and_a_failed_call_changes_nothing(
        treasury: bool,
        happenings in prop::collection::vec((happening(), 0u64..100_000), 1..40),
    ) {
        let mut booked = Booked::new(if treasury { ProtocolFee::On } else { ProtocolFee::Off });
        prop_assert_eq!(booked.disagreement(), None);
        booked.happen(Happening::Deposit(1_000 * ETHER)).expect("an empty bank takes a deposit");
        for (happening, seconds) in happenings {
            booked.now += seconds;
            let before = booked.market.clone();
            if booked.happen(happening).is_none() {
                prop_assert_eq!(&booked.market, &before, "{:?}", happening);
            }
            prop_assert_eq!(booked.disagreement(), None, "{:?}", happening);
        }
    }
}

/// The ledger would notice a transfer that is missing.
#[test]
fn a_transfer_that_is_not_booked_is_noticed() {
    let mut booked = Booked::new(ProtocolFee::Off);
    booked.happen(Happening::Deposit(ETHER)).unwrap();
    assert_eq!(booked.disagreement(), None);
    booked.market.open(ALICE, ETHER, 0).unwrap();
    let noticed = booked.disagreement().unwrap();
    assert!(noticed.starts_with("Goblin Base: 0 booked"), "{noticed}");
}
