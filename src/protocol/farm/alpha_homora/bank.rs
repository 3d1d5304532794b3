//! The bank: what depositors lend, farmers borrow and liquidators recover.

use super::workbench::Workbench;
use super::{
    Accrued, BankError, Deposited, ForcedSale, Goblin, GoblinId, InterestModel, Killed, Legs, OpenedAtGenesis,
    PositionId, Site, Strategy, Withdrawn, Worked,
};
use crate::{
    math::{BPS, MathError, U256, WAD, mul_div_down},
    protocol::{AccountId, amm::uniswap_v2::Pair, farm::staking_rewards::StakingRewards},
};

/// The bank's numbers, in smallest units of the base asset unless said otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BankBooks {
    /// Base that is not lent out.
    pub balance: u128,
    /// Sum of the positions' debt shares.
    pub debt_share: u128,
    /// What all positions owe, interest included up to the last accrual.
    pub debt_value: u128,
    /// The part of what the bank has that does not belong to its depositors.
    pub reserve: u128,
    /// Up to when interest is counted, in seconds.
    pub last_accrual: u64,
    /// Interest-bearing shares that exist.
    pub total_supply: u128,
}

/// How a bank is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BankParams {
    /// The least that a position may owe, unless it owes nothing, in smallest units of the base asset.
    pub min_debt: u128,
    /// Part of the interest that goes to the reserve, in basis points.
    pub reserve_bps: u16,
    /// Part of a liquidation's proceeds that the liquidator gets, in basis points.
    pub kill_bps: u16,
    /// What borrowers are charged.
    pub interest: InterestModel,
}

/// A farmer's position: a row of 48 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Share of what all positions owe.
    pub debt_share: u128,
    /// Share of the goblin's heap of liquidity tokens.
    pub goblin_share: u128,
    /// Who may work on it.
    pub owner: AccountId,
    /// Which goblin farms for it.
    pub goblin: GoblinId,
}

/// A bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bank {
    books: BankBooks,
    params: BankParams,
    positions: Vec<Position>,
}

/// A bank's before-image: its books, how many positions there were, and the row that a call names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BankBefore {
    books: BankBooks,
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
    /// Whose it is.
    pub owner: AccountId,
    /// The goblin that farms for it.
    pub goblin: GoblinId,
    /// Base that it owes.
    pub debt: u128,
    /// The most of each token to add to the pool; what does not fit its ratio is not used.
    pub amounts: Legs,
}

impl Bank {
    /// Returns an empty bank that counts interest from `now`.
    pub fn new(params: BankParams, now: u64) -> Self {
        let books = BankBooks { last_accrual: now, ..BankBooks::default() };
        Self { books, params, positions: Vec::new() }
    }

    /// Returns the bank's numbers.
    pub fn books(&self) -> &BankBooks {
        &self.books
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
        Ok(self.books.debt_value_down(self.position(id)?.debt_share)?)
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
        Ok(self.books.pending_interest_down(self.params.interest, now)?)
    }

    /// Counts the interest up to now.
    ///
    /// # Errors
    /// The interest model cannot tell, or a sum is beyond `u128`.
    pub fn accrue(&mut self, now: u64) -> Result<Accrued, BankError> {
        let mut books = self.books;
        let accrued = books.accrue(&self.params, now)?;

        self.books = books;
        Ok(accrued)
    }

    /// Returns the books as a call at `now` would find them, interest counted.
    ///
    /// # Errors
    /// With three slopes: the bank is empty; or the interest is beyond `u128`.
    pub fn books_at(&self, now: u64) -> Result<BankBooks, BankError> {
        let mut books = self.books;
        books.accrue(&self.params, now)?;
        Ok(books)
    }

    /// Returns what a call about a position, or a new one, may change, as it is now.
    pub fn before(&self, position: Option<PositionId>) -> BankBefore {
        let row = position.and_then(|id| Some((id, *self.position(id).ok()?)));
        BankBefore { books: self.books, positions: self.positions.len(), row }
    }

    /// Puts back what was kept.
    pub fn restore(&mut self, before: BankBefore) {
        self.books = before.books;
        self.positions.truncate(before.positions);
        if let Some((id, row)) = before.row {
            self.put(id, row);
        }
    }

    /// Takes base, and mints interest-bearing shares for it. They round **down**, in favour of the other depositors.
    ///
    /// # Errors
    /// Interest cannot be counted, or a sum is beyond `u128`.
    pub fn deposit(&mut self, value: u128, now: u64) -> Result<Deposited, BankError> {
        let mut books = self.books;
        let accrued = books.accrue(&self.params, now)?;
        let total = books.total_base()?;
        let share = if total == 0 { value } else { mul_div_down(value, books.total_supply, total)? };
        books.balance = sum(books.balance, value)?;
        books.total_supply = sum(books.total_supply, share)?;

        self.books = books;
        Ok(Deposited { accrued, value, share })
    }

    /// Burns interest-bearing shares, and gives base for them. It rounds **down**, in favour of the other depositors.
    ///
    /// # Errors
    /// So many shares do not exist, or the base is lent out.
    pub fn withdraw(&mut self, share: u128, now: u64) -> Result<Withdrawn, BankError> {
        let mut books = self.books;
        let accrued = books.accrue(&self.params, now)?;
        let (total_supply, idle) = (books.total_supply, books.balance);
        if share > total_supply {
            return Err(BankError::BeyondSupply { share, total_supply });
        }
        let value = mul_div_down(share, books.total_base()?, total_supply)?;
        if value > idle {
            return Err(BankError::InsufficientIdle { asked: value, idle });
        }
        books.total_supply -= share;
        books.balance -= value;

        self.books = books;
        Ok(Withdrawn { accrued, share, value })
    }

    /// Gives part of the reserve to the depositors. No interest is counted and no token moves.
    ///
    /// # Errors
    /// The reserve is smaller than that.
    pub fn reduce_reserve(&mut self, value: u128) -> Result<(), BankError> {
        let reserve = self.books.reserve;
        if value > reserve {
            return Err(BankError::InsufficientReserve { asked: value, reserve });
        }

        self.books.reserve -= value;
        Ok(())
    }

    /// Has the goblin work on a position, new or the user's own: lends, repays, or both.
    ///
    /// # Errors
    /// The position is not the user's, the bank has too little, the goblin cannot do what is asked, or the position would
    /// owe too little or too much.
    pub fn work(&mut self, order: Work, site: &mut Site<'_>, now: u64) -> Result<Worked, BankError> {
        let mut books = self.books;
        let accrued = books.accrue(&self.params, now)?;
        let (id, mut position) = self.position_for(&order)?;
        let debt_before = books.remove_debt(&mut position)?;
        let debt = sum(debt_before, order.loan)?;
        let sent = books.lend(order.value, order.loan)?;
        let mut bench = Workbench::open(site, now);
        let lp = bench.unstake(&mut position)?;
        let outcome = bench.execute(order.strategy, lp, sent, debt)?;
        bench.stake_for(&mut position, outcome.lp)?;
        let repaid = debt.min(outcome.base).min(order.max_return);
        let debt_after = debt - repaid;
        books.balance = sum(books.balance, repaid)?;
        let health = self.carry_debt(&mut books, &mut position, debt_after, &bench, site.goblin)?;

        self.books = books;
        self.put(id, position);
        Ok(Worked {
            position: id,
            accrued,
            debt_before,
            debt_after,
            health,
            base_from_user: order.value,
            base_to_goblin: sent,
            moves: bench.close(site),
            base_from_goblin: outcome.base,
            base_to_user: outcome.base - repaid,
        })
    }

    /// Liquidates a position that is worth too little for its debt: sells it, pays the liquidator a prize, keeps what is
    /// owed and gives the owner the rest.
    ///
    /// # Errors
    /// The position owes nothing or is worth enough, or the goblin cannot sell it.
    pub fn kill(
        &mut self,
        id: PositionId,
        sale: ForcedSale,
        site: &mut Site<'_>,
        now: u64,
    ) -> Result<Killed, BankError> {
        let mut books = self.books;
        let accrued = books.accrue(&self.params, now)?;
        let mut position = *self.position(id)?;
        if position.debt_share == 0 {
            return Err(BankError::NoDebt { position: id });
        }
        let debt = books.remove_debt(&mut position)?;
        let mut bench = Workbench::open(site, now);
        let health = bench.health_down(&position)?;
        let kill_factor_bps = site.goblin.params().kill_factor_bps;
        if carries(health, kill_factor_bps, debt) {
            return Err(BankError::Healthy { health, kill_factor_bps, debt });
        }
        let lp = bench.unstake(&mut position)?;
        let back = bench.liquidate(lp, 0, 0, sale)?;
        let prize = mul_div_down(back, self.params.kill_bps.into(), BPS)?;
        let rest = back.checked_sub(prize).ok_or(MathError::BelowZero)?;
        let left = rest.saturating_sub(debt);
        books.balance = sum(books.balance, rest - left)?;

        self.books = books;
        self.put(id, position);
        Ok(Killed {
            position: id,
            owner: position.owner,
            accrued,
            debt,
            health,
            sale,
            moves: bench.close(site),
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
        let mut books = self.books;
        let accrued = books.accrue(&self.params, now)?;
        let mut position = Position { debt_share: 0, goblin_share: 0, owner, goblin };
        books.lend(0, debt)?;
        let mut bench = Workbench::open(site, now);
        let (lp, _) = bench.add_liquidity(amounts)?;
        bench.stake_for(&mut position, lp)?;
        let health = self.carry_debt(&mut books, &mut position, debt, &bench, site.goblin)?;
        let health = health.map_or_else(|| bench.health_down(&position), Ok)?;

        let position_id = self.next_position();
        self.books = books;
        self.put(position_id, position);
        let moves = bench.close(site);
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
        books: &mut BankBooks,
        position: &mut Position,
        debt: u128,
        bench: &Workbench,
        goblin: &Goblin,
    ) -> Result<Option<u128>, BankError> {
        if debt == 0 {
            return Ok(None);
        }
        let min_debt = self.params.min_debt;
        if debt < min_debt {
            return Err(BankError::DebtTooSmall { debt, min_debt });
        }
        let health = bench.health_down(position)?;
        let work_factor_bps = goblin.params().work_factor_bps;
        if !carries(health, work_factor_bps, debt) {
            return Err(BankError::BadWorkFactor { health, work_factor_bps, debt });
        }
        books.add_debt(position, debt)?;
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

impl BankBooks {
    /// Returns what belongs to the depositors: all base, idle or lent, less the reserve.
    ///
    /// # Errors
    /// The sum is beyond `u128`, or the reserve is greater.
    pub fn total_base(&self) -> Result<u128, MathError> {
        sum(self.balance, self.debt_value)?.checked_sub(self.reserve).ok_or(MathError::BelowZero)
    }

    /// Returns what a share of the debt owes, rounded **down**.
    ///
    /// # Errors
    /// The value is beyond `u128`.
    pub fn debt_value_down(&self, share: u128) -> Result<u128, MathError> {
        if self.debt_share == 0 { Ok(share) } else { mul_div_down(share, self.debt_value, self.debt_share) }
    }

    /// Returns the interest since the last accrual, rounded **down**.
    fn pending_interest_down(&self, model: InterestModel, now: u64) -> Result<u128, MathError> {
        if now <= self.last_accrual {
            return Ok(0);
        }
        let elapsed = u128::from(now - self.last_accrual);
        let rate_wad = model.rate_per_second_wad(self.debt_value, self.balance)?;
        U256::product(rate_wad, self.debt_value).checked_mul(elapsed)?.div_down(WAD)?.try_into_u128()
    }

    /// Counts the interest up to now. The reserve's part rounds **down**, in favour of the depositors.
    fn accrue(&mut self, params: &BankParams, now: u64) -> Result<Accrued, MathError> {
        let interest = self.pending_interest_down(params.interest, now)?;
        let to_reserve = mul_div_down(interest, params.reserve_bps.into(), BPS)?;
        self.reserve = sum(self.reserve, to_reserve)?;
        self.debt_value = sum(self.debt_value, interest)?;
        self.last_accrual = self.last_accrual.max(now);
        Ok(Accrued { interest, to_reserve })
    }

    /// Takes what the user sends and hands it on with the loan; returns the two together.
    fn lend(&mut self, value: u128, loan: u128) -> Result<u128, BankError> {
        let idle = self.balance;
        if loan > idle {
            return Err(BankError::InsufficientIdle { asked: loan, idle });
        }
        self.balance -= loan;
        Ok(sum(value, loan)?)
    }

    /// Clears what a position owes, and returns it. It rounds **down**: the others owe what is left over.
    fn remove_debt(&mut self, position: &mut Position) -> Result<u128, MathError> {
        let value = self.debt_value_down(position.debt_share)?;
        self.debt_share -= position.debt_share;
        self.debt_value -= value;
        position.debt_share = 0;
        Ok(value)
    }

    /// Books what a position owes, which owes nothing yet. Its share rounds **down**.
    fn add_debt(&mut self, position: &mut Position, value: u128) -> Result<(), MathError> {
        let share = if self.debt_share == 0 { value } else { mul_div_down(value, self.debt_share, self.debt_value)? };
        self.debt_share = sum(self.debt_share, share)?;
        self.debt_value = sum(self.debt_value, value)?;
        position.debt_share = share;
        Ok(())
    }
}

/// Says whether a position with this health and debt may be killed, exactly.
pub fn is_underwater(health: u128, kill_factor_bps: u16, debt: u128) -> bool {
    debt > 0 && !carries(health, kill_factor_bps, debt)
}

/// Returns whether `factor_bps` of the health cover the debt, exactly.
fn carries(health: u128, factor_bps: u16, debt: u128) -> bool {
    U256::product(health, factor_bps.into()) >= U256::product(debt, BPS)
}

/// Returns the sum of two amounts.
fn sum(a: u128, b: u128) -> Result<u128, MathError> {
    a.checked_add(b).ok_or(MathError::TooWide { bits: 129, fits: 128 })
}
