//! Compound v2: a comptroller with its markets over five users, who have entered all of them.

use std::collections::BTreeMap;

use plimsoll_protocols::{
    AccountId,
    lending::compound_v2::{
        CompoundError, Comptroller, ComptrollerParams, InterestModel, LiquidationOrder, MarketId, MarketParams,
        Outcome, Prices, RedeemAmount, RepayAmount,
    },
};
use serde_json::{Map, Value, json};

use super::{Fields, File, Report, Stop, replay_with};

/// The contract's way of saying "all that I owe".
const ALL: &str = "115792089237316195423570985008687907853269984665640564039457584007913129639935";

/// Replays a file.
pub fn replay(file: &File) -> Report {
    replay_with(file, Machine::new)
}

/// A comptroller, the prices, and which market is which.
pub struct Machine {
    comptroller: Comptroller,
    prices: Vec<u128>,
    names: BTreeMap<String, MarketId>,
    block: u64,
    /// Whether a refused call leaves no trace, as it does in no version of the contract.
    forgets_refused_calls: bool,
}

impl Machine {
    /// Returns the comptroller of a scenario.
    pub fn new(config: &mut Fields) -> Result<Self, Stop> {
        Self::with_seize_share_raised_by(config, 0)
    }

    /// Returns the same where the protocol keeps more of what is seized.
    pub fn with_seize_share_raised_by(config: &mut Fields, more_wad: u128) -> Result<Self, Stop> {
        match config.text("version")?.as_str() {
            "2.9" | "2.8" => {}
            other => return Err(Stop::unknown("version", other)),
        }
        let block = config.number("start_block")?;
        let mut comptroller = Comptroller::new(ComptrollerParams {
            close_factor_wad: config.amount("close_factor")?,
            liquidation_incentive_wad: config.amount("liquidation_incentive")?,
            protocol_seize_share_wad: config.amount("protocol_seize_share")? + more_wad,
        });
        let (mut prices, mut names) = (Vec::new(), BTreeMap::new());
        for (name, market) in config.take("markets")?.as_object().into_iter().flatten() {
            let (params, price) = market_params(market)?;
            let id = comptroller.list(params, block).map_err(Stop::revert)?;
            names.insert(name.clone(), id);
            prices.push(price);
        }
        for user in (0..config.number("users")?).map(AccountId) {
            names.values().try_for_each(|id| comptroller.enter_market(*id, user)).map_err(Stop::revert)?;
        }
        Ok(Self { comptroller, prices, names, block, forgets_refused_calls: false })
    }

    /// Returns a machine that reverts where the contract returns an error code.
    pub fn forgetting_refused_calls(config: &mut Fields) -> Result<Self, Stop> {
        Ok(Self { forgets_refused_calls: true, ..Self::new(config)? })
    }

    fn market(&self, fields: &mut Fields, name: &str) -> Result<MarketId, Stop> {
        let name = fields.text(name)?;
        self.names.get(&name).copied().ok_or_else(|| Stop::unknown("market", &name))
    }

    fn mint(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (market, user) = (self.market(fields, "market")?, user(fields, "user")?);
        let amount = fields.amount("amount")?;
        fields.finish()?;
        done(self.comptroller.mint(market, user, amount, self.block))
    }

    fn borrow(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (market, user) = (self.market(fields, "market")?, user(fields, "user")?);
        let amount = fields.amount("amount")?;
        fields.finish()?;
        done(self.comptroller.borrow(market, user, amount, Prices(&self.prices), self.block))
    }

    fn enter_or_exit(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let (market, user) = (self.market(fields, "market")?, user(fields, "user")?);
        fields.finish()?;
        let done = if op == "enter_market" {
            self.comptroller.enter_market(market, user)
        } else {
            self.comptroller.exit_market(market, user, Prices(&self.prices))
        };
        done.map(|()| Value::Null).map_err(Stop::revert)
    }

    fn redeem(&mut self, fields: &mut Fields, name: &str, of: fn(u128) -> RedeemAmount) -> Result<Value, Stop> {
        let (market, user) = (self.market(fields, "market")?, user(fields, "user")?);
        let amount = fields.text(name)?.parse().map(of);
        fields.finish()?;
        let Ok(amount) = amount else {
            // More than there can be: the contract counts interest and refuses.
            self.comptroller.accrue(market, self.block).map_err(Stop::revert)?;
            return Err(Stop::Revert("the product is wider than 256 bits".to_owned()));
        };
        done(self.comptroller.redeem(market, user, amount, Prices(&self.prices), self.block))
    }

    fn repay(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (market, user) = (self.market(fields, "market")?, user(fields, "user")?);
        let amount = match fields.text("amount")? {
            all if all == ALL => RepayAmount::All,
            // More than can be owed.
            exactly => RepayAmount::Exactly(exactly.parse().unwrap_or(u128::MAX)),
        };
        fields.finish()?;
        done(self.comptroller.repay(market, user, amount, self.block))
    }

    fn transfer(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (market, from, to) = (self.market(fields, "market")?, user(fields, "user")?, user(fields, "to")?);
        let tokens = fields.limit("tokens")?;
        fields.finish()?;
        let transferred = self.comptroller.transfer(market, from, to, tokens, Prices(&self.prices));
        transferred.map(|_| Value::Null).map_err(Stop::revert)
    }

    fn liquidate(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let order = LiquidationOrder {
            debt: self.market(fields, "debt")?,
            collateral: self.market(fields, "collateral")?,
            liquidator: user(fields, "user")?,
            borrower: user(fields, "target")?,
            amount: fields.limit("amount")?,
        };
        fields.finish()?;
        let liquidated = self.comptroller.liquidate(order, Prices(&self.prices), self.block);
        let liquidated = liquidated.and_then(Outcome::done).map_err(Stop::revert)?;
        Ok(json!({
            "seize_tokens": liquidated.seized_tokens().to_string(),
            "liquidator_tokens": liquidated.tokens_to_liquidator.to_string(),
        }))
    }

    /// Does one operation.
    fn act(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        match op {
            "mint" => self.mint(fields),
            "redeem" => self.redeem(fields, "tokens", RedeemAmount::Tokens),
            "redeem_underlying" => self.redeem(fields, "amount", RedeemAmount::Underlying),
            "borrow" => self.borrow(fields),
            "repay" => self.repay(fields),
            "transfer" => self.transfer(fields),
            "liquidate" => self.liquidate(fields),
            "enter_market" | "exit_market" => self.enter_or_exit(op, fields),
            "accrue" => {
                let market = self.market(fields, "market")?;
                fields.finish()?;
                self.comptroller.accrue(market, self.block).map(|_| Value::Null).map_err(Stop::revert)
            }
            "reduce_reserves" => {
                let (market, amount) = (self.market(fields, "market")?, fields.limit("amount")?);
                fields.finish()?;
                done(self.comptroller.reduce_reserves(market, amount, self.block))
            }
            "set_price" => {
                let (market, price) = (self.market(fields, "market")?, fields.amount("price")?);
                fields.finish()?;
                self.prices[usize::from(market.0)] = price;
                Ok(Value::Null)
            }
            "warp" => fields.finish().map(|()| Value::Null),
            other => Err(Stop::unknown("operation", other)),
        }
    }

    /// Returns what the contracts' views say of a market; `null` where they revert.
    fn market_state(&self, name: &str) -> Value {
        let books = self.names.get(name).and_then(|id| self.comptroller.state(*id).ok());
        let Some(books) = books else {
            return Value::Null;
        };
        let text = |number: u128| number.to_string();
        json!([
            text(books.cash),
            text(books.total_borrows),
            text(books.total_reserves),
            text(books.borrow_index_wad),
            text(books.accrual_block.into()),
            books.exchange_rate_wad().ok().map(|rate| rate.to_string()),
            text(books.total_supply),
            books.supply_rate_per_block_wad().ok().map(text),
            books.borrow_rate_per_block_wad().ok().map(text),
        ])
    }

    /// Returns a user's liquidity, and what the user has in the markets that are listed.
    fn user_state(&self, user: &str, listed: &Value) -> Option<Value> {
        let user = account(user).ok()?;
        let liquidity = match self.comptroller.account_liquidity(user, Prices(&self.prices)) {
            Ok(liquidity) => {
                json!(["0", liquidity.liquidity().to_string(), liquidity.shortfall().to_string()])
            }
            Err(CompoundError::NoPrice { .. }) => json!(["13", "0", "0"]),
            Err(CompoundError::ReservesExceedAssets { .. }) => json!(["15", "0", "0"]),
            Err(_) => Value::Null,
        };
        let balances = listed["bal"].as_object().into_iter().flatten().filter_map(|(name, _)| {
            let id = *self.names.get(name)?;
            let (books, position) = (self.comptroller.state(id).ok()?, self.comptroller.position(id, user).ok()?);
            let owed = books.borrow_balance_down(&position).ok().map(|owed| owed.to_string());
            Some((name.clone(), json!([position.tokens.to_string(), owed])))
        });
        Some(json!({ "liq": liquidity, "bal": balances.collect::<Map<_, _>>() }))
    }
}

impl super::Machine for Machine {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        self.block = fields.number("b")?;
        let before = self.forgets_refused_calls.then(|| self.comptroller.clone());
        let done = self.act(op, fields);
        if let (Some(before), Err(_)) = (before, &done) {
            self.comptroller = before;
        }
        done
    }

    fn state(&mut self, op: &Value, _done: bool) -> Value {
        let markets = op["state"]["m"].as_object().into_iter().flatten();
        let markets = markets.map(|(name, _)| (name.clone(), self.market_state(name)));
        let users = op["state"]["users"].as_object().into_iter().flatten();
        let users = users.filter_map(|(user, listed)| Some((user.clone(), self.user_state(user, listed)?)));
        json!({ "m": markets.collect::<Map<_, _>>(), "users": users.collect::<Map<_, _>>() })
    }
}

/// Forgets a receipt that the contract does not return, and takes a refusal for the failure that the file shows.
fn done<Receipt>(called: Result<Outcome<Receipt>, CompoundError>) -> Result<Value, Stop> {
    called.and_then(Outcome::done).map(|_| Value::Null).map_err(Stop::revert)
}

/// Returns how a market is set up, and the first price of its underlying.
fn market_params(config: &Value) -> Result<(MarketParams, u128), Stop> {
    let mut config = Fields::new(config, &[]);
    config.number::<u8>("decimals")?;
    let mut model = config.object("model")?;
    let kind = model.text("kind")?;
    let (base, multiplier) = (model.amount("base_per_year")?, model.amount("multiplier_per_year")?);
    let interest = match kind.as_str() {
        "JumpRateModelV2" => {
            let (jump, kink) = (model.amount("jump_per_year")?, model.amount("kink")?);
            InterestModel::jump_rate_v2(base, multiplier, jump, kink).map_err(Stop::revert)?
        }
        "WhitePaperInterestRateModel" => InterestModel::white_paper(base, multiplier),
        other => return Err(Stop::unknown("interest rate model", other)),
    };
    model.finish()?;
    let params = MarketParams {
        collateral_factor_wad: config.amount("collateral_factor")?,
        reserve_factor_wad: config.amount("reserve_factor")?,
        initial_exchange_rate_wad: config.amount("initial_exchange_rate")?,
        interest,
    };
    let price = config.amount("price")?;
    config.finish()?;
    Ok((params, price))
}

fn user(fields: &mut Fields, name: &str) -> Result<AccountId, Stop> {
    account(&fields.text(name)?)
}

/// Returns the account of `u0`, `u1` and so on.
fn account(user: &str) -> Result<AccountId, Stop> {
    let number = user.strip_prefix('u').and_then(|number| number.parse().ok());
    number.map(AccountId).ok_or_else(|| Stop::unknown("user", user))
}
