//! `balancer_weighted`: one pool behind the vault, and who holds its BPT.

use std::collections::BTreeMap;

use plimsoll_math::U256;
use plimsoll_protocols::amm::balancer::{Exited, Joined, MAX_TOKENS, TokenParams, WeightedPool, WeightedPoolParams};
use serde_json::{Value, json};

use super::{Fields, File, Report, Stop, replay_with};

/// Replays the file.
pub fn replay(file: &File) -> Report {
    replay_with(file, |config| Machine::with(config, |_| {}))
}

/// Who gets the protocol's share.
const COLLECTOR: &str = "protocol";

/// A pool, and who holds its BPT.
pub struct Machine {
    pool: WeightedPool,
    holders: BTreeMap<String, u128>,
}

impl Machine {
    /// Builds a scenario's pool after a change to what it is made of.
    pub fn with(config: &mut Fields, change: impl Fn(&mut WeightedPoolParams)) -> Result<Self, Stop> {
        config.take("users")?;
        let decimals: Vec<u8> = numbers(&config.take("decimals")?)?;
        let weights: Vec<u64> = numbers(&config.take("weights")?)?;
        let tokens = decimals.into_iter().zip(weights);
        let mut params = WeightedPoolParams {
            tokens: tokens.map(|(decimals, weight_wad)| TokenParams { decimals, weight_wad }).collect(),
            swap_fee_wad: config.number("swap_fee")?,
            protocol_fee_wad: config.number("protocol_swap_fee")?,
        };
        change(&mut params);
        let pool = WeightedPool::new(&params).map_err(Stop::revert)?;
        Ok(Self { pool, holders: BTreeMap::new() })
    }

    fn held(&self, user: &str) -> u128 {
        self.holders.get(user).copied().unwrap_or_default()
    }

    fn book(&mut self, user: &str, bpt: u128) {
        *self.holders.entry(user.to_owned()).or_default() += bpt;
    }

    fn swap(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let (token_in, token_out) = (fields.number("in_")?, fields.number("out_")?);
        let amount = fields.amount("amount")?;
        fields.finish()?;
        let answer = if op == "swap_in" {
            self.pool.swap_given_in(token_in, token_out, amount, 0).map_err(Stop::revert)?.amount_out
        } else {
            self.pool.swap_given_out(token_in, token_out, amount, u128::MAX).map_err(Stop::revert)?.amount_in
        };
        Ok(json!({ "amount": answer.to_string() }))
    }

    fn join(&mut self, op: &str, user: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let joined = match op {
            "init" => {
                let amounts: Vec<u128> = numbers(&fields.take("amounts")?)?;
                fields.finish()?;
                self.pool.initialize(&amounts)
            }
            "join_exact_tokens" => {
                let (amounts, least): (Vec<u128>, _) = (numbers(&fields.take("amounts")?)?, fields.limit("min_bpt")?);
                fields.finish()?;
                self.pool.join_exact_tokens(&amounts, least)
            }
            "join_token_for_bpt" => {
                let (bpt, token) = (fields.amount("bpt_out")?, fields.number("index")?);
                fields.finish()?;
                self.pool.join_token_for_exact_bpt(token, bpt, u128::MAX)
            }
            _ => {
                let bpt = fields.amount("bpt_out")?;
                fields.finish()?;
                let most = [u128::MAX; MAX_TOKENS];
                self.pool.join_all_tokens_for_exact_bpt(bpt, &most[..self.pool.token_count()])
            }
        };
        let Joined { paid, bpt, protocol_fee, .. } = joined.map_err(Stop::revert)?;
        self.book(user, bpt);
        self.book(COLLECTOR, protocol_fee);
        let deltas: Vec<String> = paid[..self.pool.token_count()].iter().map(u128::to_string).collect();
        Ok(json!({ "deltas": deltas, "bpt": bpt.to_string() }))
    }

    fn exit(&mut self, op: &str, user: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let before = self.pool.holdings();
        let exited = match op {
            "exit_one" => {
                let (bpt, token) = (fields.amount("bpt_in")?, fields.number("index")?);
                fields.finish()?;
                self.pool.exit_one_token(bpt, token, 0)
            }
            "exit_prop" => {
                let bpt = fields.amount("bpt_in")?;
                fields.finish()?;
                self.pool.exit_proportional(bpt, &[0; MAX_TOKENS][..self.pool.token_count()])
            }
            _ => {
                let (amounts, most): (Vec<u128>, _) = (numbers(&fields.take("amounts")?)?, fields.limit("max_bpt")?);
                fields.finish()?;
                self.pool.exit_exact_tokens(&amounts, most)
            }
        };
        let Exited { bpt, taken, protocol_fee } = exited.map_err(Stop::revert)?;
        let held = self.held(user);
        let Some(left) = held.checked_sub(bpt) else {
            self.pool.restore(before);
            return Err(Stop::Revert(format!("{bpt} BPT to burn, {held} held")));
        };
        self.holders.insert(user.to_owned(), left);
        self.book(COLLECTOR, protocol_fee);
        let deltas: Vec<String> = taken[..self.pool.token_count()].iter().map(|amount| minus(*amount)).collect();
        Ok(json!({ "deltas": deltas, "bpt": minus(bpt) }))
    }
}

impl super::Machine for Machine {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        for clock in ["b", "t"] {
            fields.number::<u64>(clock)?;
        }
        let user = fields.text("user")?;
        match op {
            "swap_in" | "swap_out" => self.swap(op, fields),
            "init" | "join_exact_tokens" | "join_token_for_bpt" | "join_all_for_bpt" => self.join(op, &user, fields),
            "exit_one" | "exit_prop" | "exit_exact_tokens" => self.exit(op, &user, fields),
            other => Err(Stop::unknown("operation", other)),
        }
    }

    fn state(&mut self, op: &Value, _done: bool) -> Value {
        let user = op["user"].as_str().unwrap_or_default();
        let text = |number: u128| number.to_string();
        json!({
            "bal": self.pool.balances().iter().map(u128::to_string).collect::<Vec<_>>(),
            "supply": text(self.pool.total_supply()),
            "bpt": text(self.held(user)),
            "fee_bpt": text(self.held(COLLECTOR)),
            "last_inv": text(self.pool.last_invariant()),
            "actual": self.pool.actual_supply().ok().map(text),
            "inv": self.pool.invariant().ok().map(text),
        })
    }
}

/// Returns a list of numbers. One beyond its type reverts.
fn numbers<T: TryFrom<u128>>(value: &Value) -> Result<Vec<T>, Stop> {
    let unreadable = || Stop::Unreadable(format!("not a list of numbers: {value}"));
    let number = |value: &Value| {
        let number: U256 = value.as_str().and_then(|text| text.parse().ok()).ok_or_else(unreadable)?;
        let narrow = number.try_into_u128().ok().and_then(|narrow| T::try_from(narrow).ok());
        narrow.ok_or_else(|| Stop::Revert(format!("{number} is too great")))
    };
    value.as_array().ok_or_else(unreadable)?.iter().map(number).collect()
}

/// Returns a number with a minus sign, unless it is zero.
fn minus(number: u128) -> String {
    if number == 0 { "0".to_owned() } else { format!("-{number}") }
}
