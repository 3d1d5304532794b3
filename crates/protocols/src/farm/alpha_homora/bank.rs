//! The bank as farmers and liquidators know it; `deposits.rs` has the depositors' side.

use super::working_copy::WorkingCopy;
use super::{
    BankError, BankState, BaseAndFarmed, Goblin, GoblinId, InterestModel, Killed, OpenedAtGenesis, PositionId,
    SaleVenue, Site, Strategy, Worked,
};
use crate::AccountId;
use crate::amm::uniswap_v2::Pair;
use crate::farm::staking_rewards::StakingRewards;
use plimsoll_math::{BPS, MathError, U256, mul_div_down, sum};

/// Parameters of a bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BankParams {
    /// The least that a position may owe, unless it owes nothing, in smallest units of the base asset.
    pub min_debt: u128,
    /// Part of the interest that goes to the reserve, in basis points.
    pub reserve_bps: u16,
    /// Part of a liquidation's proceeds that the liquidator gets, in basis points.
    pub kill_bps: u16,
    /// The model of the borrow rate.
    pub interest: InterestModel,
}

/// A farmer's position: a row of 48 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Share of what all positions owe.
    pub debt_share: u128,
    /// Share of the goblin's staked LP.
    pub goblin_share: u128,
    /// Who may work on it.
    pub owner: AccountId,
    /// Which goblin farms for it.
    pub goblin: GoblinId,
}

/// A bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bank {
    pub(super) state: BankState,
    pub(super) params: BankParams,
    positions: Vec<Position>,
}

/// A bank's before-image: its state, how many positions there were, and the row that a call names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BankBefore {
    state: BankState,
    positions: usize,
    row: Option<(PositionId, Position)>,
}

/// What a user asks of the bank and the goblin together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Work {
    /// The position, or none for a new one.
    pub position: Option<PositionId>,
    /// Who asks.
    pub user: AccountId,
    /// The goblin to work at.
    pub goblin: GoblinId,
    /// Base that the user sends along.
    pub value: u128,
    /// Base to borrow.
    pub loan: u128,
    /// The most to pay back of what the goblin returns.
    pub max_return: u128,
    /// What the goblin is to do.
    pub strategy: Strategy,
}

/// A position to book before the first block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GenesisPosition {
    /// Its owner, who alone may work on it.
    pub owner: AccountId,
    /// The goblin that farms for it.
    pub goblin: GoblinId,
    /// Base that it owes.
    pub debt: u128,
    /// The most of each token to add to the pool; what does not fit its ratio is not used.
    pub amounts: BaseAndFarmed,
}

impl Bank {
    /// Returns an empty bank that counts interest from `now`.
    pub fn new(params: BankParams, now: u64) -> Self {
        let state = BankState { last_accrual: now, ..BankState::default() };
        Self { state, params, positions: Vec::new() }
    }

    /// Returns the bank's numbers.
    pub fn state(&self) -> &BankState {
        &self.state
    }

    /// Returns how the bank is set up.
    pub fn params(&self) -> &BankParams {
        &self.params
    }

    /// Returns all positions ever opened; number 1 comes first.
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// Returns a position.
    ///
    /// # Errors
    /// There is none of that number.
    pub fn position(&self, id: PositionId) -> Result<&Position, BankError> {
        let none = BankError::NoPosition { position: id, next: self.next_position() };
        let index = usize::try_from(id.0).ok().and_then(|number| number.checked_sub(1));
        index.and_then(|index| self.positions.get(index)).ok_or(none)
    }

    /// Returns what a position owes, as of the last accrual, rounded **down**.
    ///
    /// # Errors
    /// There is no such position.
    pub fn debt_value_down(&self, id: PositionId) -> Result<u128, BankError> {
        Ok(self.state.debt_value_down(self.position(id)?.debt_share)?)
    }

    /// Returns the base that a position would sell for, fee and price impact included, rounded **down**.
    ///
    /// # Errors
    /// There is no such position, or the pair is empty.
    pub fn health_down(
        &self,
        id: PositionId,
        goblin: &Goblin,
        farm: &StakingRewards,
        pair: &Pair,
    ) -> Result<u128, BankError> {
        Ok(goblin.health_down(self.position(id)?.goblin_share, farm, pair)?)
    }

    /// Returns the interest that the next call will count, rounded **down**.
    ///
    /// # Errors
    /// The interest model cannot tell, or the interest is beyond `u128`.
    pub fn pending_interest_down(&self, now: u64) -> Result<u128, BankError> {
        Ok(self.state.pending_interest_down(self.params.interest, now)?)
    }

    /// Returns the state as a call at `now` would find it, interest counted.
    ///
    /// # Errors
    /// With three slopes: the bank is empty; or the interest is beyond `u128`.
    pub fn state_at(&self, now: u64) -> Result<BankState, BankError> {
        let mut state = self.state;
        state.accrue(&self.params, now)?;
        Ok(state)
    }

    /// Returns what a call about a position, or a new one, may change, as it is now.
    pub fn before(&self, position: Option<PositionId>) -> BankBefore {
        let row = position.and_then(|id| Some((id, *self.position(id).ok()?)));
        BankBefore { state: self.state, positions: self.positions.len(), row }
    }

    /// Undoes the calls since `before` was taken.
    pub fn restore(&mut self, before: BankBefore) {
        self.state = before.state;
        self.positions.truncate(before.positions);
        if let Some((id, row)) = before.row {
            self.put(id, row);
        }
    }

    /// Has the goblin work on a position, new or the user's own: lends, repays, or both. What it closes it sells to
    /// `venue`; what it adds is traded with the pair.
    ///
    /// # Errors
    /// The position is not the user's, the bank has too little, the goblin cannot do what is asked, or the position
    /// would owe too little or too much.
    pub fn work(
        &mut self,
        order: Work,
        site: &mut Site<'_>,
        venue: &mut dyn SaleVenue,
        now: u64,
    ) -> Result<Worked, BankError> {
        let mut state = self.state;
        let accrued = state.accrue(&self.params, now)?;
        let (id, mut position) = self.position_for(&order)?;
        let debt_before = state.remove_debt(&mut position)?;
        let debt = sum(debt_before, order.loan)?;
        let sent = state.lend(order.value, order.loan)?;
        let mut copy = WorkingCopy::open(site, now);
        let lp = copy.unstake(&mut position)?;
        let outcome = copy.execute(order.strategy, (lp, sent, debt), venue)?;
        copy.stake_for(&mut position, outcome.lp)?;
        let repaid = debt.min(outcome.base).min(order.max_return);
        let debt_after = debt - repaid;
        state.balance = sum(state.balance, repaid)?;
        let health = self.carry_debt(&mut state, &mut position, debt_after, &copy, site.goblin)?;

        self.state = state;
        self.put(id, position);
        Ok(Worked {
            position: id,
            accrued,
            debt_before,
            debt_after,
            health,
            base_from_user: order.value,
            base_to_goblin: sent,
            moves: copy.close(site),
            base_from_goblin: outcome.base,
            base_to_user: outcome.base - repaid,
        })
    }

    /// Liquidates a position that is worth too little for its debt: sells it to `venue`, pays the liquidator a prize, keeps what
    /// is owed and gives the owner the rest.
    ///
    /// # Errors
    /// The position owes nothing or is worth enough, or the goblin cannot sell it.
    pub fn kill(
        &mut self,
        id: PositionId,
        site: &mut Site<'_>,
        venue: &mut dyn SaleVenue,
        now: u64,
    ) -> Result<Killed, BankError> {
        let mut state = self.state;
        let accrued = state.accrue(&self.params, now)?;
        let mut position = *self.position(id)?;
        if position.debt_share == 0 {
            return Err(BankError::NoDebt { position: id });
        }
        let debt = state.remove_debt(&mut position)?;
        let mut copy = WorkingCopy::open(site, now);
        let health = condemn(&copy, &position, debt, site.goblin)?;
        let lp = copy.unstake(&mut position)?;
        let back = copy.liquidate(lp, 0, 0, venue)?;
        let prize = mul_div_down(back, self.params.kill_bps.into(), BPS)?;
        let rest = back.checked_sub(prize).ok_or(MathError::BelowZero)?;
        let left = rest.saturating_sub(debt);
        state.balance = sum(state.balance, rest - left)?;

        self.state = state;
        self.put(id, position);
        Ok(Killed {
            position: id,
            owner: position.owner,
            accrued,
            debt,
            health,
            moves: copy.close(site),
            back,
            prize,
            left,
            bad_debt: debt.saturating_sub(rest),
        })
    }

    /// Books a position before the first block: adds liquidity at the pool's ratio and stakes it, with no swap and no
    /// price moved, and books the debt, which the bank pays out to the genesis account.
    ///
    /// # Errors
    /// What the contract would refuse: the bank has too little, or the position would owe too little or too much.
    pub fn open_at_genesis(
        &mut self,
        opening: GenesisPosition,
        site: &mut Site<'_>,
        now: u64,
    ) -> Result<OpenedAtGenesis, BankError> {
        let GenesisPosition { owner, goblin, debt, amounts } = opening;
        let mut state = self.state;
        let accrued = state.accrue(&self.params, now)?;
        let mut position = Position { debt_share: 0, goblin_share: 0, owner, goblin };
        state.lend(0, debt)?;
        let mut copy = WorkingCopy::open(site, now);
        let (lp, _) = copy.add_liquidity(amounts)?;
        copy.stake_for(&mut position, lp)?;
        let health = self.carry_debt(&mut state, &mut position, debt, &copy, site.goblin)?;
        let health = health.map_or_else(|| copy.health_down(&position), Ok)?;

        let position_id = self.next_position();
        self.state = state;
        self.put(position_id, position);
        let moves = copy.close(site);
        Ok(OpenedAtGenesis {
            position: position_id,
            accrued,
            debt,
            health,
            used: moves.mint_from_goblin,
            lp_staked: moves.lp_staked,
            lp_protocol_fee: moves.lp_protocol_fee,
        })
    }

    /// Books what a position owes after work, if anything, and returns its health.
    fn carry_debt(
        &self,
        state: &mut BankState,
        position: &mut Position,
        debt: u128,
        copy: &WorkingCopy,
        goblin: &Goblin,
    ) -> Result<Option<u128>, BankError> {
        if debt == 0 {
            return Ok(None);
        }
        let min_debt = self.params.min_debt;
        if debt < min_debt {
            return Err(BankError::DebtTooSmall { debt, min_debt });
        }
        let health = copy.health_down(position)?;
        let work_factor_bps = goblin.params().work_factor_bps;
        if !carries(health, work_factor_bps, debt) {
            return Err(BankError::BadWorkFactor { health, work_factor_bps, debt });
        }
        state.add_debt(position, debt)?;
        Ok(Some(health))
    }

    /// Returns the position to work on and its number; a new one if none is named.
    fn position_for(&self, order: &Work) -> Result<(PositionId, Position), BankError> {
        let Work { user, goblin, .. } = *order;
        let Some(id) = order.position else {
            let position = Position { debt_share: 0, goblin_share: 0, owner: user, goblin };
            return Ok((self.next_position(), position));
        };
        let position = *self.position(id)?;
        if position.goblin != goblin {
            return Err(BankError::OtherGoblin { asked: goblin, of: position.goblin });
        }
        if position.owner != user {
            return Err(BankError::NotOwner { user, owner: position.owner });
        }
        Ok((id, position))
    }

    /// Returns the number of the next new position.
    pub fn next_position(&self) -> PositionId {
        PositionId(u32::try_from(self.positions.len() + 1).expect("four billion positions would not fit memory"))
    }

    /// Writes a position: over the one of that number, or as the next.
    fn put(&mut self, id: PositionId, position: Position) {
        match self.positions.get_mut(id.0 as usize - 1) {
            Some(row) => *row = position,
            None => self.positions.push(position),
        }
    }
}

/// Returns what a position would sell for, if that is too little for its debt.
fn condemn(copy: &WorkingCopy, position: &Position, debt: u128, goblin: &Goblin) -> Result<u128, BankError> {
    let health = copy.health_down(position)?;
    let kill_factor_bps = goblin.params().kill_factor_bps;
    if carries(health, kill_factor_bps, debt) {
        return Err(BankError::Healthy { health, kill_factor_bps, debt });
    }
    Ok(health)
}

/// Says whether a position with this health and debt may be killed, exactly.
pub fn is_underwater(health: u128, kill_factor_bps: u16, debt: u128) -> bool {
    debt > 0 && !carries(health, kill_factor_bps, debt)
}

/// Returns whether `factor_bps` of the health cover the debt, exactly.
fn carries(health: u128, factor_bps: u16, debt: u128) -> bool {
    U256::product(health, factor_bps.into()) >= U256::product(debt, BPS)
}
