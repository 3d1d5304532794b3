//! Banks and their goblins before the first block, and the positions that are there.

use plimsoll_math::mul_div_down;
use plimsoll_protocols::farm::alpha_homora::{BaseAndFarmed, GenesisPosition, GoblinId};

use super::liquidatable::reorder;
use super::{BankCell, GOBLIN, GoblinCell, GoblinParams, Params};
use crate::chain::ids::{AccountId, BankId, FarmId, PoolId, PositionId, TokenId, WorkerId};
use crate::chain::ledger::Source;
use crate::chain::price_order::PriceOrder;
use crate::checks::names::EntityKind;
use crate::deployments::directory::Named;
use crate::deployments::genesis::{Genesis, Settled, Settling, Staked, Unsettled};
use crate::deployments::stakes::Stake;

impl Params {
    /// Opens a bank with its goblins.
    ///
    /// # Errors
    /// The contracts refuse a goblin.
    pub(super) fn open(&self, id: BankId, genesis: &mut Genesis) -> Result<(), Unsettled> {
        let base = genesis.token(&self.base);
        let (shares, account, at) = (genesis.next_share(), genesis.open_account(), genesis.next_address());
        let bank = self.bank(genesis.chain());
        let markets = self.goblins.iter().map(|goblin| goblin.name.clone()).collect();
        let protocol = genesis.directory.list_positions(at, &self.name, markets);
        let first = genesis.directory.workers.len();
        let goblins = (first..first + self.goblins.len()).map(|goblin| WorkerId(u16_of(goblin))).collect();
        let cell = BankCell { at, id, protocol, account, base, shares, goblins, bank, undo: Vec::new() };
        let named = genesis.deploy(&self.name, cell);
        genesis.directory.banks.push(named);
        self.goblins.iter().try_for_each(|goblin| goblin.put(id, base, genesis))
    }
}

impl GoblinParams {
    fn put(&self, bank: BankId, base: TokenId, genesis: &mut Genesis) -> Result<(), Unsettled> {
        let id = WorkerId(u16_of(genesis.directory.workers.len()));
        let index = |list: &[Named], name: &str| {
            u16_of(list.iter().position(|named| named.name == name).expect("the scenario was checked"))
        };
        let directory = &genesis.directory;
        let (pool, farm) = (PoolId(index(&directory.pools, &self.pool)), FarmId(index(&directory.farms, &self.farm)));
        let reward_pool = PoolId(index(&directory.pools, &self.reward_pool));
        let (account, at) = (genesis.open_account(), genesis.next_address());
        let goblin = self.open(account, base, genesis.pool(&self.pool));
        let goblin = goblin.map_err(|error| Unsettled::about(GOBLIN, &self.name, error))?;
        let (order, undo) = (PriceOrder::default(), Vec::new());
        let cell = GoblinCell { at, id, account, bank, pool, farm, reward_pool, goblin, order, undo };
        let named = genesis.deploy(&self.name, cell);
        genesis.directory.workers.push(named);
        Ok(())
    }
}

fn u16_of(index: usize) -> u16 {
    u16::try_from(index).expect("there are fewer than 2^16 of each")
}

impl Params {
    /// Writes what lenders supply, scaled to the debt if the scenario states the utilisation, then positions.
    pub(super) fn write_stakes(
        &self,
        id: BankId,
        stakes: &[Staked],
        settling: &mut Settling,
        settled: &mut Settled,
    ) -> Result<(), Unsettled> {
        let supply = Supply::of(self, id, stakes, settling);
        for Staked { account, stake } in stakes {
            if let Stake::Supply { bank, amount } = stake
                && *bank == id
            {
                let scaled = supply.scaled(*amount)?;
                settling.deposit(*account, id, scaled)?;
                if scaled != *amount {
                    settled.scaled.push((*account, settling.protocols.bank(id).base, scaled));
                }
            }
        }
        supply.carries_debt(settling)?;
        for Staked { account, stake } in stakes {
            if let Stake::Position { worker, equity, debt } = stake
                && settling.protocols.worker(*worker).bank == id
            {
                settled.positions.push((*account, settling.open(*account, *worker, *equity, *debt)?));
            }
        }
        Ok(())
    }
}

/// What a bank is supplied with and owed at genesis, in smallest units.
struct Supply<'p> {
    bank: BankId,
    name: &'p str,
    drawn: u128,
    debt: u128,
    /// What is supplied in the end: as drawn, or what the stated utilisation asks for.
    wanted: u128,
}

impl<'p> Supply<'p> {
    fn of(params: &'p Params, id: BankId, stakes: &[Staked], settling: &mut Settling) -> Self {
        // What saturates here is refused when it is supplied or borrowed.
        let (mut drawn, mut debt_of_bank) = (0_u128, 0_u128);
        for Staked { stake, .. } in stakes {
            match stake {
                Stake::Supply { bank, amount } if *bank == id => drawn = drawn.saturating_add(*amount),
                Stake::Position { worker, debt, .. } if settling.protocols.worker(*worker).bank == id => {
                    debt_of_bank = debt_of_bank.saturating_add(*debt);
                }
                _ => {}
            }
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an amount over a share of one")]
        let wanted = params
            .utilisation
            .filter(|_| debt_of_bank > 0)
            .map_or(drawn, |utilisation| (debt_of_bank as f64 / utilisation).ceil() as u128);
        Self { bank: id, name: &params.name, drawn, debt: debt_of_bank, wanted }
    }

    /// Returns what one lender supplies of what it drew.
    fn scaled(&self, amount: u128) -> Result<u128, Unsettled> {
        if self.wanted == self.drawn {
            return Ok(amount);
        }
        let scaled = mul_div_down(amount, self.wanted, self.drawn);
        scaled.map_err(|error| Unsettled::about(EntityKind::BANK, self.name, error))
    }

    fn carries_debt(&self, settling: &mut Settling) -> Result<(), Unsettled> {
        let cell = settling.protocols.bank(self.bank);
        let (base, account) = (cell.base, cell.account);
        let whole = |units| settling.chain.tokens.whole(base, units);
        let supplied = settling.chain.ledger.balance(account, base);
        if supplied < self.debt {
            let name = &settling.chain.tokens.get(base).name;
            let why = format!(
                "its farmers borrow {:.0} {name} before the first block, and its lenders supply {:.0}; raise the \
                 lenders' `supply` or `count`, lower the farmers' `capital` or `leverage`, or state its `utilisation` \
                 to have supplies scaled to the debt",
                whole(self.debt),
                whole(supplied),
            );
            return Err(Unsettled::about(EntityKind::BANK, self.name, why));
        }
        Ok(())
    }
}

impl Settling<'_, '_> {
    fn deposit(&mut self, account: AccountId, bank: BankId, amount: u128) -> Result<(), Unsettled> {
        let chain = &mut *self.chain;
        let (now, ledger) = (chain.clock.now(), &mut chain.ledger);
        let cell = self.protocols.bank(bank);
        let issued = ledger.can_issue(cell.base, amount);
        issued.map_err(|error| Unsettled::of(account, chain.tokens.beyond(error)))?;
        let receipt = cell.bank.deposit(amount, now).map_err(|error| Unsettled::of(account, error))?;
        ledger.issue(Source::Genesis, cell.account, cell.base, receipt.value);
        ledger.issue(Source::Shares, account, cell.shares, receipt.share);
        Ok(())
    }

    /// Opens a leveraged position: half of it in each token at the pool's ratio.
    fn open(&mut self, owner: AccountId, worker: WorkerId, equity: u128, debt: u128) -> Result<PositionId, Unsettled> {
        let bank = self.protocols.worker(worker).bank;
        let bank = self.protocols.directory.banks[bank.index()].at;
        let mut out = self.protocols.take(bank).expect("nobody is called before the first block");
        let opened = self.open_at(out.as_bank_mut(), (owner, worker), equity, debt);
        self.protocols.put_back(bank, out);
        opened
    }

    fn open_at(
        &mut self,
        bank: &mut BankCell,
        (owner, worker): (AccountId, WorkerId),
        equity: u128,
        debt: u128,
    ) -> Result<PositionId, Unsettled> {
        let now = self.chain.clock.now();
        let mut at = self.protocols.leveraged_farm(worker).expect("nobody is called before the first block");
        let base_side = at.goblin.goblin.params().base_side;
        let (reserve, other) = at.pool.pool.uniswap_v2().reserves().starting_with(base_side);
        let base = equity.midpoint(debt);
        let amounts = mul_div_down(base, other, reserve).map(|farmed| BaseAndFarmed { base, farmed });
        let receipt = amounts.map_err(Into::into).and_then(|amounts| {
            let opening = GenesisPosition { owner, goblin: GoblinId(worker.0), debt, amounts };
            bank.bank.open_at_genesis(opening, &mut at.site(), now)
        });
        let receipt = receipt.map_err(|error| Unsettled::of(owner, error))?;
        let row = *bank.bank.position(receipt.position).expect("it was just written");
        reorder(&mut at.goblin.order, receipt.position, row, at.pool, at.farm, &at.goblin.goblin);
        let (base, farmed) = (at.pool.token(base_side), at.pool.token(base_side.other()));
        let chain = &mut *self.chain;
        let (ledger, liquidity) = (&mut chain.ledger, at.pool.liquidity);
        ledger.retire(Source::Genesis, bank.account, base, receipt.debt).expect("the bank's state says so");
        ledger.issue(Source::Genesis, at.pool.account, base, receipt.used.base);
        ledger.issue(Source::Genesis, at.pool.account, farmed, receipt.used.farmed);
        ledger.issue(Source::Shares, at.farm.account, liquidity, receipt.lp_staked);
        ledger.issue(Source::Shares, chain.named.treasury, liquidity, receipt.lp_protocol_fee);
        Ok(receipt.position)
    }
}
