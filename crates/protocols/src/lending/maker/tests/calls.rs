//! Everything that can be asked of the system, drawn at random.

use proptest::prelude::*;

use super::*;

/// Something that can be asked of the system.
#[derive(Debug, Clone, Copy)]
pub(super) enum Call {
    GemJoin(AccountId, u128),
    GemExit(AccountId, u128),
    DaiJoin(AccountId, u128),
    DaiExit(AccountId, u128),
    Frob(AccountId, i128, i128),
    /// Draws so many hundredths of what the collateral carries.
    Draw(AccountId, u128),
    /// Locks a part of what is joined, draws all that it carries, and lets the price fall by 30 percent.
    Sink(AccountId),
    Drip,
    SetDuty(u128),
    Price(u128),
    Bark(AccountId, AccountId),
    Take(AuctionId, AccountId, u128),
    Redo(AuctionId, AccountId),
    Chost(u128),
    Bite(AccountId),
    Tend(AuctionId, AccountId, u128),
    Dent(AuctionId, AccountId, u128),
    Deal(AuctionId),
    Tick(AuctionId),
    PotDrip,
    PotJoin(AccountId, u128),
    PotExit(AccountId, u128),
    Flog(u64),
    Heal(u128),
}

/// What the adapters should hold by the receipts: collateral tokens, and dai tokens minted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Outside {
    pub(super) gem_held: u128,
    pub(super) dai_minted: u128,
}

impl Call {
    /// Calls, and books the receipt of what moves tokens.
    pub(super) fn make(self, maker: &mut Maker, now: u64, outside: &mut Outside) -> Result<(), MakerError> {
        match self {
            Self::GemJoin(who, tokens) => outside.gem_held += maker.gem_join(GOLD, who, tokens)?.tokens,
            Self::GemExit(who, tokens) => outside.gem_held -= maker.gem_exit(GOLD, who, tokens)?.tokens,
            Self::DaiJoin(who, wad) => outside.dai_minted -= maker.dai_join(who, wad)?.burnt,
            Self::DaiExit(who, wad) => outside.dai_minted += maker.dai_exit(who, wad)?.minted,
            Self::Frob(who, ink, art) => maker.frob(GOLD, who, ink, art).map(drop)?,
            Self::Draw(who, part) => draw(maker, who, part)?,
            Self::Sink(who) => sink(maker, who),
            Self::Drip => maker.drip(GOLD, now).map(drop)?,
            Self::SetDuty(more) => maker.set_duty(GOLD, Ray(Ray::ONE.0 + more), now)?,
            Self::Price(cents) => {
                maker.set_price(GOLD, Some(super::cents(cents)))?;
                maker.poke(GOLD)?;
            }
            Self::Bark(owner, keeper) => maker.bark(GOLD, owner, keeper, now).map(drop)?,
            Self::Take(id, buyer, amount) => take(maker, id, buyer, amount, now)?,
            Self::Redo(id, keeper) => maker.redo(GOLD, id, keeper, now).map(drop)?,
            Self::Chost(dust) => {
                maker.set_ilk(GOLD, IlkParameter::Dust(dai(dust)))?;
                maker.update_chost(GOLD)?;
            }
            Self::PotDrip => maker.pot_drip(now).map(drop)?,
            Self::PotJoin(who, pie) => maker.pot_join(who, pie, now).map(drop)?,
            Self::PotExit(who, pie) => maker.pot_exit(who, pie).map(drop)?,
            Self::Flog(era) => maker.flog(START + era, now).map(drop)?,
            Self::Heal(cents) => maker.heal(dai_cents(cents))?,
            Self::Bite(_) | Self::Tend(..) | Self::Dent(..) | Self::Deal(_) | Self::Tick(_) => self.bid(maker, now)?,
        }
        Ok(())
    }

    /// Makes a call about an English auction.
    fn bid(self, maker: &mut Maker, now: u64) -> Result<(), MakerError> {
        match self {
            Self::Bite(owner) => maker.bite(GOLD, owner, now).map(drop),
            Self::Tend(id, bidder, part) => {
                let bid = maker.bid(GOLD, id)?;
                let offer = bid.tab.part_down(cents(part))?;
                maker.tend(GOLD, id, bidder, bid.lot, offer, now).map(drop)
            }
            Self::Dent(id, bidder, part) => {
                let bid = maker.bid(GOLD, id)?;
                maker.dent(GOLD, id, bidder, bid.lot / 100 * part, bid.bid, now).map(drop)
            }
            Self::Deal(id) => maker.deal(GOLD, id, now).map(drop),
            Self::Tick(id) => maker.tick(GOLD, id, now).map(drop),
            _ => Ok(()),
        }
    }

    /// Returns what the call names, as a journal would be told.
    pub(super) fn touched(self) -> (Vec<AccountId>, Option<AuctionOf>, Option<u64>) {
        match self {
            Self::GemJoin(who, _)
            | Self::GemExit(who, _)
            | Self::DaiJoin(who, _)
            | Self::DaiExit(who, _)
            | Self::Frob(who, ..)
            | Self::Draw(who, _)
            | Self::Sink(who)
            | Self::PotJoin(who, _)
            | Self::PotExit(who, _)
            | Self::Bite(who) => (vec![who], None, None),
            Self::Bark(owner, keeper) => (vec![owner, keeper], None, None),
            Self::Take(id, who, _) | Self::Redo(id, who) => (vec![who], Some(AuctionOf::Clipper(id)), None),
            Self::Tend(id, who, _) | Self::Dent(id, who, _) => (vec![who], Some(AuctionOf::Flipper(id)), None),
            Self::Deal(id) | Self::Tick(id) => (vec![], Some(AuctionOf::Flipper(id)), None),
            Self::Flog(era) => (vec![], None, Some(START + era)),
            Self::Drip | Self::SetDuty(_) | Self::Price(_) | Self::Chost(_) | Self::PotDrip | Self::Heal(_) => {
                (vec![], None, None)
            }
        }
    }
}

/// Draws a part of what the collateral carries and the urn does not owe yet.
fn draw(maker: &mut Maker, who: AccountId, part: u128) -> Result<(), MakerError> {
    let (state, position) = (*maker.ilk_state(GOLD)?, maker.position(GOLD, who)?);
    let free = position.carried(state.spot).saturating_sub(position.tab(state.rate));
    let art = free.div_down(state.rate)? / 100 * part;
    maker.frob(GOLD, who, 0, i128::try_from(art).unwrap_or(i128::MAX)).map(drop)
}

/// Makes an urn unsafe, if the account has anything to lock.
fn sink(maker: &mut Maker, who: AccountId) {
    reprice(maker, 1_000);
    let part = i128::try_from(gem(maker, who) / 4).unwrap_or(i128::MAX);
    let _nothing_to_lock = maker.frob(GOLD, who, part, 0);
    let _too_little_to_draw = draw(maker, who, 100);
    reprice(maker, 700);
}

/// Takes, and holds the quote to what happened.
fn take(maker: &mut Maker, id: AuctionId, buyer: AccountId, amount: u128, now: u64) -> Result<(), MakerError> {
    let price = maker.status(GOLD, id, now)?.price;
    let quoted = maker.quote_take(GOLD, id, amount, price, now);
    let (internal_dai, held) = (maker.internal_dai(buyer).dai, gem(maker, buyer));
    let taken = maker.take(GOLD, id, buyer, amount, price, now)?;
    assert_eq!(quoted, Ok(taken));
    assert_eq!(maker.internal_dai(buyer).dai.checked_add(taken.owe), Ok(internal_dai));
    let returned = if taken.usr == buyer { taken.returned } else { 0 };
    assert_eq!(gem(maker, buyer), held + taken.slice + returned);
    assert!(taken.slice <= amount && Rad::product(taken.slice, taken.price) <= taken.owe);
    Ok(())
}

fn who() -> impl Strategy<Value = AccountId> {
    (0u32..4).prop_map(AccountId)
}

fn id() -> impl Strategy<Value = AuctionId> {
    prop_oneof![1 => Just(0u32), 4 => Just(1), 3 => 2u32..4].prop_map(AuctionId)
}

/// Amounts of every width up to a million whole units.
fn wad() -> impl Strategy<Value = u128> {
    (1u128..1 << 80, 0u32..80).prop_map(|(wad, shift)| wad >> shift)
}

fn signed() -> impl Strategy<Value = i128> {
    (wad(), any::<bool>()).prop_map(|(wad, negative)| {
        let wad = i128::try_from(wad).expect("80 bits fit");
        if negative { -wad } else { wad }
    })
}

fn about_urns() -> impl Strategy<Value = Call> {
    prop_oneof![
        2 => (who(), wad()).prop_map(|(who, tokens)| Call::GemJoin(who, tokens)),
        1 => (who(), wad()).prop_map(|(who, tokens)| Call::GemExit(who, tokens)),
        1 => (who(), wad()).prop_map(|(who, wad)| Call::DaiJoin(who, wad)),
        1 => (who(), wad()).prop_map(|(who, wad)| Call::DaiExit(who, wad)),
        4 => (who(), signed(), signed()).prop_map(|(who, ink, art)| Call::Frob(who, ink, art)),
        2 => (who(), wad()).prop_map(|(who, ink)| Call::Frob(who, i128::try_from(ink).expect("80 bits fit"), 0)),
        20 => who().prop_map(Call::Sink),
        5 => (who(), 1u128..=101).prop_map(|(who, part)| Call::Draw(who, part)),
        2 => Just(Call::Drip),
        1 => (0u128..1 << 75).prop_map(Call::SetDuty),
        3 => (1u128..2_000).prop_map(Call::Price),
    ]
}

fn about_dutch_auctions() -> impl Strategy<Value = Call> {
    prop_oneof![
        4 => (who(), who()).prop_map(|(owner, keeper)| Call::Bark(owner, keeper)),
        4 => (id(), who(), wad()).prop_map(|(id, who, amount)| Call::Take(id, who, amount)),
        1 => (id(), who()).prop_map(|(id, who)| Call::Take(id, who, u128::MAX)),
        1 => (id(), who()).prop_map(|(id, who)| Call::Redo(id, who)),
        1 => (0u128..40).prop_map(Call::Chost),
    ]
}

fn about_english_auctions() -> impl Strategy<Value = Call> {
    prop_oneof![
        2 => who().prop_map(Call::Bite),
        3 => (id(), who(), 0u128..=101).prop_map(|(id, who, part)| Call::Tend(id, who, part)),
        3 => (id(), who()).prop_map(|(id, who)| Call::Tend(id, who, 100)),
        4 => (id(), who(), 0u128..=100).prop_map(|(id, who, part)| Call::Dent(id, who, part)),
        4 => id().prop_map(Call::Deal),
        1 => id().prop_map(Call::Tick),
    ]
}

fn about_the_system() -> impl Strategy<Value = Call> {
    prop_oneof![
        2 => Just(Call::PotDrip),
        2 => (who(), wad()).prop_map(|(who, pie)| Call::PotJoin(who, pie)),
        2 => (who(), wad()).prop_map(|(who, pie)| Call::PotExit(who, pie)),
        1 => (0u64..2_000).prop_map(Call::Flog),
        1 => (0u128..100_000).prop_map(Call::Heal),
    ]
}

/// Returns a call, and how many seconds pass before it.
pub(super) fn timed_call() -> impl Strategy<Value = (Call, u64)> {
    let call = prop_oneof![
        4 => about_urns(),
        4 => about_dutch_auctions(),
        4 => about_english_auctions(),
        1 => about_the_system(),
    ];
    (call, prop_oneof![6 => Just(0), 4 => 0u64..20, 1 => 0u64..400])
}
