//! `univ3_math`: the libraries' functions, one call each.

use std::{fmt::Display, str::FromStr};

use plimsoll_math::{
    MathError, SqrtPriceX96, U256, amounts_for_liquidity_down, liquidity_for_amounts_down, sqrt_price_at_tick,
    tick_at_sqrt_price, token_0_between_down, token_0_between_up, token_1_between_down, token_1_between_up,
};
use plimsoll_protocols::amm::uniswap_v3::swap_step;
use serde_json::{Value, json};

use super::{
    Fields, File, Report, Stop, replay_with,
    univ3::{parse, specified},
};

/// Replays the file.
pub fn replay(file: &File) -> Report {
    replay_with(file, |_| Ok(Machine { quotient_up: U256::mul_div_wide_up }))
}

/// A way to multiply and divide.
pub type MulDiv = fn(U256, U256, U256) -> Result<U256, MathError>;

/// The functions, of which one can be replaced by a wrong one.
pub struct Machine {
    /// `FullMath.mulDivRoundingUp`.
    pub quotient_up: MulDiv,
}

impl super::Machine for Machine {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let args = fields.take("args")?;
        fields.finish()?;
        let args = args.as_array().map(Vec::as_slice).unwrap_or_default();
        match op {
            "mulDiv" => quotient(U256::mul_div_wide_down, args),
            "mulDivRoundingUp" => quotient(self.quotient_up, args),
            "getSqrtRatioAtTick" => answer(sqrt_price_at_tick(number(only(args)?)?)),
            "getTickAtSqrtRatio" => answer(tick_at_sqrt_price(number(only(args)?)?)),
            "getAmount0Delta" => amount_between(token_0_between_down, token_0_between_up, args),
            "getAmount1Delta" => amount_between(token_1_between_down, token_1_between_up, args),
            "getNextSqrtPriceFromInput" => {
                next_price(SqrtPriceX96::after_token_0_in, SqrtPriceX96::after_token_1_in, args)
            }
            "getNextSqrtPriceFromOutput" => {
                next_price(SqrtPriceX96::after_token_1_out, SqrtPriceX96::after_token_0_out, args)
            }
            "getAmountsForLiquidity" => {
                let [current, a, b, liquidity] = known(args)?;
                let (token_0, token_1) =
                    amounts_for_liquidity_down(number(current)?, number(a)?, number(b)?, number(liquidity)?)
                        .map_err(Stop::revert)?;
                Ok(json!([token_0.to_string(), token_1.to_string()]))
            }
            "getLiquidityForAmounts" => {
                let [current, a, b, amount_0, amount_1] = known(args)?;
                let offered = (number(amount_0)?, number(amount_1)?);
                answer(liquidity_for_amounts_down(number(current)?, number(a)?, number(b)?, offered))
            }
            "computeSwapStep" => step(args),
            other => Err(Stop::unknown("operation", other)),
        }
    }

    fn state(&mut self, _op: &Value, _done: bool) -> Value {
        Value::Null
    }
}

fn quotient(function: MulDiv, args: &[Value]) -> Result<Value, Stop> {
    let [a, b, c] = known(args)?;
    answer(function(number(a)?, number(b)?, number(c)?))
}

type Between = fn(SqrtPriceX96, SqrtPriceX96, u128) -> Result<U256, MathError>;

fn amount_between(down: Between, up: Between, args: &[Value]) -> Result<Value, Stop> {
    let [a, b, liquidity, round_up] = known(args)?;
    let function = if flag(round_up)? { up } else { down };
    answer(function(number(a)?, number(b)?, number(liquidity)?))
}

type Next = fn(SqrtPriceX96, u128, U256) -> Result<SqrtPriceX96, MathError>;

fn next_price(zero_for_one: Next, one_for_zero: Next, args: &[Value]) -> Result<Value, Stop> {
    let [price, liquidity, amount, falls] = known(args)?;
    let function = if flag(falls)? { zero_for_one } else { one_for_zero };
    answer(function(number(price)?, number(liquidity)?, number(amount)?))
}

fn step(args: &[Value]) -> Result<Value, Stop> {
    let [from, target, liquidity, remaining, fee] = known(args)?;
    let remaining = specified(text(remaining)?)?;
    let step = swap_step(number(from)?, number(target)?, number(liquidity)?, remaining, number(fee)?);
    let step = step.map_err(Stop::revert)?;
    let amounts = [step.amount_in, step.amount_out, step.fee].map(|amount| amount.to_string());
    Ok(json!([step.sqrt_price.to_string(), amounts[0], amounts[1], amounts[2]]))
}

/// Returns the arguments, if there are so many and no more.
fn known<const COUNT: usize>(args: &[Value]) -> Result<&[Value; COUNT], Stop> {
    args.try_into().map_err(|_| Stop::Unreadable(format!("{} arguments, not {COUNT}", args.len())))
}

/// Returns the only argument.
fn only(args: &[Value]) -> Result<&Value, Stop> {
    known::<1>(args).map(|[only]| only)
}

fn text(value: &Value) -> Result<&str, Stop> {
    value.as_str().ok_or_else(|| Stop::Unreadable(format!("{value} is not a text")))
}

fn number<T: FromStr<Err: Display>>(value: &Value) -> Result<T, Stop> {
    parse(text(value)?)
}

fn flag(value: &Value) -> Result<bool, Stop> {
    value.as_bool().ok_or_else(|| Stop::Unreadable(format!("{value} is neither true nor false")))
}

fn answer<T: ToString, E: Display>(result: Result<T, E>) -> Result<Value, Stop> {
    result.map(|value| json!([value.to_string()])).map_err(Stop::revert)
}
