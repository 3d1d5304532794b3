//! `aave_v3_math`: the libraries' fixed point, interest over time, and the default interest rate strategy.

use plimsoll_math::{MathError, U256, ray};
use plimsoll_protocols::lending::aave_v3::{
    KinkedRate, Lent, RateStrategy,
    interest::{compounded_interest_ray, linear_interest_ray},
};
use serde_json::{Value, json};

use super::{Fields, File, Report, Stop, replay_with};

/// Replays the file.
pub fn replay(file: &File) -> Report {
    replay_with(file, Machine::new)
}

/// The libraries; with a strategy where the scenario is about one.
struct Machine {
    strategy: Option<RateStrategy>,
}

impl Machine {
    fn new(config: &mut Fields) -> Result<Self, Stop> {
        let Ok(optimal_usage_ray) = config.amount("optimal_usage") else {
            return Ok(Self { strategy: None });
        };
        let variable = KinkedRate {
            base_ray: config.amount("base_rate")?,
            slope_1_ray: config.amount("slope1")?,
            slope_2_ray: config.amount("slope2")?,
        };
        let stable = KinkedRate {
            base_ray: variable.slope_1_ray + config.amount("base_stable_offset")?,
            slope_1_ray: config.amount("stable_slope1")?,
            slope_2_ray: config.amount("stable_slope2")?,
        };
        let strategy = RateStrategy {
            optimal_usage_ray,
            variable,
            stable,
            stable_excess_offset_ray: config.amount("stable_excess_offset")?,
            optimal_stable_share_ray: config.amount("optimal_stable_ratio")?,
        };
        Ok(Self { strategy: Some(strategy) })
    }

    /// Returns the rates of suppliers, of stable and of variable debts.
    fn rates(&self, fields: &mut Fields) -> Result<Value, Stop> {
        let strategy = self.strategy.ok_or_else(|| Stop::Unreadable("rates without a strategy".to_owned()))?;
        let held = fields.amount("avail")?;
        let arguments = narrow(&arguments(fields)?)?;
        let [unbacked, added, taken, stable_debt, variable_debt, average_stable_rate_ray, reserve_factor] = arguments;
        fields.finish()?;
        let reserve_factor = u16::try_from(reserve_factor).map_err(Stop::revert)?;
        let available = (held + added).checked_sub(taken).ok_or_else(|| Stop::Revert("nothing is left".to_owned()))?;
        let lent = Lent { available, unbacked, variable_debt, stable_debt, average_stable_rate_ray };
        let rates = || {
            let usage = lent.usage()?;
            let variable = strategy.variable_rate_ray(usage)?;
            let stable = strategy.stable_rate_ray(&lent, usage)?;
            Ok([RateStrategy::liquidity_rate_ray(&lent, usage, variable, reserve_factor)?, stable, variable])
        };
        let rates: [u128; 3] = rates().map_err(|error: MathError| Stop::revert(error))?;
        Ok(json!(rates.map(|rate| rate.to_string())))
    }
}

impl super::Machine for Machine {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        match op {
            "calculateInterestRates" => self.rates(fields),
            "calculateLinearInterest" => {
                let now: u64 = fields.number("now")?;
                let [rate_ray, last] = narrow(&arguments(fields)?)?;
                fields.finish()?;
                answer(linear_interest_ray(rate_ray, seconds(last, now.into())?))
            }
            "calculateCompoundedInterest" => {
                let [rate_ray, last, now] = narrow(&arguments(fields)?)?;
                fields.finish()?;
                answer(compounded_interest_ray(rate_ray, seconds(last, now)?))
            }
            "rayToWad" | "wadToRay" => {
                let [a] = exactly(arguments(fields)?)?;
                fields.finish()?;
                convert(op, a)
            }
            _ => {
                let (narrow, wide) = binary(op)?;
                let [a, b] = exactly(arguments(fields)?)?;
                fields.finish()?;
                let answered = wide(a, b);
                if let (Ok(a), Ok(b)) = (a.try_into_u128(), b.try_into_u128()) {
                    agree(narrow(a, b), answered)?;
                }
                answer(answered)
            }
        }
    }

    fn state(&mut self, op: &Value, _done: bool) -> Value {
        if op["state"].is_null() { Value::Null } else { json!({}) }
    }
}

type Narrow = fn(u128, u128) -> Result<u128, MathError>;
type Wide = fn(U256, U256) -> Result<U256, MathError>;

/// Returns an operation on two numbers, on 128 and on 256 bits.
fn binary(op: &str) -> Result<(Narrow, Wide), Stop> {
    Ok(match op {
        "wadMul" => (ray::wad_mul_half_up, ray::wide::wad_mul_half_up),
        "wadDiv" => (ray::wad_div_half_up, ray::wide::wad_div_half_up),
        "rayMul" => (ray::ray_mul_half_up, ray::wide::ray_mul_half_up),
        "rayDiv" => (ray::ray_div_half_up, ray::wide::ray_div_half_up),
        "percentMul" => (ray::percent_mul_half_up, ray::wide::percent_mul_half_up),
        "percentDiv" => (ray::percent_div_half_up, ray::wide::percent_div_half_up),
        other => return Err(Stop::unknown("operation", other)),
    })
}

fn convert(op: &str, a: U256) -> Result<Value, Stop> {
    let answered = match op {
        "rayToWad" => ray::wide::ray_to_wad_half_up(a),
        _ => ray::wide::wad_to_ray(a),
    };
    if let Ok(a) = a.try_into_u128() {
        agree(if op == "rayToWad" { Ok(ray::ray_to_wad_half_up(a)) } else { ray::wad_to_ray(a) }, answered)?;
    }
    answer(answered)
}

/// Refuses two widths that answer differently, where both can answer.
fn agree(narrow: Result<u128, MathError>, wide: Result<U256, MathError>) -> Result<(), Stop> {
    let narrowed = wide.and_then(U256::try_into_u128).ok();
    if narrow.ok() == narrowed {
        return Ok(());
    }
    Err(Stop::Unreadable(format!("{narrow:?} on 128 bits, {wide:?} on 256")))
}

fn answer(result: Result<impl ToString, MathError>) -> Result<Value, Stop> {
    result.map(|number| json!([number.to_string()])).map_err(Stop::revert)
}

fn arguments(fields: &mut Fields) -> Result<Vec<U256>, Stop> {
    let listed = fields.take("args")?;
    let unreadable = |value: &Value| Stop::Unreadable(format!("`args` has {value}"));
    let number = |value: &Value| value.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| unreadable(value));
    listed.as_array().into_iter().flatten().map(number).collect()
}

fn exactly<const N: usize>(arguments: Vec<U256>) -> Result<[U256; N], Stop> {
    arguments.try_into().map_err(|found: Vec<U256>| Stop::Unreadable(format!("{} arguments, not {N}", found.len())))
}

fn narrow<const N: usize>(arguments: &[U256]) -> Result<[u128; N], Stop> {
    let wide: [U256; N] = exactly(arguments.to_vec())?;
    let mut narrow = [0; N];
    for (narrow, wide) in narrow.iter_mut().zip(wide) {
        *narrow = wide.try_into_u128().map_err(Stop::revert)?;
    }
    Ok(narrow)
}

fn seconds(last: u128, now: u128) -> Result<u64, Stop> {
    let seconds = now.checked_sub(last).and_then(|seconds| u64::try_from(seconds).ok());
    seconds.ok_or_else(|| Stop::Revert(format!("{last} is not before {now}")))
}
