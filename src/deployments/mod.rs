//! Protocols in the world: a folder for each, with what a scenario may say of it, its checks and how it opens; a file for
//! each family of protocols that does the same thing in another way.

pub mod aave_v3;
pub mod alpha_homora;
pub mod amm;
pub mod audit;
pub mod balancer;
pub mod call;
pub mod cdp;
pub mod columns;
pub mod compound_v2;
pub mod curve;
pub mod deployed;
pub mod deployment;
pub mod directory;
pub mod events;
pub mod genesis;
pub mod insolvency;
pub mod lending;
pub mod leveraged_farm;
pub mod liquidatable;
pub mod liquidation_map;
pub mod maker;
pub mod masterchef;
pub mod morpho_blue;
pub mod paths;
pub mod positions;
pub mod stakes;
pub mod staking;
pub mod staking_rewards;
pub mod uniswap_v2;
pub mod uniswap_v3;
pub mod valuation;
pub mod view;
pub mod written;

use std::fmt::Debug;
use std::ops::Deref;

use bevy_ecs::prelude::Component;
use bevy_ecs::world::World;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use self::deployed::deployed;
use self::deployment::Deployment;
use self::directory::Directory;
use self::genesis::{Genesis, Settled, Settling, ShareToken, Staked, Unsettled};
use crate::chain::ids;
use crate::checks::Check;
use crate::checks::declared::Declared;
use crate::checks::names::{EntityKind, Use};
use crate::reader::piece::{Node, Placed};

/// What a scenario says of a deployment of one protocol.
pub trait Protocol {
    /// The fields that list things with names of their own, and what those names stand for.
    const PARTS: &'static [Part] = &[];
}

/// A field that lists things with names, and what the names stand for.
pub type Part = (&'static str, EntityKind);

/// The protocols of a family.
pub trait ProtocolList {
    /// Each as scenario files write it, with its parts.
    const PROTOCOLS: &'static [(&'static str, &'static [Part])];
}

/// Deployments that a scenario lists together: its pools, its lending markets.
pub trait Family: ProtocolList + DeserializeOwned + Debug {
    /// What their names stand for.
    const KIND: EntityKind;

    /// Returns the lists in a text of these that declare names, and what those stand for. What is of no protocol that is
    /// known may be of any.
    fn named(list: Node) -> Vec<(EntityKind, Node)> {
        let mut named = vec![(Self::KIND, list)];
        for one in list.elements() {
            let word = one.word();
            let known = Self::PROTOCOLS.iter().any(|(protocol, _)| *protocol == word);
            let its = Self::PROTOCOLS.iter().filter(|(protocol, _)| !known || *protocol == word);
            named.extend(its.flat_map(|(_, parts)| *parts).map(|(field, kind)| (*kind, one.at(field))));
        }
        named
    }

    /// Tells the checks of others what these are.
    fn declare<'d>(list: &'d [Placed<Self>], declared: &mut Declared<'d>);

    /// Notes the names that one uses.
    fn uses<'a, 'd>(one: &'d Placed<'a, Self>, used: &mut Vec<Use<'a, 'd>>);

    /// Notes what is wrong with one.
    fn check(one: &Placed<Self>, check: &mut Check);

    /// Notes what is hardly meant in one of a sound scenario.
    fn warn(_one: &Placed<Self>, _check: &mut Check) {}

    /// Returns the token that one mints for shares of it, if it mints one.
    fn share_token(_one: &Self) -> Option<ShareToken<'_>> {
        None
    }

    /// Puts these into the world, in their order.
    ///
    /// # Errors
    /// A contract refuses what the scenario says.
    fn open(list: &[Self], genesis: &mut Genesis) -> Result<(), Unsettled>;

    /// Writes what agents hold of these before the first block.
    ///
    /// # Errors
    /// A contract refuses, or there is too little of something.
    fn settle(
        list: &[Self],
        stakes: &[Staked],
        settling: &mut Settling,
        settled: &mut Settled,
    ) -> Result<(), Unsettled>;
}

/// Makes what a scenario may say of a family from the list of its protocols: an enum whose variants are the protocols'
/// `Params`, and which is the family's trait of one of them.
macro_rules! deployments {
    ($(
        $(#[$doc:meta])*
        $family:ident is $spec:path { $($(#[$about:meta])* $protocol:ident($folder:ident),)+ }
    )+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Deserialize)]
        pub enum $family {
            $($(#[$about])* $protocol($folder::Params),)+
        }

        impl Deref for $family {
            type Target = dyn $spec;

            fn deref(&self) -> &Self::Target {
                match self {
                    $(Self::$protocol(params) => params,)+
                }
            }
        }

        impl ProtocolList for $family {
            const PROTOCOLS: &'static [(&'static str, &'static [Part])] =
                &[$((stringify!($protocol), <$folder::Params as Protocol>::PARTS),)+];
        }
    )+};
}

deployments! {
    /// A pool.
    PoolParams is amm::PoolSpec {
        /// A constant-product pair.
        UniswapV2(uniswap_v2),
        /// A pool whose liquidity lies between ticks.
        UniswapV3(uniswap_v3),
        /// A Curve pool of two or three coins that should be worth the same.
        Curve(curve),
        /// A Balancer pool of two to eight tokens with weights.
        Balancer(balancer),
    }
    /// A staking farm.
    FarmParams is staking::FarmSpec {
        /// Synthetix `StakingRewards`.
        StakingRewards(staking_rewards),
        /// Sushi's `MasterChef`.
        MasterChef(masterchef),
    }
    /// A lending market.
    LendingParams is lending::LendingSpec {
        /// A market of Aave v3, with its reserves.
        AaveV3(aave_v3),
        /// An isolated market of Morpho Blue, with its adaptive curve.
        MorphoBlue(morpho_blue),
        /// A comptroller of Compound v2 with its markets, in which supplies together carry debts. It has no flash loans.
        CompoundV2(compound_v2),
    }
    /// An issuer of a stablecoin.
    StablecoinParams is cdp::IssuerSpec {
        /// Maker: vaults by ilk, and auctions of their collateral.
        MakerDao(maker),
    }
    /// A bank.
    BankParams is leveraged_farm::BankSpec {
        /// Alpha Homora V1.
        AlphaHomora(alpha_homora),
    }
}

deployed! {
    /// A pool.
    Pool(amm::PoolCell, PoolId, pools): as_pool, as_pool_mut, pool, pools, pool_named, pool_of, pool_of_mut, pools_of;
    /// A staking contract.
    Farm(staking::FarmCell, FarmId, farms): as_farm, as_farm_mut, farm, farms, farm_named, farm_of, farm_of_mut, farms_of;
    /// A bank of leveraged farmers.
    Bank(alpha_homora::BankCell, BankId, banks): as_bank, as_bank_mut, bank, banks, bank_named, bank_of, bank_of_mut, banks_of;
    /// What farms for a bank's borrowers.
    Worker(alpha_homora::GoblinCell, WorkerId, workers): as_worker, as_worker_mut, worker, workers, worker_named, worker_of, worker_of_mut, workers_of;
    /// A lending market.
    Lending(lending::LendingCell, LendingId, lending): as_lending, as_lending_mut, lending, all_lending, lending_named, lending_of, lending_of_mut, all_lending_of;
    /// An issuer of a stablecoin.
    Issuer(maker::MakerCell, IssuerId, issuers): as_issuer, as_issuer_mut, issuer, issuers, issuer_named, issuer_of, issuer_of_mut, issuers_of;
}
