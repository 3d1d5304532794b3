//! `aave_v3`: a pool of several assets and its users.

use plimsoll_math::U256;
use plimsoll_protocols::{
    AccountId,
    lending::aave_v3::{
        AaveError, AccountData, CollateralParams, EModeId, FlashPremiums, KinkedRate, LiquidationCall, Market, Payout,
        RateStrategy, ReserveId, ReserveParams, ReserveStatus, UserId, Withdrawal,
    },
};
use serde_json::{Map, Value, json};

use super::{Fields, File, Report, Stop, replay_with};

/// Replays the file.
pub fn replay(file: &File) -> Report {
    replay_with(file, |config| Machine::with_extra_protocol_fee(config, 0))
}

/// A market, its prices, and the names of its assets by number.
pub struct Machine {
    market: Market,
    assets: Vec<String>,
    prices: Vec<u128>,
    now: u64,
    /// The contract's words for why the last operation failed.
    reverted: Option<String>,
    /// What does not fit what the file says beside answers and state.
    objection: Option<String>,
}

impl Machine {
    /// Builds a scenario whose treasury takes so many basis points more of the liquidators' bonus.
    pub fn with_extra_protocol_fee(config: &mut Fields, extra_bps: u16) -> Result<Self, Stop> {
        config.take("t0")?;
        let users: u32 = config.number("users")?;
        let mut market = Market::new(AccountId(u32::MAX), FlashPremiums { total_bps: 0, to_protocol_bps: 0 })
            .expect("no premium is no more than the whole");
        let members = emode(config, &mut market)?;
        let listed = config.take("assets")?;
        let listed = listed.as_object().ok_or_else(|| Stop::Unreadable("`assets` is no object".to_owned()))?;
        let mut parsed = Vec::new();
        for (name, value) in listed {
            let mut fields = Fields::new(value, &[]);
            let mode = if members.contains(name) { EModeId(1) } else { EModeId::NONE };
            let asset = Asset::read(&mut fields, mode, extra_bps)?;
            fields.finish()?;
            parsed.push((asset, name.clone()));
        }
        parsed.sort_unstable_by_key(|(asset, _)| asset.index);
        for (asset, _) in &parsed {
            market.add_reserve(asset.decimals, asset.params).map_err(Stop::revert)?;
        }
        (0..users).for_each(|user| {
            market.enter(AccountId(user));
        });
        let prices = parsed.iter().map(|(asset, _)| asset.price).collect();
        let assets = parsed.into_iter().map(|(_, name)| name).collect();
        Ok(Self { market, assets, prices, now: 0, reverted: None, objection: None })
    }

    fn reserve(&self, name: &str) -> Result<ReserveId, Stop> {
        let number = self.assets.iter().position(|asset| asset == name);
        let number = number.and_then(|number| u8::try_from(number).ok());
        number.map(ReserveId).ok_or_else(|| Stop::unknown("asset", name))
    }

    fn asset(&self, fields: &mut Fields) -> Result<ReserveId, Stop> {
        self.reserve(&fields.text("asset")?)
    }

    /// Keeps why a call failed.
    fn tell<T>(&mut self, result: Result<T, AaveError>) -> Result<T, Stop> {
        result.map_err(|error| {
            self.reverted =
                Some(error.contract_code().map_or_else(|| "Panic(0x11)".to_owned(), |code| code.to_string()));
            Stop::revert(error)
        })
    }

    fn supply(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (user, reserve, amount) = (user(fields, "user")?, self.asset(fields)?, fields.amount("amount")?);
        fields.finish()?;
        let supplied = self.market.supply(user, reserve, amount, self.now);
        self.tell(supplied).map(|_| Value::Null)
    }

    fn withdraw(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (user, reserve, amount) = (user(fields, "user")?, self.asset(fields)?, fields.take("amount")?);
        fields.finish()?;
        let withdrawal = match amount.as_str().unwrap_or_default().parse() {
            Ok(U256::MAX) => Withdrawal::All,
            Ok(amount) => Withdrawal::Exactly(amount.try_into_u128().unwrap_or(u128::MAX)),
            Err(error) => return Err(Stop::Unreadable(error.to_string())),
        };
        let withdrawn = self.market.withdraw(user, reserve, withdrawal, &self.prices, self.now);
        self.tell(withdrawn).map(|withdrawn| json!({ "amount": withdrawn.amount.to_string() }))
    }

    fn borrow(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (user, reserve, amount) = (user(fields, "user")?, self.asset(fields)?, fields.amount("amount")?);
        fields.finish()?;
        let borrowed = self.market.borrow(user, reserve, amount, &self.prices, self.now);
        self.tell(borrowed).map(|_| Value::Null)
    }

    fn repay(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (user, reserve, amount) = (user(fields, "user")?, self.asset(fields)?, fields.limit("amount")?);
        fields.finish()?;
        let repaid = self.market.repay(user, reserve, amount, self.now);
        self.tell(repaid).map(|repaid| json!({ "amount": repaid.amount.to_string() }))
    }

    fn liquidate(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (liquidator, target) = (user(fields, "user")?, user(fields, "target")?);
        let call = LiquidationCall {
            user: target,
            collateral: self.reserve(&fields.text("collateral")?)?,
            debt: self.reserve(&fields.text("debt")?)?,
            debt_to_cover: fields.limit("debt_to_cover")?,
        };
        let payout = if fields.flag("receive_a_token")? { Payout::Claim(liquidator) } else { Payout::Underlying };
        let health_before = fields.text("hf_before")?;
        fields.finish()?;
        let health = self.market.account_data(target, &self.prices, self.now).map_err(Stop::revert)?.health_factor;
        if health.as_wad().to_string() != health_before {
            self.objection = Some(format!("a health factor of {}, not {health_before}", health.as_wad()));
        }
        let liquidated = self.market.liquidate(call, payout, &self.prices, self.now);
        let liquidated = self.tell(liquidated)?;
        Ok(json!({
            "debt_covered": liquidated.debt_repaid.to_string(),
            "collateral_seized": liquidated.seized.to_string(),
            "protocol_fee_scaled": liquidated.scaled_protocol_fee.to_string(),
        }))
    }

    fn choose(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let user = user(fields, "user")?;
        let chosen = if op == "set_emode" {
            let emode = EModeId(fields.number("category")?);
            fields.finish()?;
            self.market.set_emode(user, emode, &self.prices, self.now)
        } else {
            let (reserve, use_as_collateral) = (self.asset(fields)?, fields.flag("use")?);
            fields.finish()?;
            self.market.set_use_as_collateral(user, reserve, use_as_collateral, &self.prices, self.now)
        };
        self.tell(chosen).map(|()| Value::Null)
    }

    fn set_price(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (reserve, price) = (self.asset(fields)?, fields.amount("price")?);
        fields.finish()?;
        self.prices[usize::from(reserve.0)] = price;
        Ok(Value::Null)
    }

    fn reserve_state(&self, name: &str) -> Option<(Value, Value)> {
        let id = self.reserve(name).ok()?;
        let state = *self.market.reserve(id).ok()?.state();
        let treasury = self.market.position(Market::TREASURY).ok()?.scaled_supply(id);
        let listed = [
            state.liquidity_index_ray,
            state.variable_borrow_index_ray,
            state.liquidity_rate_ray,
            state.variable_borrow_rate_ray,
            state.accrued_to_treasury,
            state.last_update.into(),
            state.scaled_supply,
            state.scaled_debt,
            state.available,
            treasury,
        ];
        let normalized = [state.normalized_income_ray(self.now).ok()?, state.normalized_debt_ray(self.now).ok()?];
        Some((json!(listed.map(|number| number.to_string())), json!(normalized.map(|number| number.to_string()))))
    }

    fn balance(&self, user: UserId, name: &str) -> Option<Value> {
        let id = self.reserve(name).ok()?;
        let position = self.market.position(user).ok()?;
        let text = |number: u128| number.to_string();
        Some(json!([
            text(position.scaled_supply(id)),
            text(self.market.supplied(user, id, self.now).ok()?),
            text(position.scaled_debt(id)),
            text(self.market.borrowed(user, id, self.now).ok()?),
            position.uses_as_collateral(id),
        ]))
    }

    fn user_state(&self, name: &str, expected: &Value) -> Option<Value> {
        let user = user_of(name)?;
        let data = self.market.account_data(user, &self.prices, self.now).ok()?;
        let balances: Map<String, Value> =
            keys(&expected["bal"]).filter_map(|asset| Some((asset.clone(), self.balance(user, asset)?))).collect();
        Some(json!({ "acct": account(&data), "bal": balances }))
    }
}

impl super::Machine for Machine {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        self.now = fields.number("t")?;
        (self.reverted, self.objection) = (None, None);
        match op {
            "supply" => self.supply(fields),
            "withdraw" => self.withdraw(fields),
            "borrow" => self.borrow(fields),
            "repay" => self.repay(fields),
            "liquidate" => self.liquidate(fields),
            "set_collateral" | "set_emode" => self.choose(op, fields),
            "set_price" => self.set_price(fields),
            "mint_to_treasury" => {
                user(fields, "user")?;
                let reserve = self.asset(fields)?;
                fields.finish()?;
                let minted = self.market.mint_to_treasury(reserve, self.now);
                self.tell(minted).map(|_| Value::Null)
            }
            "warp" => fields.finish().map(|()| Value::Null),
            other => Err(Stop::unknown("operation", other)),
        }
    }

    /// Lists what the file lists, and what it does not know if a failure has another reason there.
    fn state(&mut self, op: &Value, done: bool) -> Value {
        let expected = &op["state"];
        let reason = op["err"].as_str().and_then(|reason| reason.split(' ').next());
        if !done && self.reverted.is_some() && reason != self.reverted.as_deref() {
            return json!({ "err": self.reverted });
        }
        if let Some(objection) = &self.objection {
            return json!({ "objection": objection });
        }
        if expected.is_null() {
            return Value::Null;
        }
        let (mut reserves, mut normalized) = (Map::new(), Map::new());
        for name in keys(&expected["res"]) {
            if let Some((state, norm)) = self.reserve_state(name) {
                reserves.insert(name.clone(), state);
                normalized.insert(name.clone(), norm);
            }
        }
        let users = keys(&expected["users"]).filter_map(|name| {
            let state = self.user_state(name, &expected["users"][name])?;
            Some((name.clone(), state))
        });
        json!({ "res": reserves, "norm": normalized, "users": users.collect::<Map<_, _>>() })
    }
}

/// An asset as the file lists it.
struct Asset {
    index: usize,
    decimals: u8,
    price: u128,
    params: ReserveParams,
}

impl Asset {
    fn read(fields: &mut Fields, emode: EModeId, extra_fee_bps: u16) -> Result<Self, Stop> {
        let collateral = CollateralParams {
            ltv_bps: fields.number("ltv")?,
            liquidation_threshold_bps: fields.number("liq_threshold")?,
            liquidation_bonus_bps: fields.number("liq_bonus")?,
        };
        let variable = KinkedRate {
            base_ray: fields.amount("base_rate")?,
            slope_1_ray: fields.amount("slope1")?,
            slope_2_ray: fields.amount("slope2")?,
        };
        let strategy = RateStrategy {
            optimal_usage_ray: fields.amount("optimal_usage")?,
            variable,
            stable: KinkedRate { base_ray: 0, slope_1_ray: 0, slope_2_ray: 0 },
            stable_excess_offset_ray: 0,
            optimal_stable_share_ray: 0,
        };
        let cap = |cap: u64| (cap > 0).then_some(cap);
        let params = ReserveParams {
            collateral,
            reserve_factor_bps: fields.number("reserve_factor")?,
            liquidation_protocol_fee_bps: fields.number::<u16>("liq_protocol_fee")? + extra_fee_bps,
            strategy,
            supply_cap: cap(fields.number("supply_cap")?),
            borrow_cap: cap(fields.number("borrow_cap")?),
            emode,
            status: ReserveStatus::Active,
            borrowing: true,
            flash_loans: true,
        };
        let (index, decimals) = (fields.number("index")?, fields.number("decimals")?);
        Ok(Self { index, decimals, price: fields.amount("price")?, params })
    }
}

/// Reads the efficiency mode, if there is one, and returns the names of its assets.
fn emode(config: &mut Fields, market: &mut Market) -> Result<Vec<String>, Stop> {
    let listed = config.take("emode")?;
    if listed.is_null() {
        return Ok(Vec::new());
    }
    let mut fields = Fields::new(&listed, &[]);
    let limits = CollateralParams {
        ltv_bps: fields.number("ltv")?,
        liquidation_threshold_bps: fields.number("liq_threshold")?,
        liquidation_bonus_bps: fields.number("liq_bonus")?,
    };
    let (id, members) = (EModeId(fields.number("id")?), fields.take("assets")?);
    fields.finish()?;
    if market.add_emode(limits).map_err(Stop::revert)? != id {
        return Err(Stop::Unreadable(format!("an efficiency mode of number {}", id.0)));
    }
    let members = members.as_array().into_iter().flatten();
    Ok(members.filter_map(|name| name.as_str().map(str::to_owned)).collect())
}

/// Returns an account's data in the order of the contract.
fn account(data: &AccountData) -> Value {
    let available = data.available_borrows_base().ok();
    json!([
        data.collateral_base.to_string(),
        data.debt_base.to_string(),
        available.map(|base| base.to_string()),
        data.liquidation_threshold_bps.to_string(),
        data.ltv_bps.to_string(),
        data.health_factor.as_wad().to_string(),
    ])
}

fn keys(object: &Value) -> impl Iterator<Item = &String> {
    object.as_object().into_iter().flat_map(Map::keys)
}

/// Returns the row of `u0`, `u1` and so on; the treasury has the row before.
fn user_of(name: &str) -> Option<UserId> {
    let number: u32 = name.strip_prefix('u')?.parse().ok()?;
    Some(UserId(number.checked_add(1)?))
}

fn user(fields: &mut Fields, field: &str) -> Result<UserId, Stop> {
    let name = fields.text(field)?;
    user_of(&name).ok_or_else(|| Stop::unknown("user", &name))
}
