//! Time, and the chain: what gas costs, how much there is room for, and who else wants it.

use super::super::files::{self, Faulty};
use super::super::schema::{BaseFeeParams, ChainParams};
use super::Check;
use crate::chain::clock::BlockTimeParams;
use crate::chain::time::TimeSpan;
use crate::checks::laws::NOT_NEGATIVE;
use crate::market::background::{BackgroundParams, RiseParams};
use crate::market::series::Least;
use crate::market::series::params::GasPriceParams;
use crate::reader::diagnostic::Diagnostic;
use crate::reader::piece::Node;

/// The end of the year 9999, in seconds since 1970.
const LAST_START: u64 = 253_402_300_799;
/// Longest time between blocks: the end of any run that can be waited for can then be counted.
const LONGEST: TimeSpan = TimeSpan::seconds(366 * 86_400);
/// Most blocks that may come at random: when they do is drawn before the first.
const MOST_ARRIVALS: u64 = 100_000_000;

impl Check<'_, '_> {
    /// Checks block time, run length, gas and the base fee.
    pub(super) fn chain(&mut self) {
        self.time();
        let Some(chain) = &self.draft.chain else { return };
        let (node, value) = (chain.node, &chain.value);
        self.base_fee(node, value);
        if let Some(background) = &value.background {
            self.background(node.at("background"), background);
        }
        for (name, gas) in value.gas.figures() {
            let expected = "1 to 1_000_000_000 units of gas";
            self.field(node.at("gas"), name, gas, (1..=1_000_000_000).contains(&gas), expected);
        }
        self.room_for_all(node, value);
    }

    fn time(&mut self) {
        if let Some(blocks) = self.draft.blocks.as_ref().filter(|blocks| blocks.value == 0) {
            self.error(blocks.node.place(), "a run of no blocks", "expected at least 1");
        }
        if let Some(duration) = self.draft.duration.as_ref().filter(|duration| duration.value.ms == 0) {
            self.error(duration.node.place(), "a run of no time", "expected more, such as `\"2 d\"`");
        }
        if let Some(time) = &self.draft.block_time {
            let (node, mean) = (time.node, time.value.mean());
            if mean.ms == 0 {
                self.error(node.place(), "no time between blocks", "expected more, such as `\"12 s\"`");
            } else if mean > LONGEST {
                self.error(node.place(), "blocks are more than a year apart", format!("expected at most {LONGEST}"));
            } else if matches!(time.value, BlockTimeParams::Poisson(_))
                && self.declared.length_ms.is_some_and(|length| length / mean.ms > MOST_ARRIVALS)
            {
                let message = "more random blocks than can be drawn before the first";
                self.error(node.place(), message, format!("expected at most {MOST_ARRIVALS}, or regular blocks"));
            }
        }
        if let Some(start) = self.draft.start.as_ref().filter(|start| start.value > LAST_START) {
            let message = format!("the run starts after the year 9999, at {}", start.value);
            self.error(start.node.place(), message, "expected seconds since 1970, such as 1_609_459_200");
        }
    }

    fn base_fee(&mut self, chain: Node, params: &ChainParams) {
        let node = chain.at("base_fee");
        match &params.base_fee {
            BaseFeeParams::Fixed(fee) => {
                self.field(chain, "base_fee", fee, *fee >= 0.0, "0 gwei or more");
                self.gas_price(node.place(), *fee);
            }
            BaseFeeParams::Eip1559 { initial, target, change_denominator } => {
                self.field(node, "initial", initial, *initial >= 0.0, "0 gwei or more");
                self.gas_price(node.at("initial").place(), *initial);
                let denominator = *change_denominator;
                self.field(node, "change_denominator", denominator, denominator > 0, "1 or more, such as Ethereum's 8");
                self.target(chain, node, *target, params.gas_limit);
            }
            BaseFeeParams::Steps(steps) => self.gas_steps(node, steps),
            BaseFeeParams::Replay(params) => self.gas_prices(node, params),
        }
    }

    /// The gas at which an adjusting base fee stays.
    fn target(&mut self, chain: Node, node: Node, target: Option<u64>, limit: Option<u64>) {
        let Some(limit) = limit else {
            let message = "the base fee follows how full blocks are, and they have no limit";
            self.error(node.head(), message, "expected `gas_limit` in the chain, such as 30_000_000");
            return;
        };
        match target {
            Some(0) => self.error(node.at("target").place(), "`target` is 0", "expected 1 or more"),
            Some(target) if target > limit => {
                let message = format!("the target is {target}, more than a block has room for");
                let mistake = Diagnostic::error(node.at("target").place(), message);
                let mistake = mistake.expected(format!("expected at most {limit}"));
                self.out.push(mistake.also(chain.at("gas_limit").place(), "the room"));
            }
            None if limit < 2 => {
                self.error(
                    chain.at("gas_limit").place(),
                    "half of it is no target",
                    "expected more, such as 30_000_000",
                );
            }
            _ => {}
        }
    }

    fn gas_prices(&mut self, node: Node, params: &GasPriceParams) {
        let place = node.at("file").place();
        match files::replay(Least::Zero, &node.file.folder, &params.replay()) {
            Err(faults) => {
                let wrong = |Faulty { message, help }| {
                    Diagnostic::error(place.clone(), message).expected("expected recorded gas prices").help(help)
                };
                self.out.extend(faults.into_iter().map(wrong));
            }
            Ok(series) => self.recorded(&place, &series, "gas prices"),
        }
    }

    fn background(&mut self, node: Node, params: &BackgroundParams) {
        self.law(node, "gas", &params.gas, &NOT_NEGATIVE);
        self.gas_law(node, "tip", &params.tip);
        if let Some(max_fee) = &params.max_fee {
            self.gas_law(node, "max_fee", max_fee);
        }
        if let Some(RiseParams { usual, half_life, elasticity, .. }) = &params.rises {
            let node = node.at("rises");
            self.field(node, "usual", usual, *usual > 0.0, "more than 0, as in 0.8 for 80 % a year");
            self.field(node, "half_life", half_life, half_life.ms > 0, "more, such as `\"1 h\"`");
            self.field(node, "elasticity", elasticity, (0.0..=10.0).contains(elasticity), "0 to 10");
        }
    }

    /// Every transaction that somebody here may send fits into an empty block.
    fn room_for_all(&mut self, node: Node, chain: &ChainParams) {
        let Some(limit) = chain.gas_limit else { return };
        let sent = self.draft.agents.iter().filter_map(|agent| {
            let (action, gas) = agent.value.params().dearest(&chain.gas)?;
            Some((gas, action, agent.value.name().to_owned(), agent.node))
        });
        let Some((gas, action, name, sender)) = sent.max_by_key(|(gas, ..)| *gas) else { return };
        if gas > limit {
            let message =
                format!("no block has room for a `{action}` of `{name}`: it uses {gas} gas, the limit is {limit}");
            let mistake = Diagnostic::error(node.at("gas_limit").place(), message);
            let mistake = mistake.expected(format!("expected {gas} or more"));
            self.out.push(mistake.also(sender.head(), "who sends it"));
        }
    }
}

impl Check<'_, '_> {
    /// Stated gas prices begin with the run, and each comes after the one before.
    fn gas_steps(&mut self, node: Node, steps: &[(TimeSpan, f64)]) {
        if steps.first().is_none_or(|(first, _)| first.ms > 0) {
            self.error(node.place(), "nothing says what gas costs at first", "expected a first step at `\"0 s\"`");
        }
        let befores = [None].into_iter().chain(steps.iter().map(|(time, _)| Some(*time)));
        for (index, ((time, gwei), before)) in steps.iter().zip(befores).enumerate() {
            let step = node.nth(0).nth(index);
            if let Some(before) = before.filter(|before| before >= time) {
                let message = format!("this step comes at {time}, the one before at {before}");
                self.error(step.nth(0).place(), message, format!("expected a time after `\"{before}\"`"));
            }
            if (0.0..1e9).contains(gwei) {
                self.gas_price(step.nth(1).place(), *gwei);
            } else {
                self.error(step.nth(1).place(), format!("gas costs {gwei} gwei"), "expected 0 gwei or more");
            }
        }
    }
}
