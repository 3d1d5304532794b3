//! `univ3`: one pool called directly, whose users have tokens without end.

use std::{collections::BTreeSet, fmt::Display, str::FromStr};

use plimsoll_math::U256;
use plimsoll_protocols::{
    AccountId,
    amm::{
        Amounts, PoolToken, RangeKey, Side, TickRange,
        uniswap_v3::{ProtocolFee, Specified, TickState, V3Params, V3Pool, WideAmounts},
    },
};
use serde_json::{Value, json};

use super::{Fields, File, Report, Stop, replay_with};

/// Replays the file.
pub fn replay(file: &File) -> Report {
    replay_with(file, |config| Machine::with_fee_changed(config, 0))
}

/// A pool, and the ticks at which a position ever ended.
pub struct Machine {
    pool: V3Pool,
    touched: BTreeSet<i32>,
}

impl Machine {
    /// Builds a scenario on a pool that takes so many pips more than the contract's.
    pub fn with_fee_changed(config: &mut Fields, more_pips: u32) -> Result<Self, Stop> {
        for unused in ["decimals0", "decimals1", "users"] {
            config.take(unused)?;
        }
        let (fee_pips, tick_spacing) = (config.number::<u32>("fee")?, config.number("tick_spacing")?);
        let pool = V3Pool::new(V3Params { fee_pips: fee_pips + more_pips, tick_spacing }).map_err(Stop::revert)?;
        let most = config.amount("max_liquidity_per_tick")?;
        if most != pool.max_liquidity_per_tick() {
            return Err(Stop::Unreadable(format!("a tick bears {}, not {most}", pool.max_liquidity_per_tick())));
        }
        Ok(Self { pool, touched: BTreeSet::new() })
    }

    fn mint_or_burn(&mut self, op: &str, fields: &mut Fields, now: u64) -> Result<Value, Stop> {
        let (key, liquidity) = (key(fields)?, fields.amount("liquidity")?);
        fields.finish()?;
        let change = if op == "mint" { V3Pool::mint_wide } else { V3Pool::burn_wide };
        let WideAmounts { token_0, token_1 } = change(&mut self.pool, key, liquidity, now).map_err(Stop::revert)?;
        self.touched.extend([key.range.lower, key.range.upper]);
        Ok(json!({ "amount0": token_0.to_string(), "amount1": token_1.to_string() }))
    }

    fn collect(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (key, most) = (key(fields)?, Amounts { token_0: fields.amount("max0")?, token_1: fields.amount("max1")? });
        fields.finish()?;
        let taken = self.pool.collect(key, most).map_err(Stop::revert)?;
        self.touched.extend([key.range.lower, key.range.upper]);
        Ok(amounts(taken))
    }

    fn swap(&mut self, fields: &mut Fields, now: u64) -> Result<Value, Stop> {
        fields.take("user")?;
        let side = if fields.flag("zero_for_one")? { Side::ZeroForOne } else { Side::OneForZero };
        let specified = specified(&fields.text("amount_specified")?)?;
        let limit = parse(&fields.text("sqrt_price_limit_x96")?)?;
        fields.finish()?;
        let traded = self.pool.swap(side, specified, limit, now).map_err(Stop::revert)?.traded;
        let (paid, taken) = (traded.amount_in.to_string(), negative(traded.amount_out));
        Ok(match side {
            Side::ZeroForOne => json!({ "amount0": paid, "amount1": taken }),
            Side::OneForZero => json!({ "amount0": taken, "amount1": paid }),
        })
    }

    fn flash(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        fields.take("user")?;
        let mut wide =
            |zero, one| Ok(WideAmounts { token_0: parse(&fields.text(zero)?)?, token_1: parse(&fields.text(one)?)? });
        let (lent, paid) = (wide("amount0", "amount1")?, wide("pay0", "pay1")?);
        fields.finish()?;
        self.pool.flash_wide(lent, paid).map(|_| Value::Null).map_err(Stop::revert)
    }

    fn observe(&mut self, fields: &mut Fields, now: u64) -> Result<Value, Stop> {
        let agos = fields.take("seconds_agos")?;
        fields.finish()?;
        let agos = agos.as_array().into_iter().flatten().map(|ago| parse(ago.as_str().unwrap_or_default()));
        let observed = self.pool.observe(&agos.collect::<Result<Vec<u32>, Stop>>()?, now).map_err(Stop::revert)?;
        let ticks: Vec<String> = observed.iter().map(|sums| sums.tick.to_string()).collect();
        let seconds: Vec<String> =
            observed.iter().map(|sums| sums.seconds_per_liquidity.to_bits().to_string()).collect();
        Ok(json!({ "tick_cumulatives": ticks, "seconds_per_liquidity_cumulatives": seconds }))
    }

    /// Does what only the pool's owner or nobody in particular does.
    fn govern(&mut self, op: &str, fields: &mut Fields, now: u64) -> Result<Value, Stop> {
        match op {
            "initialize" => {
                let price = parse(&fields.text("sqrt_price_x96")?)?;
                fields.finish()?;
                self.pool.initialize(price, now).map_err(Stop::revert)?;
            }
            "set_fee_protocol" => {
                let (token_0, token_1) = (fields.number("f0")?, fields.number("f1")?);
                fields.finish()?;
                let fee = ProtocolFee::new(token_0, token_1).map_err(Stop::revert)?;
                self.pool.set_protocol_fee(fee).map_err(Stop::revert)?;
            }
            "increase_cardinality" => {
                let next = fields.number("n")?;
                fields.finish()?;
                self.pool.increase_observation_cardinality(next).map_err(Stop::revert)?;
            }
            _ => {
                fields.finish()?;
                let most = Amounts { token_0: u128::MAX, token_1: u128::MAX };
                return self.pool.collect_protocol(most).map(amounts).map_err(Stop::revert);
            }
        }
        Ok(Value::Null)
    }

    fn tick(&self, tick: i32) -> Value {
        let Some(state) = self.pool.tick_state(tick) else {
            return json!(["0", "0", "0", "0", "0", "0", "0", false]);
        };
        let TickState { fee_growth_outside, cumulatives_outside, .. } = state;
        json!([
            state.liquidity_gross.to_string(),
            state.liquidity_net.to_string(),
            fee_growth_outside.token_0.to_bits().to_string(),
            fee_growth_outside.token_1.to_bits().to_string(),
            cumulatives_outside.tick.to_string(),
            cumulatives_outside.seconds_per_liquidity.to_bits().to_string(),
            state.seconds_outside.to_string(),
            true,
        ])
    }

    fn position(&self, key: RangeKey) -> Value {
        let position = self.pool.position(key);
        let growth = position.fee_growth_inside_last;
        json!([
            position.liquidity.to_string(),
            growth.token_0.to_bits().to_string(),
            growth.token_1.to_bits().to_string(),
            position.tokens_owed.token_0.to_string(),
            position.tokens_owed.token_1.to_string(),
        ])
    }
}

impl super::Machine for Machine {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let now = fields.number("t")?;
        match op {
            "mint" | "burn" => self.mint_or_burn(op, fields, now),
            "collect" => self.collect(fields),
            "swap" => self.swap(fields, now),
            "flash" => self.flash(fields),
            "observe" => self.observe(fields, now),
            "initialize" | "set_fee_protocol" | "increase_cardinality" | "collect_protocol" => {
                self.govern(op, fields, now)
            }
            other => Err(Stop::unknown("operation", other)),
        }
    }

    fn state(&mut self, op: &Value, done: bool) -> Value {
        let pool = &self.pool;
        let (growth, fees, fee) = (pool.fee_growth_global(), pool.protocol_fees(), pool.protocol_fee());
        let (cursor, balances) = (pool.observation_cursor(), pool.balances());
        let fee = u16::from(fee.of(PoolToken::Zero)) + 16 * u16::from(fee.of(PoolToken::One));
        let mut state = json!({
            "sp": pool.sqrt_price().to_string(),
            "tick": pool.tick().to_string(),
            "liq": pool.liquidity().to_string(),
            "fg0": growth.token_0.to_bits().to_string(),
            "fg1": growth.token_1.to_bits().to_string(),
            "pf": [fees.token_0.to_string(), fees.token_1.to_string()],
            "fp": fee.to_string(),
            "oi": cursor.index.to_string(),
            "oc": cursor.cardinality.to_string(),
            "on": cursor.cardinality_next.to_string(),
            "b0": balances.token_0.to_string(),
            "b1": balances.token_1.to_string(),
        });
        if let (true, Ok(key)) = (done, key(&mut Fields::new(op, &[]))) {
            state["pos"] = self.position(key);
            state["tlo"] = self.tick(key.range.lower);
            state["thi"] = self.tick(key.range.upper);
        }
        // Every fifty operations and at the end the file lists all ticks.
        if op["state"].get("ticks").is_some() {
            let all = self.touched.iter().map(|tick| (tick.to_string(), self.tick(*tick)));
            state["ticks"] = Value::Object(all.collect());
        }
        state
    }
}

/// Returns the position that an operation names.
fn key(fields: &mut Fields) -> Result<RangeKey, Stop> {
    let user = fields.text("user")?;
    let owner = user.strip_prefix('u').and_then(|number| number.parse().ok());
    let owner = owner.map(AccountId).ok_or_else(|| Stop::unknown("user", &user))?;
    let range = TickRange { lower: parse(&fields.text("lo")?)?, upper: parse(&fields.text("hi")?)? };
    Ok(RangeKey { owner, range })
}

/// Returns an amount that is paid in if it is positive and taken out if it is negative.
pub fn specified(text: &str) -> Result<Specified<U256>, Stop> {
    match text.strip_prefix('-') {
        Some(out) => Ok(Specified::ExactOut(parse(out)?)),
        None => Ok(Specified::ExactIn(parse(text)?)),
    }
}

/// Returns an integer of any kind.
pub fn parse<T: FromStr<Err: Display>>(text: &str) -> Result<T, Stop> {
    text.parse().map_err(|error| Stop::Unreadable(format!("`{text}`: {error}")))
}

fn negative(amount: U256) -> String {
    if amount == U256::ZERO { "0".to_owned() } else { format!("-{amount}") }
}

fn amounts(amounts: Amounts) -> Value {
    json!({ "amount0": amounts.token_0.to_string(), "amount1": amounts.token_1.to_string() })
}
