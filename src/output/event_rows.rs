//! What a row of `events.csv` says of an event.

use super::events::{Event as EventRow, EventKind};
use crate::agents::AgentDirectory;
use crate::agents::view::View;
use crate::chain::cdp::MakerCall;
use crate::chain::event::{Event, MakerAt, MakerDone, Sandwich, What};
use crate::chain::ids::{AccountId, AgentId, TokenId};
use crate::chain::liquidation::{Liquidation, Prize, SaleKind};
use crate::chain::oracles::wad_to_f64;
use crate::chain::transaction::LendingCall;
use crate::math::Rad;
use crate::rows::amount::Amount;

fn amount(sees: &View, token: TokenId, units: u128) -> Amount {
    Amount { units, decimals: sees.tokens.get(token).decimals }
}

pub(super) fn event_row<'a>(sees: &'a View, agents: &'a AgentDirectory, event: &'a Event) -> EventRow<'a> {
    let (kind, action) = kind_and_action(&event.what);
    let mut row = EventRow::new(sees.clock.block, sees.clock.now(), kind, action);
    if let Some((agent, _)) = event.sender {
        name_sender(&mut row, agents, agent);
    }
    if event.gas > 0 {
        row.gas_used = Some(event.gas);
        row.fee_native = Some(amount(sees, sees.tokens.native, event.fee));
    }
    let thrown_away = matches!(event.what, What::Expired { .. } | What::Replaced { .. });
    row.waited_blocks = (event.gas > 0 || thrown_away).then_some(event.waited);
    if let Some((bank, position)) = event.position() {
        row.bank = Some(&sees.protocols.directory.banks[bank.index()].name);
        row.position = Some(position.0.into());
    }
    fill(&mut row, sees, &event.what);
    if let Some(borrower) = owner(&event.what).and_then(|owner| agents.agent(owner)) {
        let listed = agents.agents[borrower.index()];
        row.borrower_population = Some(&agents.populations[usize::from(listed.population)].name);
        row.borrower = Some(listed.number);
    }
    if let What::Sandwiched(at) = &event.what {
        let listed = agents.agents[at.victim.index()];
        row.victim_population = Some(&agents.populations[usize::from(listed.population)].name);
        row.victim = Some(listed.number);
    }
    row
}

/// Returns whose position was liquidated, if one was.
fn owner(what: &What) -> Option<AccountId> {
    match what {
        // Of a position that has a number of its own, the number is told.
        What::Liquidated(at) => (at.kind != SaleKind::Kill).then_some(at.owner),
        What::Maker(at) => match at.done {
            MakerDone::Sold(sold) => Some(sold.row.owner),
            _ => None,
        },
        _ => None,
    }
}

fn name_sender<'a>(row: &mut EventRow<'a>, agents: &'a AgentDirectory, agent: AgentId) {
    let listed = agents.agents[agent.index()];
    let population = &agents.populations[usize::from(listed.population)];
    row.population = Some(&population.name);
    row.agent = Some(listed.number);
    row.agent_kind = Some(population.kind);
}

fn kind_and_action(what: &What) -> (EventKind, &'static str) {
    match what {
        What::Swapped { .. } => (EventKind::Swap, "swap"),
        What::LiquidityAdded(_) => (EventKind::AddLiquidity, "add_liquidity"),
        What::LiquidityRemoved(at) if at.moved.liquidity == 0 => (EventKind::CollectFees, "collect_fees"),
        What::LiquidityRemoved(_) => (EventKind::RemoveLiquidity, "remove_liquidity"),
        What::VenueTraded { bought: true, .. } => (EventKind::VenueBuy, "venue_buy"),
        What::VenueTraded { bought: false, .. } => (EventKind::VenueSell, "venue_sell"),
        What::SaleMuted { .. } => (EventKind::MutedSale, "muted_sale"),
        What::Worked(at) if at.opened => (EventKind::Open, "work"),
        What::Worked(at) if at.closed.is_some() => (EventKind::Close, "work"),
        What::Worked(_) => (EventKind::Adjust, "work"),
        What::Reinvested(..) => (EventKind::Reinvest, "reinvest"),
        What::Deposited(..) => (EventKind::Deposit, "deposit"),
        What::Withdrawn(..) => (EventKind::Withdraw, "withdraw"),
        What::FarmFunded { .. } => (EventKind::FundFarm, "fund_farm"),
        What::Lent(at) => (lending_kind(&at.call), at.call.name()),
        What::Liquidated(at) => (liquidation_kind(at), at.action),
        What::Maker(at) => (maker_kind(&at.call), at.call.name()),
        What::PricePublished { .. } => (EventKind::PublishPrice, "publish_price"),
        What::Sandwiched(_) => (EventKind::Sandwich, "bundle"),
        What::Reverted { action, .. } => (EventKind::Revert, action),
        What::Dropped { action, .. } => (EventKind::Drop, action),
        What::Expired { action, .. } => (EventKind::Expire, action),
        What::Replaced { action, .. } => (EventKind::Replace, action),
    }
}

fn liquidation_kind(at: &Liquidation) -> EventKind {
    match at.action {
        "kill" => EventKind::Kill,
        "bark" => EventKind::Bark,
        "bite" => EventKind::Bite,
        _ => EventKind::Liquidate,
    }
}

fn lending_kind(call: &LendingCall) -> EventKind {
    match call {
        LendingCall::Supply { .. } => EventKind::Supply,
        LendingCall::Withdraw { .. } => EventKind::WithdrawClaim,
        LendingCall::Borrow { .. } | LendingCall::FlashLoan { .. } => EventKind::Borrow,
        LendingCall::Repay { .. } | LendingCall::RepayFlashLoan => EventKind::Repay,
        LendingCall::Liquidate { .. } => EventKind::Liquidate,
    }
}

fn sandwiched<'a>(row: &mut EventRow<'a>, sees: &'a View, at: &Sandwich) {
    let cell = sees.protocols.pool(at.pool);
    let (paid, bought) = (cell.token_at(at.direction.pays), cell.token_at(at.direction.takes));
    let name = |token: TokenId| Some(sees.tokens.get(token).name.as_str());
    row.pool = Some(&sees.protocols.directory.pools[at.pool.index()].name);
    (row.token_in, row.amount_in) = (name(paid), Some(amount(sees, paid, at.paid)));
    (row.token_out, row.amount_out) = (name(paid), Some(amount(sees, paid, at.returned)));
    row.prize = Some(amount(sees, paid, at.returned.saturating_sub(at.paid)));
    row.token_lost = name(bought);
    row.lost = Some(amount(sees, bought, at.alone.saturating_sub(at.got)));
}

fn maker_kind(call: &MakerCall) -> EventKind {
    match call {
        MakerCall::LockAndDraw { .. } | MakerCall::FlashMint { .. } => EventKind::LockAndDraw,
        MakerCall::WipeAndFree { .. } | MakerCall::RepayFlashMint => EventKind::WipeAndFree,
        MakerCall::Bark { .. } => EventKind::Bark,
        MakerCall::Bite { .. } => EventKind::Bite,
        MakerCall::Take { .. } => EventKind::Take,
        MakerCall::Redo { .. } => EventKind::Redo,
        MakerCall::Tend { .. } => EventKind::Tend,
        MakerCall::Dent { .. } => EventKind::Dent,
        MakerCall::Deal { .. } => EventKind::Deal,
    }
}

/// Fills in the cells of a row about a liquidation.
fn fill_liquidation<'a>(row: &mut EventRow<'a>, sees: &'a View, at: &Liquidation) {
    let (protocol, market) = sees.protocols.directory.names_of(at.key);
    let debt = |units| Some(amount(sees, at.debt_token, units));
    let mut moved = |paid: (TokenId, u128), got: Option<(TokenId, u128)>| {
        let name = |token: TokenId| Some(sees.tokens.get(token).name.as_str());
        (row.token_in, row.amount_in) = (name(paid.0), Some(amount(sees, paid.0, paid.1)));
        if let Some((token, units)) = got {
            (row.token_out, row.amount_out) = (name(token), Some(amount(sees, token, units)));
        }
    };
    match at.kind {
        SaleKind::Kill | SaleKind::Close => {
            moved((at.collateral, at.sold), at.brought.map(|brought| (at.debt_token, brought)));
            (row.bank, row.goblin, row.position) = (Some(protocol), market, Some(at.key.position.into()));
            (row.debt, row.bad_debt, row.left) = (debt(at.debt), debt(at.bad_debt), debt(at.returned));
        }
        SaleKind::Liquidate => {
            moved((at.debt_token, at.repaid), Some((at.collateral, at.sold)));
            row.market = Some(protocol);
            row.health_factor = at.health_factor;
            (row.debt, row.bad_debt) = (debt(at.debt_left), debt(at.bad_debt));
        }
        SaleKind::Auction => {
            moved((at.collateral, at.sold), None);
            row.market = market;
            row.health_factor = at.health_factor;
            (row.debt, row.auction) = (debt(at.debt), at.auction.map(u64::from));
        }
    }
    if let Prize::Paid(prize) = at.prize {
        row.prize = debt(prize);
    }
}

/// Fills in the cells of a row about a Maker system.
fn fill_maker<'a>(row: &mut EventRow<'a>, sees: &'a View, at: &MakerAt) {
    let cell = sees.protocols.maker(at.system);
    let ilk = cell.ilk(at.ilk);
    row.market = Some(&ilk.name);
    row.auction = at.call.auction().map(|auction| auction.0.into());
    let dai = |rad: Rad| amount(sees, cell.dai, rad.to_wad_down().unwrap_or(u128::MAX));
    let name = |token: TokenId| sees.tokens.get(token).name.as_str();
    let paid = |row: &mut EventRow<'a>, token, paid| (row.token_in, row.amount_in) = (Some(name(token)), Some(paid));
    let got = |row: &mut EventRow<'a>, token, got| (row.token_out, row.amount_out) = (Some(name(token)), Some(got));
    match at.done {
        MakerDone::Changed { locked, freed, drawn, wiped } => {
            if let MakerCall::LockAndDraw { .. } = at.call {
                paid(row, ilk.gem, amount(sees, ilk.gem, locked));
                got(row, cell.dai, amount(sees, cell.dai, drawn));
            } else {
                paid(row, cell.dai, amount(sees, cell.dai, wiped));
                got(row, ilk.gem, amount(sees, ilk.gem, freed));
            }
        }
        MakerDone::Restarted { incentive, .. } => row.prize = Some(dai(incentive)),
        MakerDone::Bid { bid, lot, .. } => {
            paid(row, cell.dai, dai(bid));
            got(row, ilk.gem, amount(sees, ilk.gem, lot));
        }
        MakerDone::Sold(sold) => {
            paid(row, cell.dai, dai(sold.paid));
            got(row, ilk.gem, amount(sees, ilk.gem, sold.lot));
            row.bad_debt = sold.shortfall().map(dai);
        }
    }
}

/// Fills in the cells that belong to the row's kind.
fn fill<'a>(row: &mut EventRow<'a>, sees: &'a View, what: &'a What) {
    let directory = &sees.protocols.directory;
    let name = |token: TokenId| sees.tokens.get(token).name.as_str();
    let mut moved = |paid: Option<(TokenId, u128)>, got: Option<(TokenId, u128)>| {
        row.token_in = paid.map(|(token, _)| name(token));
        row.amount_in = paid.map(|(token, units)| amount(sees, token, units));
        row.token_out = got.map(|(token, _)| name(token));
        row.amount_out = got.map(|(token, units)| amount(sees, token, units));
    };
    match what {
        What::Swapped { pool, direction, traded } => {
            let cell = sees.protocols.pool(*pool);
            let (paid, got) = (cell.token_at(direction.pays), cell.token_at(direction.takes));
            moved(Some((paid, traded.amount_in)), Some((got, traded.amount_out)));
            row.pool = Some(&directory.pools[pool.index()].name);
        }
        What::LiquidityAdded(at) | What::LiquidityRemoved(at) => {
            let cell = sees.protocols.pool(at.pool);
            let worth = |amounts: &[u128]| {
                cell.tokens.iter().zip(amounts).map(|(token, units)| sees.worth(*token, *units)).sum::<f64>()
            };
            row.pool = Some(&directory.pools[at.pool.index()].name);
            row.worth_numeraire = Some(worth(&at.moved.amounts));
            row.fees_numeraire = (!at.moved.fees.is_empty()).then(|| worth(&at.moved.fees));
            row.tick_lower = at.range.map(|range| range.lower);
            row.tick_upper = at.range.map(|range| range.upper);
        }
        What::VenueTraded { token, bought, amount, numeraire } => {
            let (token, cash) = ((*token, *amount), (sees.tokens.numeraire, *numeraire));
            if *bought { moved(Some(cash), Some(token)) } else { moved(Some(token), Some(cash)) }
        }
        What::SaleMuted { paid, got, .. } => moved(Some(*paid), Some(*got)),
        What::Worked(at) => {
            let base = sees.protocols.bank(at.bank).base;
            moved(Some((base, at.receipt.base_from_user)), Some((base, at.receipt.base_to_user)));
            row.goblin = Some(&directory.goblins[usize::from(at.goblin.0)].name);
            row.debt = Some(amount(sees, base, at.receipt.debt_after));
        }
        What::Reinvested(goblin, receipt) => {
            let farm = sees.protocols.farm(sees.protocols.goblin(*goblin).farm);
            let base = sees.base_and_farmed(*goblin)[0];
            moved(Some((farm.reward, receipt.reward_sold)), Some((base, receipt.base_bought)));
            row.goblin = Some(&directory.goblins[usize::from(goblin.0)].name);
            row.farm = Some(&directory.farms[farm.id.index()].name);
            row.prize = Some(amount(sees, farm.reward, receipt.bounty));
        }
        What::Deposited(bank, receipt) => {
            let cell = sees.protocols.bank(*bank);
            moved(Some((cell.base, receipt.value)), Some((cell.shares, receipt.share)));
            row.bank = Some(&directory.banks[bank.index()].name);
        }
        What::Withdrawn(bank, receipt) => {
            let cell = sees.protocols.bank(*bank);
            moved(Some((cell.shares, receipt.share)), Some((cell.base, receipt.value)));
            row.bank = Some(&directory.banks[bank.index()].name);
        }
        What::FarmFunded { farm, amount } => {
            moved(Some((sees.protocols.farm(*farm).reward, *amount)), None);
            row.farm = Some(&directory.farms[farm.index()].name);
        }
        What::Lent(at) => {
            let cell = sees.protocols.lending(at.market);
            let legs = Some((cell.asset(at.asset).token, at.amount));
            match at.call {
                LendingCall::Supply { .. } | LendingCall::Repay { .. } => moved(legs, None),
                _ => moved(None, legs),
            }
            row.market = Some(&directory.lending[at.market.index()].name);
        }
        What::Liquidated(at) => fill_liquidation(row, sees, at),
        What::Maker(at) => fill_maker(row, sees, at),
        What::PricePublished { feed, price_wad } => {
            row.oracle = Some(&sees.oracles.feed(*feed).name);
            row.price_numeraire = Some(wad_to_f64(*price_wad));
        }
        What::Sandwiched(at) => sandwiched(row, sees, at),
        What::Reverted { reason, .. } => row.reason = Some(reason.kind()),
        What::Dropped { .. } => row.reason = Some("cannot_pay_gas"),
        What::Expired { .. } | What::Replaced { .. } => {}
    }
}
