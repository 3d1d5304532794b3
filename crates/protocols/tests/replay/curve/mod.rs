//! `curve` and `curve_steth`: pools of two and three coins, and a metapool with its base pool.

mod pools;

use std::collections::BTreeMap;

use plimsoll_protocols::amm::curve::{CurveError, Fees, MetaParams, MetaPool, StableSwap, StableSwapParams, Template};
use serde_json::{Map, Value, json};

use super::{Fields, File, Report, Stop, replay_with};
use pools::{Pools, TwoPools, each, texts};

/// Who can hold liquidity tokens.
const USERS: [&str; 3] = ["u0", "u1", "u2"];

/// Replays the file.
pub fn replay(file: &File) -> Report {
    replay_with(file, |config| Machine::with_rules(config, None))
}

/// A pool or two, and who holds how many liquidity tokens.
pub struct Machine {
    pools: Box<dyn Pools>,
    held: BTreeMap<String, u128>,
    now: u64,
}

impl Machine {
    /// Builds a scenario on pools that follow these rules instead of their own.
    pub fn with_rules(config: &mut Fields, rules: Option<Template>) -> Result<Self, Stop> {
        let (kind, pool, now) = (config.text("kind")?, config.text("pool")?, config.number("t0")?);
        let template = match pool.as_str() {
            "3pool" | "hbtc" => Template::ThreePool,
            "steth" => Template::Steth,
            "gusd" => Template::Gusd,
            other => return Err(Stop::unknown("pool", other)),
        };
        let template = rules.unwrap_or(template);
        let decimals = list(config, "decimals")?;
        let pools: Box<dyn Pools> = match (kind.as_str(), decimals.len()) {
            ("plain", 2) => Box::new(plain::<2>(config, template, &decimals)?),
            ("plain", 3) => Box::new(plain::<3>(config, template, &decimals)?),
            ("meta", 2) => Box::new(two_pools(config, &decimals, now)?),
            (other, _) => return Err(Stop::unknown("scenario kind", other)),
        };
        Ok(Self { pools, held: BTreeMap::new(), now })
    }

    fn held(&self, user: &str) -> u128 {
        self.held.get(user).copied().unwrap_or_default()
    }

    /// Reverts as the liquidity token does if the user holds less.
    fn check(&self, user: &str, liquidity: u128) -> Result<(), Stop> {
        let held = self.held(user);
        if held < liquidity { Err(Stop::Revert(format!("{liquidity} to burn, {held} held"))) } else { Ok(()) }
    }

    fn burn(&mut self, user: String, liquidity: u128) {
        *self.held.entry(user).or_default() -= liquidity;
    }

    fn exchange(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (i, j, dx, least) = trade(fields)?;
        check_quote(fields, "get_dy", self.pools.get_dy([i, j], dx, self.now))?;
        fields.finish()?;
        bought(self.pools.exchange([i, j], dx, least, self.now))
    }

    fn exchange_underlying(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (i, j, dx, least) = trade(fields)?;
        let now = self.now;
        let TwoPools { meta, base } = self.meta()?;
        check_quote(fields, "get_dy_underlying", meta.get_dy_underlying(base, i, j, dx, now))?;
        fields.finish()?;
        bought(meta.exchange_underlying(base, i, j, dx, least, now).map(|exchanged| exchanged.amount_out))
    }

    fn base_exchange(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (i, j, dx, least) = trade(fields)?;
        fields.finish()?;
        let now = self.now;
        bought(Pools::exchange(&mut self.meta()?.base, [i, j], dx, least, now))
    }

    fn meta(&mut self) -> Result<&mut TwoPools, Stop> {
        self.pools.meta().ok_or_else(|| Stop::unknown("operation", "of a metapool"))
    }

    fn add_liquidity(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (user, paid) = (fields.text("user")?, list(fields, "amounts")?);
        let least = fields.limit("min_mint")?;
        check_quote(fields, "calc_token_amount", self.pools.calc_token_amount(&paid, self.now))?;
        fields.finish()?;
        let minted = self.pools.add(&paid, least, self.now).map_err(Stop::revert)?;
        *self.held.entry(user).or_default() += minted;
        Ok(json!({ "lp": minted.to_string() }))
    }

    fn remove_liquidity(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (user, liquidity) = (fields.text("user")?, fields.amount("amount")?);
        let least = list(fields, "min_amounts")?;
        fields.finish()?;
        self.check(&user, liquidity)?;
        let taken = self.pools.remove(liquidity, &least).map_err(Stop::revert)?;
        self.burn(user, liquidity);
        Ok(json!({ "amounts": texts(&taken) }))
    }

    fn remove_imbalance(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (user, taken) = (fields.text("user")?, list(fields, "amounts")?);
        let most = fields.limit("max_burn")?.min(self.held(&user));
        fields.finish()?;
        let burned = self.pools.remove_imbalance(&taken, most, self.now).map_err(Stop::revert)?;
        self.burn(user, burned);
        Ok(json!({ "burned": burned.to_string() }))
    }

    fn remove_one(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (user, liquidity) = (fields.text("user")?, fields.amount("amount")?);
        let (coin, least) = (fields.number("i_")?, fields.limit("min")?);
        let quote = self.pools.calc_withdraw_one_coin(liquidity, coin, self.now);
        check_quote(fields, "calc_withdraw_one_coin", quote)?;
        fields.finish()?;
        self.check(&user, liquidity)?;
        let taken = self.pools.remove_one(liquidity, coin, least, self.now).map_err(Stop::revert)?;
        self.burn(user, liquidity);
        Ok(json!({ "dy": taken.to_string() }))
    }
}

impl super::Machine for Machine {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        self.now = fields.number("t")?;
        match op {
            "exchange" => self.exchange(fields),
            "exchange_underlying" => self.exchange_underlying(fields),
            "base_exchange" => self.base_exchange(fields),
            "add_liquidity" => self.add_liquidity(fields),
            "remove_liquidity" => self.remove_liquidity(fields),
            "remove_imbalance" => self.remove_imbalance(fields),
            "remove_one" => self.remove_one(fields),
            "ramp_A" => {
                let (future, until) = (fields.amount("future_A")?, fields.number("future_time")?);
                fields.finish()?;
                self.pools.ramp_a(future, until, self.now).map_err(Stop::revert)?;
                Ok(Value::Null)
            }
            "stop_ramp_A" => {
                fields.finish()?;
                self.pools.stop_ramp_a(self.now).map_err(Stop::revert)?;
                Ok(Value::Null)
            }
            "withdraw_admin_fees" => {
                fields.finish()?;
                self.pools.withdraw_admin_fees();
                Ok(Value::Null)
            }
            "donate_admin_fees" => {
                fields.finish()?;
                self.pools.donate_admin_fees();
                Ok(Value::Null)
            }
            "donate" => {
                fields.text("user")?;
                let (coin, amount) = (fields.number("i_")?, fields.amount("amount")?);
                fields.finish()?;
                self.pools.donate(coin, amount).map_err(Stop::revert)?;
                Ok(Value::Null)
            }
            other => Err(Stop::unknown("operation", other)),
        }
    }

    fn state(&mut self, op: &Value, _done: bool) -> Value {
        let mut state = self.pools.state(self.now);
        let held = |user: &str| json!(self.held(user).to_string());
        state["lp"] = match op["user"].as_str() {
            Some(user) => held(user),
            // The file tells what one of the users holds, but not which one.
            None => USERS.map(held).into_iter().find(|held| *held == op["state"]["lp"]).unwrap_or_default(),
        };
        state
    }
}

/// Returns a field that lists amounts.
fn list(fields: &mut Fields, name: &str) -> Result<Vec<u128>, Stop> {
    let listed = fields.take(name)?;
    let listed = listed.as_array().into_iter().flatten().enumerate();
    let numbered: Map<String, Value> = listed.map(|(index, value)| (index.to_string(), value.clone())).collect();
    let mut numbered = Fields::new(&numbered.into(), &[]);
    let mut amounts = Vec::new();
    while let Ok(amount) = numbered.amount(&amounts.len().to_string()) {
        amounts.push(amount);
    }
    numbered.finish().map(|()| amounts)
}

/// Returns the coin in, the coin out, the amount in and the least amount out of a trade.
fn trade(fields: &mut Fields) -> Result<(usize, usize, u128, u128), Stop> {
    fields.text("user")?;
    Ok((fields.number("i_")?, fields.number("j_")?, fields.amount("dx")?, fields.limit("min_dy")?))
}

fn bought(dy: Result<u128, CurveError>) -> Result<Value, Stop> {
    Ok(json!({ "dy": dy.map_err(Stop::revert)?.to_string() }))
}

/// Compares what a view answers just before the operation; the file has none where the view reverts.
fn check_quote(fields: &mut Fields, view: &str, answer: Result<u128, CurveError>) -> Result<(), Stop> {
    let mut quote =
        fields.take("quote").map_or_else(|_| Fields::new(&json!({}), &[]), |quote| Fields::new(&quote, &[]));
    let expected = quote.amount(view).ok();
    quote.finish()?;
    if expected == answer.ok() {
        return Ok(());
    }
    Err(Stop::Unreadable(format!("quote.{view}: expected {expected:?}, got {answer:?}")))
}

fn fees(config: &mut Fields) -> Result<Fees, Stop> {
    Ok(Fees { fee: config.amount("fee")?, admin_fee: config.amount("admin_fee")? })
}

fn decimals<const N: usize>(listed: &[u128]) -> [u8; N] {
    each::<N>(listed).map(|decimals| decimals.try_into().expect("decimals are few"))
}

fn plain<const N: usize>(config: &mut Fields, template: Template, listed: &[u128]) -> Result<StableSwap<N>, Stop> {
    let params = StableSwapParams {
        template,
        decimals: decimals(listed),
        amplification: config.amount("A")?,
        fees: fees(config)?,
    };
    StableSwap::new(&params).map_err(Stop::revert)
}

/// Builds a metapool over a base pool of three coins, into which each of three users has paid the same.
fn two_pools(config: &mut Fields, listed: &[u128], now: u64) -> Result<TwoPools, Stop> {
    let mut of_base = config.object("base")?;
    let setup = of_base.text("setup")?;
    if of_base.text("pool")? != "3pool" || !setup.contains("each add_liquidity([50e24,40e12,30e12],0)") {
        return Err(Stop::unknown("base pool", &setup));
    }
    let listed_of_base = list(&mut of_base, "decimals")?;
    let mut base = plain::<3>(&mut of_base, Template::ThreePool, &listed_of_base)?;
    of_base.finish()?;
    let million = 1_000_000_000_000;
    for _user in 0..3 {
        base.add_liquidity([50 * million * million, 40 * million, 30 * million], 0, now).map_err(Stop::revert)?;
    }
    let params =
        MetaParams { decimals: decimals::<2>(listed)[0], amplification: config.amount("A")?, fees: fees(config)? };
    let meta = MetaPool::new(&params, &base, now).map_err(Stop::revert)?;
    Ok(TwoPools { meta, base })
}
