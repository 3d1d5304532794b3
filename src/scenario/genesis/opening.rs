//! What agents are in before the first block.

use bevy_ecs::prelude::{Query, Res, ResMut};
use bevy_ecs::system::{SystemParam, SystemState};
use bevy_ecs::world::World;

use super::{CHECKED, GenesisError, fault};
use crate::agents::AgentDirectory;
use crate::agents::farmer::Farmer;
use crate::agents::population::Stake;
use crate::chain::ids::{AgentId, BankId, GoblinId, PoolId};
use crate::chain::ledger::Source;
use crate::chain::state::ChainState;
use crate::deployments::BankParams;
use crate::deployments::alpha_homora::liquidatable::reorder;
use crate::deployments::deployed::{Protocols, ProtocolsMut};
use crate::math::mul_div_down;
use crate::protocol::amm::{Deposit, PerToken, TickRange};
use crate::protocol::farm::alpha_homora::{BaseAndFarmed, GenesisPosition, Site};
use crate::scenario::schema::Scenario;

/// Writes what agents are in before the first block.
pub(super) struct Opening<'a> {
    scenario: &'a Scenario,
    pub(super) world: &'a mut World,
}

impl<'a> Opening<'a> {
    pub(super) fn new(scenario: &'a Scenario, world: &'a mut World) -> Self {
        Self { scenario, world }
    }

    pub(super) fn stakes(&mut self, stakes: &[(AgentId, Stake)]) -> Result<(), GenesisError> {
        let mut state = SystemState::<(Protocols, Res<AgentDirectory>)>::new(self.world);
        let supplies = {
            let (protocols, _) = state.get(self.world).expect(CHECKED);
            let banks = self.scenario.banks.iter().zip(0..);
            banks.map(|(params, index)| Supply::of(params, BankId(index), stakes, &protocols)).collect::<Vec<_>>()
        };
        let mut state = SystemState::<Writing>::new(self.world);
        let mut writing = state.get_mut(self.world).expect(CHECKED);
        for (agent, stake) in stakes {
            if let Stake::Supply { bank, amount } = stake {
                let amount = supplies[bank.index()].scaled(*amount)?;
                writing.deposit(*agent, *bank, amount)?;
            }
        }
        supplies.iter().try_for_each(|supply| supply.carries_debt(&writing))?;
        for (agent, stake) in stakes {
            if let Stake::Position { goblin, equity, debt } = stake {
                writing.open(*agent, *goblin, *equity, *debt)?;
            }
        }
        for (agent, stake) in stakes {
            if let Stake::Liquidity { pool, range, offered } = stake {
                writing.provide(*agent, *pool, *range, offered)?;
            }
        }
        self.lending(stakes)?;
        self.vaults(stakes)
    }
}

/// What a bank is supplied with and owed at genesis, in smallest units.
struct Supply {
    bank: BankId,
    name: String,
    drawn: u128,
    debt: u128,
    /// What is supplied in the end: as drawn, or what the stated utilisation asks for.
    wanted: u128,
}

impl Supply {
    fn of(params: &BankParams, id: BankId, stakes: &[(AgentId, Stake)], protocols: &Protocols) -> Self {
        // What saturates here is refused when it is supplied or borrowed.
        let (mut drawn, mut debt_of_bank) = (0_u128, 0_u128);
        for (_, stake) in stakes {
            match stake {
                Stake::Supply { bank, amount } if *bank == id => drawn = drawn.saturating_add(*amount),
                Stake::Position { goblin, debt, .. } if protocols.goblin(*goblin).bank == id => {
                    debt_of_bank = debt_of_bank.saturating_add(*debt);
                }
                _ => {}
            }
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an amount over a share of one")]
        let wanted = params
            .utilisation()
            .filter(|_| debt_of_bank > 0)
            .map_or(drawn, |utilisation| (debt_of_bank as f64 / utilisation).ceil() as u128);
        Self { bank: id, name: params.name().to_owned(), drawn, debt: debt_of_bank, wanted }
    }

    /// Returns what one lender supplies of what it drew.
    fn scaled(&self, amount: u128) -> Result<u128, GenesisError> {
        if self.wanted == self.drawn {
            return Ok(amount);
        }
        mul_div_down(amount, self.wanted, self.drawn).map_err(|error| fault(format!("bank {}: {error}", self.name)))
    }

    fn carries_debt(&self, writing: &Writing) -> Result<(), GenesisError> {
        let base = writing.protocols.bank_ref(self.bank).base;
        let whole = |units| writing.chain.tokens.whole(base, units);
        let supplied = writing.chain.ledger.balance(writing.protocols.bank_ref(self.bank).account, base);
        if supplied < self.debt {
            let name = &writing.chain.tokens.get(base).name;
            return Err(fault(format!(
                "the farmers of bank {} borrow {:.0} {name} before the first block, and its lenders supply {:.0}; \
                 raise the lenders' `supply` or `count`, lower the farmers' `capital` or `leverage`, or state the \
                 bank's `utilisation` to have supplies scaled to the debt",
                self.name,
                whole(self.debt),
                whole(supplied),
            )));
        }
        Ok(())
    }
}

/// What genesis writes.
#[derive(SystemParam)]
pub(super) struct Writing<'w, 's> {
    pub(super) chain: ResMut<'w, ChainState>,
    pub(super) agents: Res<'w, AgentDirectory>,
    pub(super) protocols: ProtocolsMut<'w, 's>,
    farmers: Query<'w, 's, &'static mut Farmer>,
}

impl Writing<'_, '_> {
    pub(super) fn refused(&self, agent: AgentId, error: impl std::fmt::Display) -> GenesisError {
        let listed = self.agents.agents[agent.index()];
        let population = &self.agents.populations[usize::from(listed.population)].name;
        fault(format!("number {} of `{population}`: {error}", listed.number))
    }

    fn deposit(&mut self, agent: AgentId, bank: BankId, amount: u128) -> Result<(), GenesisError> {
        let now = self.chain.clock.now();
        let cell = self.protocols.bank(bank);
        self.chain
            .ledger
            .can_issue(cell.base, amount)
            .map_err(|error| fault(format!("the bank's lenders: {error}")))?;
        let receipt = cell.bank.deposit(amount, now);
        let (account, base, shares) = (cell.account, cell.base, cell.shares);
        let receipt = receipt.map_err(|error| self.refused(agent, error))?;
        self.chain.ledger.issue(Source::Genesis, account, base, receipt.value);
        self.chain.ledger.issue(Source::Shares, self.agents.account(agent), shares, receipt.share);
        Ok(())
    }

    /// Puts liquidity in.
    fn provide(
        &mut self,
        agent: AgentId,
        pool: PoolId,
        range: Option<TickRange>,
        offered: &PerToken,
    ) -> Result<(), GenesisError> {
        let (now, owner) = (self.chain.clock.now(), self.agents.account(agent));
        let cell = self.protocols.pool(pool);
        for (token, amount) in cell.tokens.iter().zip(offered) {
            let issued = self.chain.ledger.can_issue(*token, *amount);
            issued.map_err(|error| fault(format!("the providers of liquidity: {error}")))?;
        }
        let deposit = Deposit { owner, range, offered: offered.clone(), least_liquidity: 1 };
        let moved = cell.pool.amm_mut().add_liquidity(&deposit, now);
        let (account, liquidity, tokens) = (cell.account, cell.liquidity, cell.tokens.clone());
        let has_shares = cell.pool.amm().total_supply().is_some();
        let moved = moved.map_err(|error| self.refused(agent, error))?;
        for (token, amount) in tokens.iter().zip(&moved.amounts) {
            self.chain.ledger.issue(Source::Genesis, account, *token, *amount);
        }
        if has_shares {
            self.chain.ledger.issue(Source::Shares, owner, liquidity, moved.liquidity);
            let treasury = self.chain.named.treasury;
            self.chain.ledger.issue(Source::Shares, treasury, liquidity, moved.protocol_fee);
        }
        Ok(())
    }

    /// Opens a leveraged position: half of it in each token at the pool's ratio.
    fn open(&mut self, agent: AgentId, goblin: GoblinId, equity: u128, debt: u128) -> Result<(), GenesisError> {
        let (now, owner) = (self.chain.clock.now(), self.agents.account(agent));
        let at = self.protocols.leveraged_farm(goblin);
        let base_side = at.goblin.goblin.params().base_side;
        let (reserve, other) = at.pool.pool.uniswap_v2().reserves().starting_with(base_side);
        let base = equity.midpoint(debt);
        let amounts = mul_div_down(base, other, reserve).map(|farmed| BaseAndFarmed { base, farmed });
        let receipt = amounts.map_err(Into::into).and_then(|amounts| {
            let opening = GenesisPosition { owner, goblin, debt, amounts };
            let (goblin, farm) = (&mut at.goblin.goblin, &mut at.farm.farm);
            at.bank.bank.open_at_genesis(opening, &mut Site { goblin, farm, pair: at.pool.pool.uniswap_v2_mut() }, now)
        });
        let receipt = match receipt {
            Ok(receipt) => receipt,
            Err(error) => return Err(self.refused(agent, error)),
        };
        let row = *at.bank.bank.position(receipt.position).expect("it was just written");
        reorder(&mut at.goblin.order, receipt.position, row, at.pool, at.farm, &at.goblin.goblin);
        let (base, farmed) = (at.pool.token(base_side), at.pool.token(base_side.other()));
        self.chain
            .ledger
            .retire(Source::Genesis, at.bank.account, base, receipt.debt)
            .expect("the bank's state say so");
        self.chain.ledger.issue(Source::Genesis, at.pool.account, base, receipt.used.base);
        self.chain.ledger.issue(Source::Genesis, at.pool.account, farmed, receipt.used.farmed);
        self.chain.ledger.issue(Source::Shares, at.farm.account, at.pool.liquidity, receipt.lp_staked);
        let treasury = self.chain.named.treasury;
        self.chain.ledger.issue(Source::Shares, treasury, at.pool.liquidity, receipt.lp_protocol_fee);
        let row = self.agents.row_of::<Farmer>(agent).expect("positions belong to farmers");
        let mut farmers = self.farmers.contiguous_iter_mut().expect("agents lie in tables");
        let mut farmers = farmers.next().expect("positions belong to farmers");
        farmers.bypass_change_detection()[row].opened_at_genesis(receipt.position);
        Ok(())
    }
}
