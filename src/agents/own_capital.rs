//! What agents were drawn with, before any leverage, loan or deposit: their own capital, and money for gas apart from it.

use super::population::InitialBalances;
use crate::chain::ids::{AgentId, TokenId};

/// What every agent was drawn with, in smallest units.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OwnCapital {
    /// By agent: where its tokens end in the next two lists.
    ends: Vec<usize>,
    tokens: Vec<TokenId>,
    units: Vec<f64>,
    /// By agent: native tokens to pay gas from. Those beyond its end have none.
    gas_money: Vec<f64>,
}

impl OwnCapital {
    /// Takes in what the next agent was drawn with.
    pub fn push<'b>(&mut self, own: impl IntoIterator<Item = &'b InitialBalances>, gas_money: u128) {
        for (token, units) in own.into_iter().flatten().filter(|(_, units)| *units > 0) {
            self.tokens.push(*token);
            self.units.push(*units as f64);
        }
        if gas_money > 0 {
            self.gas_money.resize(self.ends.len(), 0.0);
            self.gas_money.push(gas_money as f64);
        }
        self.ends.push(self.units.len());
    }

    /// Puts right how much of a token an agent was drawn with.
    pub fn correct(&mut self, agent: AgentId, token: TokenId, units: u128) {
        let own = self.range(agent);
        let place = own.clone().find(|place| self.tokens[*place] == token);
        self.units[place.expect("it was drawn with the token")] = units as f64;
    }

    /// Gives back memory that more agents would have needed.
    pub fn shrink(&mut self) {
        self.ends.shrink_to_fit();
        self.tokens.shrink_to_fit();
        self.units.shrink_to_fit();
        self.gas_money.shrink_to_fit();
    }

    /// Returns what an agent's own capital is worth, money for gas left out. `unit` is by token: what a smallest unit is
    /// worth.
    pub fn worth(&self, agent: AgentId, unit: &[f64]) -> f64 {
        self.range(agent).map(|place| self.units[place] * unit[self.tokens[place].index()]).sum()
    }

    /// Returns an agent's money for gas, in smallest units of the native token.
    pub fn gas_money(&self, agent: AgentId) -> f64 {
        self.gas_money.get(agent.index()).copied().unwrap_or(0.0)
    }

    fn range(&self, agent: AgentId) -> std::ops::Range<usize> {
        let from = agent.index().checked_sub(1).map_or(0, |before| self.ends[before]);
        from..self.ends[agent.index()]
    }
}

#[cfg(test)]
mod tests {
    use smallvec::smallvec;

    use super::*;

    #[test]
    fn each_agent_has_its_own_and_money_for_gas_apart() {
        let mut own = OwnCapital::default();
        own.push([&smallvec![(TokenId(0), 5), (TokenId(1), 0)], &smallvec![(TokenId(1), 7)]], 0);
        own.push([&InitialBalances::new()], 3);
        own.push([&smallvec![(TokenId(1), 1)]], 0);
        own.correct(AgentId(0), TokenId(1), 8);
        own.shrink();
        let told = [0, 1, 2].map(AgentId).map(|agent| (own.worth(agent, &[1.0, 10.0]), own.gas_money(agent)));
        assert_eq!(told, [(85.0, 0.0), (0.0, 3.0), (10.0, 0.0)]);
    }
}
