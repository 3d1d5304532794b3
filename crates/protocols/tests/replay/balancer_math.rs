//! `balancer_math`: the libraries' functions, one call at a time.

use plimsoll_math::{
    Fixed18, U256,
    log_exp::{exp, ln, log, pow},
};
use plimsoll_protocols::amm::balancer::weighted_math::{
    TokenChange, ZeroAmounts, bpt_in_given_exact_token_out_up, bpt_in_given_exact_tokens_out_up,
    bpt_out_given_exact_token_in_down, bpt_out_given_exact_tokens_in_down, in_given_out_up, out_given_in_down,
    token_in_given_exact_bpt_out_up, token_out_given_exact_bpt_in_down,
};
use serde_json::{Value, json};

use super::{Fields, File, Report, Stop, replay_with};

/// Replays the file.
pub fn replay(file: &File) -> Report {
    replay_with(file, |config| Library::that(config, ZeroAmounts::Skipped))
}

/// The functions. They keep nothing.
pub struct Library {
    zero_amounts: ZeroAmounts,
}

impl Library {
    /// Returns functions that do this with zero amounts.
    pub fn that(config: &mut Fields, zero_amounts: ZeroAmounts) -> Result<Self, Stop> {
        config.take("params")?;
        Ok(Self { zero_amounts })
    }

    /// Calls a function of numbers with 18 decimals.
    fn call(&self, op: &str, arguments: &Arguments) -> Result<Fixed18, Stop> {
        let at = |index| arguments.number(index);
        Ok(match op {
            "mulDown" => at(0)?.mul_down(at(1)?).map_err(Stop::revert)?,
            "mulUp" => at(0)?.mul_up(at(1)?).map_err(Stop::revert)?,
            "divDown" => at(0)?.div_down(at(1)?).map_err(Stop::revert)?,
            "divUp" => at(0)?.div_up(at(1)?).map_err(Stop::revert)?,
            "powDown" => at(0)?.pow_down(at(1)?).map_err(Stop::revert)?,
            "powUp" => at(0)?.pow_up(at(1)?).map_err(Stop::revert)?,
            "complement" => at(0)?.complement(),
            "pow" => pow(at(0)?.units(), at(1)?.units()).map(Fixed18::from).map_err(Stop::revert)?,
            _ => self.call_weighted(op, arguments)?,
        })
    }

    /// Calls a function of weighted pools.
    fn call_weighted(&self, op: &str, arguments: &Arguments) -> Result<Fixed18, Stop> {
        let at = |index| arguments.number(index);
        let answer = match op {
            "calcOutGivenIn" => out_given_in_down(at(0)?, at(1)?, at(2)?, at(3)?, at(4)?),
            "calcInGivenOut" => in_given_out_up(at(0)?, at(1)?, at(2)?, at(3)?, at(4)?),
            "calcTokenInGivenExactBptOut" => token_in_given_exact_bpt_out_up(at(0)?, at(1)?, at(2)?, at(3)?, at(4)?),
            "calcTokenOutGivenExactBptIn" => token_out_given_exact_bpt_in_down(at(0)?, at(1)?, at(2)?, at(3)?, at(4)?),
            "calcBptOutGivenExactTokenIn" => bpt_out_given_exact_token_in_down(arguments.change()?, at(3)?, at(4)?),
            "calcBptInGivenExactTokenOut" => bpt_in_given_exact_token_out_up(arguments.change()?, at(3)?, at(4)?),
            "calcBptOutGivenExactTokensIn" => {
                bpt_out_given_exact_tokens_in_down(&arguments.changes()?, at(3)?, at(4)?, self.zero_amounts)
            }
            "calcBptInGivenExactTokensOut" => {
                bpt_in_given_exact_tokens_out_up(&arguments.changes()?, at(3)?, at(4)?, self.zero_amounts)
            }
            other => return Err(Stop::unknown("operation", other)),
        };
        answer.map_err(Stop::revert)
    }
}

impl super::Machine for Library {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let arguments = Arguments(fields.take("args")?);
        fields.finish()?;
        let answer = match op {
            "exp" => {
                // What is wider than 128 bits is out of bounds by far.
                let exponent = arguments.text(0)?.parse().map_err(Stop::revert)?;
                exp(exponent).map_err(Stop::revert)?.to_string()
            }
            "ln" => ln(arguments.number(0)?.units()).map_err(Stop::revert)?.to_string(),
            "log" => log(arguments.number(0)?.units(), arguments.number(1)?.units()).map_err(Stop::revert)?.to_string(),
            _ => self.call(op, &arguments)?.to_string(),
        };
        Ok(json!([answer]))
    }

    fn state(&mut self, op: &Value, _done: bool) -> Value {
        // The file lists no state, so whatever it lists is compared with nothing.
        op.get("state").map_or(Value::Null, |_| json!({}))
    }
}

/// The arguments of a call, in order.
struct Arguments(Value);

impl Arguments {
    fn text(&self, index: usize) -> Result<&str, Stop> {
        Self::text_of(&self.0[index])
    }

    fn text_of(value: &Value) -> Result<&str, Stop> {
        value.as_str().ok_or_else(|| Stop::Unreadable(format!("an argument is not a text but {value}")))
    }

    fn number(&self, index: usize) -> Result<Fixed18, Stop> {
        Self::number_of(&self.0[index])
    }

    fn number_of(value: &Value) -> Result<Fixed18, Stop> {
        let text = Self::text_of(value)?;
        let units: U256 = text.parse().map_err(|error| match text.strip_prefix('-') {
            Some(_) => Stop::Revert(format!("{text} is below zero")),
            None => Stop::Unreadable(format!("an argument: {error}")),
        })?;
        Ok(Fixed18::from(units))
    }

    /// Returns a token's balance, weight and amount.
    fn change(&self) -> Result<TokenChange, Stop> {
        Ok(TokenChange { balance: self.number(0)?, weight: self.number(1)?, amount: self.number(2)? })
    }

    /// Returns balances, weights and amounts of several tokens.
    fn changes(&self) -> Result<Vec<TokenChange>, Stop> {
        let tokens = self.0[0].as_array().map_or(0, Vec::len);
        let change = |token: usize| {
            let [balance, weight, amount] = [0, 1, 2].map(|list| Self::number_of(&self.0[list][token]));
            Ok(TokenChange { balance: balance?, weight: weight?, amount: amount? })
        };
        (0..tokens).map(change).collect()
    }
}
