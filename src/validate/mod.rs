//! Experiments: published figures beside what runs of the whole simulator give.
//!
//! Each experiment is a scenario's text, read, begun and stepped as any other. It says whose figure it holds the
//! simulator to, and what a wrong theory would say: that one must be refused by the same rule, or the experiment shows
//! nothing. Experiments bear the numbers of the project's validation plan: A3, A4 are closed forms, D1, D2 the runs that
//! are held to them.

pub mod auctions;
pub mod cascade;
pub mod concentrated_liquidity;
pub mod first_passage;
pub mod loans;
pub mod loss_versus_rebalancing;
pub mod stable_swap;
mod statistics;
pub mod trade_sizes;

use std::fmt;

pub use statistics::Sample;

/// How many blocks an experiment simulates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// So few that a test can wait for them; tolerances stay what they are, in standard errors.
    Short,
    /// As the plan asks: `plimsoll validate`.
    Long,
}

/// A question with published answers, and the simulation that is held to them.
#[derive(Debug, Clone, Copy)]
pub struct Experiment {
    /// Its number in the plan, as `plimsoll validate` shows it.
    pub id: &'static str,
    /// Its question, in a few words.
    pub about: &'static str,
    /// Authors and year of the formula.
    pub source: &'static str,
    /// Simulates at a size, and returns a finding for each case and theory.
    pub run: fn(Size) -> Vec<Finding>,
}

/// Every experiment, in the order of the plan.
pub const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        id: "D1",
        about: "arbitrage gain without fee, over sigma_b^2 / 8",
        source: "Milionis, Moallemi, Roughgarden, Zhang 2022, arXiv 2208.06046",
        run: loss_versus_rebalancing::without_fee,
    },
    Experiment {
        id: "D2",
        about: "arbitrage gain with fee, constant blocks, over sigma_b^2 / 8",
        source: "Nezlobin, Tassy 2025, arXiv 2505.05113",
        run: loss_versus_rebalancing::with_fee,
    },
    Experiment {
        id: "D3",
        about: "arbitrage gain with fee, blocks at random times, over sigma_b^2 / 8; share of blocks with a trade",
        source: "Milionis, Moallemi, Roughgarden 2023, arXiv 2305.14604",
        run: loss_versus_rebalancing::with_fee_at_random_times,
    },
    Experiment {
        id: "D4",
        about: "arbitrage gain from a range of liquidity, block by block over L sigma_b^2 sqrt(P) / 4",
        source: "Milionis, Moallemi, Roughgarden, Zhang 2022, arXiv 2208.06046",
        run: concentrated_liquidity::in_a_range,
    },
    Experiment {
        id: "D5",
        about: "arbitrage gain and fees, over loss versus rebalancing",
        source: "Milionis, Moallemi, Roughgarden, Zhang 2022, arXiv 2208.06046",
        run: loss_versus_rebalancing::identity,
    },
    Experiment {
        id: "D6",
        about: "share of loans liquidated within a time",
        source: "Broadie, Glasserman, Kou 1997, Mathematical Finance 7(4)",
        run: first_passage::probability,
    },
    Experiment {
        id: "D7",
        about: "health factor at the first block below 1",
        source: "Broadie, Glasserman, Kou 1997, Mathematical Finance 7(4)",
        run: first_passage::overshoot,
    },
    Experiment {
        id: "D9",
        about: "collateral of a borrower who loops, over own capital",
        source: "geometric series",
        run: loans::looping,
    },
    Experiment {
        id: "D10",
        about: "loan to value from which liquidation makes it worse",
        source: "Warmuz, Chaudhary, Pinna 2022, arXiv 2212.07306",
        run: loans::toxic_frontier,
    },
    Experiment {
        id: "D11",
        about: "the same where a pool is sold into, and is the oracle",
        source: "McFarlane 2025, Toxicity bounds",
        run: loans::toxic_frontier_with_pool,
    },
    Experiment {
        id: "D12",
        about: "price at which a cascade stops",
        source: "fixed point of price impact, as in Cifuentes, Ferrucci, Shin 2005",
        run: cascade::fixed_point,
    },
    Experiment {
        id: "D14",
        about: "what an arbitrageur and a searcher trade and gain",
        source: "Angeris, Kao, Chiang, Noyes, Chitra 2019, arXiv 1911.03380; sandwich: closed form and optimiser",
        run: trade_sizes::optimal,
    },
    Experiment {
        id: "D16",
        about: "steps of a Dutch auction to the oracle's price and to the cusp",
        source: "makerdao/dss at fa4f663, abaci.sol, with the parameters of ETH-B of April 2021",
        run: auctions::dutch,
    },
    Experiment {
        id: "D17",
        about: "price of stETH by its share of the Curve pool",
        source: "Curve's StableSwap invariant; compositions and prices reported in 2022",
        run: stable_swap::depeg,
    },
];

/// How far a figure may be from its theory's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// Three standard errors; the standard error itself must be below this share of the figure, or the experiment has no
    /// power.
    StandardErrors {
        /// Most standard error, as a share of the published figure.
        power: f64,
    },
    /// This share of the published value.
    Relative(f64),
}

/// Whether a theory should pass: wrong variants are tried too, and must fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The theory should agree.
    Agrees,
    /// The theory is a wrong variant and should be refused.
    Refused,
}

/// One figure of an experiment beside one theory's.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The parameters, as in `f / sigma_b = 2`.
    pub case: String,
    /// The theory's name.
    pub theory: &'static str,
    /// The theory's value.
    pub published: f64,
    /// The simulation's value.
    pub simulated: f64,
    /// Of `simulated`; zero for what is deterministic.
    pub standard_error: f64,
    /// How far the two may differ.
    pub tolerance: Tolerance,
    /// Whether they should agree.
    pub expected: Expected,
}

/// How a finding compares with what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The theory agrees, as it should.
    Agrees,
    /// The wrong variant is refused, as it should be.
    Refused,
    /// The theory should agree and does not.
    Differs,
    /// The wrong variant should be refused and is not.
    Mistaken,
    /// The standard error is too great to tell the two apart.
    NoPower,
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str(match self {
            Self::Agrees => "agrees",
            Self::Refused => "refused, as it should be",
            Self::Differs => "DIFFERS",
            Self::Mistaken => "AGREES, and should not",
            Self::NoPower => "NO POWER: the standard error is too great",
        })
    }
}

impl Finding {
    /// Returns by how much the figure is off, in units of what is allowed.
    fn off(&self) -> f64 {
        let difference = (self.simulated - self.published).abs();
        let allowed = match self.tolerance {
            Tolerance::StandardErrors { .. } => 3.0 * self.standard_error,
            Tolerance::Relative(share) => share * self.published.abs(),
        };
        difference / allowed
    }

    /// Compares the figures within the tolerance.
    pub fn verdict(&self) -> Verdict {
        let weak = match self.tolerance {
            Tolerance::StandardErrors { power } => self.standard_error > power * self.published.abs(),
            Tolerance::Relative(_) => false,
        };
        let agrees = self.off() <= 1.0;
        match self.expected {
            _ if weak => Verdict::NoPower,
            Expected::Agrees if agrees => Verdict::Agrees,
            Expected::Agrees => Verdict::Differs,
            Expected::Refused if agrees => Verdict::Mistaken,
            Expected::Refused => Verdict::Refused,
        }
    }

    /// Says whether the verdict is the expected one.
    pub fn holds(&self) -> bool {
        matches!(self.verdict(), Verdict::Agrees | Verdict::Refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(simulated: f64, standard_error: f64, expected: Expected) -> Finding {
        let tolerance = Tolerance::StandardErrors { power: 0.01 };
        Finding { case: String::new(), theory: "", published: 1.0, simulated, standard_error, tolerance, expected }
    }

    #[test]
    fn three_standard_errors_are_allowed_if_they_are_small() {
        assert_eq!(finding(1.014, 0.005, Expected::Agrees).verdict(), Verdict::Agrees);
        assert_eq!(finding(1.016, 0.005, Expected::Agrees).verdict(), Verdict::Differs);
        assert_eq!(finding(1.016, 0.005, Expected::Refused).verdict(), Verdict::Refused);
        assert_eq!(finding(1.014, 0.005, Expected::Refused).verdict(), Verdict::Mistaken);
        assert_eq!(finding(1.0, 0.011, Expected::Agrees).verdict(), Verdict::NoPower);
    }

    #[test]
    fn a_figure_that_is_no_number_agrees_with_nothing() {
        assert_eq!(finding(f64::NAN, 0.005, Expected::Agrees).verdict(), Verdict::Differs);
    }
}
