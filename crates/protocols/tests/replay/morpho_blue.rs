//! Morpho Blue: three markets over five users, and the interest rate model by itself.

use plimsoll_math::U256;
use plimsoll_protocols::{
    AccountId,
    lending::morpho_blue::{AdaptiveCurve, Amount, InterestModel, LiquidationSize, Market, MarketParams, Position},
};
use serde_json::{Value, json};

use super::{Fields, File, Report, Stop, replay_with};

/// Who gets the fee.
const FEE_RECIPIENT: AccountId = AccountId(1_000);

/// Replays a file.
pub fn replay(file: &File) -> Report {
    replay_with(file, Machine::new)
}

/// What a scenario is about.
pub enum Machine {
    /// Markets, each with its price, and the time.
    Markets(Vec<(Market, U256)>, u64),
    /// The model alone.
    Curve(AdaptiveCurve),
}

impl Machine {
    /// Returns the markets of a scenario; one without any is about the interest rate model.
    pub fn new(config: &mut Fields) -> Result<Self, Stop> {
        Self::with_lltv_lowered_by(config, 0)
    }

    /// Returns the same with another loan to value.
    pub fn with_lltv_lowered_by(config: &mut Fields, less_wad: u128) -> Result<Self, Stop> {
        let Ok(now) = config.number("t0") else {
            return Ok(Self::Curve(AdaptiveCurve::default()));
        };
        config.number::<u32>("users")?;
        let markets = config.take("markets")?;
        let markets = markets.as_array().into_iter().flatten();
        let markets = markets.map(|market| initial_market(market, less_wad, now)).collect::<Result<_, _>>()?;
        Ok(Self::Markets(markets, now))
    }
}

impl super::Machine for Machine {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let now = fields.number("t")?;
        match self {
            Self::Curve(curve) => borrow_rate(curve, op, fields, now),
            Self::Markets(markets, last) => {
                *last = now;
                let index: usize = fields.number("market")?;
                let market = markets.get_mut(index).ok_or_else(|| Stop::unknown("market", &index.to_string()))?;
                act(market, op, fields, now)
            }
        }
    }

    fn state(&mut self, op: &Value, _done: bool) -> Value {
        let Self::Markets(markets, now) = self else {
            return Value::Null;
        };
        let index = op["market"].as_str().and_then(|index| index.parse().ok()).unwrap_or(usize::MAX);
        let Some((market, _)) = markets.get(index) else {
            return Value::Null;
        };
        let books = market.state();
        let totals = [books.supplied.assets, books.supplied.shares, books.borrowed.assets, books.borrowed.shares];
        let totals = totals.into_iter().chain([books.last_update.into(), books.fee_wad]);
        let named = op["state"]["users"].as_object().into_iter().flatten();
        let users = named.filter_map(|(user, _)| Some((user.clone(), row(market.position(account(user).ok()?)))));
        let mut state = json!({
            "m": totals.map(|number| number.to_string()).collect::<Vec<_>>(),
            "users": users.collect::<std::collections::BTreeMap<_, _>>(),
            "fee_shares": market.position(FEE_RECIPIENT).supply_shares.to_string(),
            "rate": books.borrow_rate_wad(*now).ok().map(|rate| rate.to_string()),
        });
        if let InterestModel::AdaptiveCurve(curve) = books.interest {
            state["rate_at_target"] = json!(curve.rate_at_target_wad().to_string());
        }
        state
    }
}

/// Does one operation on a market.
fn act((market, price): &mut (Market, U256), op: &str, fields: &mut Fields, now: u64) -> Result<Value, Stop> {
    match op {
        "supply" | "withdraw" | "borrow" | "repay" => trade(market, *price, op, fields, now),
        "supply_collateral" | "withdraw_collateral" => {
            let (user, assets) = (account(&fields.text("user")?)?, fields.amount("assets")?);
            fields.finish()?;
            if op == "supply_collateral" {
                market.supply_collateral(user, assets).map(|_| Value::Null).map_err(Stop::revert)
            } else {
                market.withdraw_collateral(user, assets, *price, now).map(|_| Value::Null).map_err(Stop::revert)
            }
        }
        "liquidate" => liquidate(market, *price, fields, now),
        "accrue" => {
            fields.finish()?;
            market.accrue(now).map(|_| Value::Null).map_err(Stop::revert)
        }
        "set_fee" => {
            let fee_wad = fields.amount("fee")?;
            fields.finish()?;
            market.set_fee(fee_wad, now).map(|_| Value::Null).map_err(Stop::revert)
        }
        "set_price" => {
            *price = wide(fields, "price")?;
            fields.finish().map(|()| Value::Null)
        }
        "warp" => fields.finish().map(|()| Value::Null),
        other => Err(Stop::unknown("operation", other)),
    }
}

/// Does what is stated in assets or in shares, and returns both.
fn trade(market: &mut Market, price: U256, op: &str, fields: &mut Fields, now: u64) -> Result<Value, Stop> {
    let (user, amount) = (account(&fields.text("user")?)?, amount(fields)?);
    let moved = match op {
        "supply" => market.supply(user, amount, now).map(|done| (done.assets, done.shares)),
        "withdraw" => market.withdraw(user, amount, now).map(|done| (done.assets, done.shares)),
        "borrow" => market.borrow(user, amount, price, now).map(|done| (done.assets, done.shares)),
        _ => market.repay(user, amount, now).map(|done| (done.assets, done.shares)),
    };
    let (assets, shares) = moved.map_err(Stop::revert)?;
    Ok(json!({ "assets": assets.to_string(), "shares": shares.to_string() }))
}

fn liquidate(market: &mut Market, price: U256, fields: &mut Fields, now: u64) -> Result<Value, Stop> {
    account(&fields.text("user")?)?;
    let target = account(&fields.text("target")?)?;
    let (seized, repaid) = (fields.amount("seized_assets")?, fields.amount("repaid_shares")?);
    fields.finish()?;
    let size = match (seized, repaid) {
        (seized, 0) => LiquidationSize::SeizedAssets(seized),
        (0, repaid) => LiquidationSize::RepaidShares(repaid),
        _ => return Err(both_given()),
    };
    let done = market.liquidate(target, size, price, now).map_err(Stop::revert)?;
    Ok(json!({ "seized": done.seized_assets.to_string(), "repaid": done.repaid_assets.to_string() }))
}

fn borrow_rate(curve: &mut AdaptiveCurve, op: &str, fields: &mut Fields, now: u64) -> Result<Value, Stop> {
    if op != "borrowRate" {
        return Err(Stop::unknown("operation", op));
    }
    let (supplied, borrowed) = (fields.amount("total_supply_assets")?, fields.amount("total_borrow_assets")?);
    let last_update = fields.number("last_update")?;
    fields.finish()?;
    let rate = curve.borrow_rate_wad(supplied, borrowed, last_update, now).map_err(Stop::revert)?;
    Ok(json!({ "avg_rate": rate.to_string(), "rate_at_target_after": curve.rate_at_target_wad().to_string() }))
}

fn initial_market(config: &Value, less_wad: u128, now: u64) -> Result<(Market, U256), Stop> {
    let mut config = Fields::new(config, &[]);
    for decimals in ["loan_decimals", "collateral_decimals"] {
        config.number::<u8>(decimals)?;
    }
    let interest = match config.text("irm")?.as_str() {
        "adaptive" => InterestModel::AdaptiveCurve(AdaptiveCurve::default()),
        "mock" => InterestModel::Utilization,
        other => return Err(Stop::unknown("interest rate model", other)),
    };
    let lltv_wad = config.amount("lltv")? - less_wad;
    let params = MarketParams { lltv_wad, interest, fee_recipient: FEE_RECIPIENT };
    let mut market = Market::new(params, now).map_err(Stop::revert)?;
    let fee_wad = config.amount("fee")?;
    if fee_wad > 0 {
        market.set_fee(fee_wad, now).map_err(Stop::revert)?;
    }
    let price = wide(&mut config, "price")?;
    config.finish()?;
    Ok((market, price))
}

/// Returns the amount that is given as assets or as shares, and refuses what nobody understands.
fn amount(fields: &mut Fields) -> Result<Amount, Stop> {
    let (assets, shares) = (fields.amount("assets")?, fields.amount("shares")?);
    fields.finish()?;
    match (assets, shares) {
        (assets, 0) => Ok(Amount::Assets(assets)),
        (0, shares) => Ok(Amount::Shares(shares)),
        _ => Err(both_given()),
    }
}

/// What the contract refuses and the types here cannot say.
fn both_given() -> Stop {
    Stop::Revert("inconsistent input".to_owned())
}

fn wide(fields: &mut Fields, name: &str) -> Result<U256, Stop> {
    fields.text(name)?.parse().map_err(|error| Stop::Unreadable(format!("`{name}`: {error}")))
}

fn row(position: Position) -> [String; 3] {
    [position.supply_shares, position.borrow_shares, position.collateral].map(|number| number.to_string())
}

/// Returns the account of `u0`, `u1` and so on.
fn account(user: &str) -> Result<AccountId, Stop> {
    let number = user.strip_prefix('u').and_then(|number| number.parse().ok());
    number.map(AccountId).ok_or_else(|| Stop::unknown("user", user))
}
