//! What protocols open with before the first block, and how agents come to hold positions in them.
//!
//! Initial positions are written, not traded: liquidity is minted at the pool's ratio, debt is booked, supply is
//! deposited; no swap, no gas, no price moved.

use std::fmt::Display;

use bevy_ecs::prelude::ResMut;
use bevy_ecs::system::SystemParam;
use bevy_ecs::world::World;
use plimsoll_math::Decimal;

use super::Deployed;
use super::amm::PoolCell;
use super::deployed::ProtocolsMut;
use super::directory::{Directory, Named};
use super::stakes::Stake;
use crate::chain::ids::{AccountId, DeploymentId, PositionId, TokenId};
use crate::chain::state::ChainState;
use crate::checks::names::EntityKind;

const CHECKED: &str = "the scenario was checked";

/// A token that a protocol mints for those who hold a share of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShareToken<'d> {
    /// Its name: that of its pool or bank.
    pub name: &'d str,
    /// How many decimals it has.
    pub decimals: ShareDecimals<'d>,
}

/// How many decimals a share token has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareDecimals<'d> {
    /// So many.
    Fixed(u8),
    /// As many as this token.
    Of(&'d str),
}

/// The world while protocols are put into it.
#[derive(Debug)]
pub struct Genesis<'w> {
    /// The world: the chain, but neither protocols' directory nor agents.
    pub world: &'w mut World,
    /// The protocols that are there already.
    pub directory: Directory,
    /// The share token of whoever asks next.
    next_share: u16,
}

impl<'w> Genesis<'w> {
    /// A world without protocols. Share tokens follow the scenario's own ones.
    pub fn new(world: &'w mut World) -> Self {
        let priced = world.resource::<ChainState>().tokens.priced;
        let next_share = u16::try_from(priced).expect("there are fewer than 2^16 tokens");
        Self { world, directory: Directory::default(), next_share }
    }

    /// Returns the chain.
    pub fn chain(&self) -> &ChainState {
        self.world.resource()
    }

    /// Returns the same, to write.
    pub fn chain_mut(&mut self) -> &mut ChainState {
        self.world.resource_mut::<ChainState>().into_inner()
    }

    /// Opens an account for a protocol.
    pub fn open_account(&mut self) -> AccountId {
        self.chain_mut().ledger.open_account()
    }

    /// Returns the next share token: each is asked for once, in the order in which they were listed.
    pub fn next_share(&mut self) -> TokenId {
        self.next_share += 1;
        TokenId(self.next_share - 1)
    }

    /// Returns the token of this name.
    pub fn token(&self, name: &str) -> TokenId {
        self.chain().tokens.named(name)
    }

    /// Returns a token's amount in smallest units.
    pub fn units(&self, token: TokenId, amount: &Decimal) -> u128 {
        amount.to_units(self.chain().tokens.get(token).decimals).expect(CHECKED)
    }

    /// Returns the pool of this name.
    pub fn pool(&self, name: &str) -> &PoolCell {
        self.deployed(&self.directory.pools, name).as_pool()
    }

    /// Returns the protocol of this name in a list of the directory.
    pub fn deployed(&self, list: &[Named], name: &str) -> &Deployed {
        let entity = super::deployed::find(list, name).entity;
        self.world.get(entity).expect(super::deployed::LIVES)
    }

    /// Returns what calls to the next protocol will be sent to.
    pub fn next_address(&self) -> DeploymentId {
        DeploymentId(u16::try_from(self.directory.entities.len()).expect("there are fewer than 2^16 protocols"))
    }

    /// Puts the next protocol into the world.
    pub fn deploy(&mut self, name: &str, cell: impl Into<Deployed>) -> Named {
        let at = self.next_address();
        let entity = self.world.spawn(cell.into()).id();
        self.directory.entities.push(entity);
        Named { name: name.to_owned(), entity, at }
    }
}

/// What an agent holds before the first block.
#[derive(Debug, Clone, PartialEq)]
pub struct Staked {
    /// The agent's account.
    pub account: AccountId,
    /// What it holds, and where.
    pub stake: Stake,
}

/// The world while agents' stakes are written.
#[derive(SystemParam)]
pub struct Settling<'w, 's> {
    /// The chain.
    pub chain: ResMut<'w, ChainState>,
    /// The protocols.
    pub protocols: ProtocolsMut<'w, 's>,
}

/// What writing stakes has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Positions that agents begin with, which need more than an account to be named.
    pub positions: Vec<(AccountId, PositionId)>,
    /// Stakes that were scaled: whose, and how much of a token went in.
    pub scaled: Vec<(AccountId, TokenId, u128)>,
}

/// Whose fault it is that a market cannot begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// The agent's with this account.
    Agent(AccountId),
    /// Of what the scenario declares by this name.
    Named(EntityKind, String),
}

/// Why a protocol cannot open, or why stakes cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    /// Whose fault it is; none if it is that of all.
    pub whose: Option<Whose>,
    /// What is wrong.
    pub message: String,
}

impl Unsettled {
    /// What is wrong with an agent's stake.
    pub fn of(account: AccountId, message: impl Display) -> Self {
        Self { whose: Some(Whose::Agent(account)), message: message.to_string() }
    }

    /// What is wrong with what is declared by a name.
    pub fn about(kind: EntityKind, name: &str, message: impl Display) -> Self {
        let message = format!("{} `{name}`: {message}", kind.0);
        Self { whose: Some(Whose::Named(kind, name.to_owned())), message }
    }

    /// What is wrong with all of them together.
    pub fn of_all(message: impl Display) -> Self {
        Self { whose: None, message: message.to_string() }
    }
}
