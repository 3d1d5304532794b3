//! `cascade.csv` and `contributions.csv`.

use bevy_ecs::prelude::{Res, World};
use bevy_ecs::system::SystemState;

use super::Causes;
use super::figures::{first_blocks, name_of};
use crate::agents::AgentDirectory;
use crate::agents::view::View;
use crate::chain::ids::AgentId;
use crate::output::cascade::{CascadeRow, PriceOf, write_header, write_row};
use crate::output::folder::{FolderError, OutputFolder};
use crate::rows::amount::Amount;
use crate::rows::csv::Line;

impl Causes {
    /// Writes `cascade.csv` and `contributions.csv`; `world` is the run's after its last block.
    pub(super) fn write(&self, folder: &mut OutputFolder, world: &mut World, exact: bool) -> Result<(), FolderError> {
        let mut state = SystemState::<(View, Res<AgentDirectory>)>::new(world);
        let (sees, agents) = state.get(world).expect("the run's world holds all that agents see");
        self.write_liquidations(folder, &sees, &agents, exact)?;
        self.write_contributions(folder)
    }

    fn write_liquidations(
        &self,
        folder: &mut OutputFolder,
        sees: &View,
        agents: &AgentDirectory,
        exact: bool,
    ) -> Result<(), FolderError> {
        let in_counterfactual_0 = first_blocks(self.counterfactual(0));
        let mut of_run = first_blocks(&self.run);
        let native = sees.tokens.get(sees.tokens.native);
        let mut file = folder.file("cascade.csv")?;
        let mut line = Line::default();
        write_header::<CascadeRow>(self.depth, exact, &mut line);
        for row in &self.run.liquidations {
            let (population, agent) = named(agents, agents.agent(row.fact.owner).expect("positions belong to agents"));
            let (liquidator_population, liquidator_agent) = named(agents, row.liquidator);
            let (protocol, market) = sees.protocols.directory.names_of(row.fact.key);
            let generation = name_of(self.generation(row.fact.key));
            let watched = &self.run.watched[row.watched];
            let amount = |token, units| Amount { units, decimals: sees.tokens.get(token).decimals };
            let first = of_run.remove(&row.fact.key);
            let sooner = first
                .zip(in_counterfactual_0.get(&row.fact.key))
                .map(|(here, there)| there.cast_signed() - here.cast_signed());
            let cells = CascadeRow {
                block: row.block,
                kind: row.fact.kind,
                protocol,
                market,
                position: row.fact.key.position,
                population,
                agent,
                generation: &generation,
                brought_forward_blocks: sooner,
                collateral: &sees.tokens.get(watched.collateral).name,
                sold: amount(watched.collateral, row.fact.sold),
                collateral_numeraire: row.collateral_numeraire,
                debt_token: &sees.tokens.get(row.fact.debt_token).name,
                debt: amount(row.fact.debt_token, row.fact.debt),
                debt_numeraire: row.debt_numeraire,
                bad_debt: amount(row.fact.debt_token, row.fact.bad_debt),
                bad_debt_numeraire: row.bad_debt_numeraire,
                liquidator_population,
                liquidator_agent,
                prize: amount(row.fact.debt_token, row.prize),
                priority_fee_gwei: row.fact.inclusion.priority_fee as f64 / (native.one / 1e9),
                waited_blocks: row.block - row.fact.inclusion.submitted,
                price_outside_numeraire: row.price_outside_numeraire,
                price_of: &watched.name,
            };
            write_row(&cells, &self.of_price(row.watched).after(row.block.checked_sub(1)), exact, &mut line);
            file.rows(&mut line)?;
        }
        file.rows(&mut line)?;
        folder.close(file)
    }

    fn write_contributions(&self, folder: &mut OutputFolder) -> Result<(), FolderError> {
        let mut file = folder.file("contributions.csv")?;
        let mut line = Line::default();
        write_header::<PriceOf>(self.depth, false, &mut line);
        for block in 0..self.run.blocks() {
            for (watched, index) in self.run.watched.iter().zip(0..) {
                let row = PriceOf { block, price_of: &watched.name };
                write_row(&row, &self.of_price(index).after(Some(block)), false, &mut line);
            }
            file.rows(&mut line)?;
        }
        file.rows(&mut line)?;
        folder.close(file)
    }
}

/// Returns an agent's population and its number there.
fn named(agents: &AgentDirectory, agent: AgentId) -> (&str, u32) {
    (&agents.population(agent).name, agents.agents[agent.index()].number)
}
