//! `alpha_homora`: a bank, a goblin on a pair of ether and a farmed token, its farm, and the pair that sells the
//! reward.

use std::collections::BTreeMap;

use plimsoll_protocols::{
    AccountId,
    amm::{
        Amounts, PoolToken, Side,
        uniswap_v2::{FEE_BPS, Pair, ProtocolFee},
    },
    farm::{
        alpha_homora::{
            Bank, BankParams, Goblin, GoblinId, GoblinParams, InterestModel, IntoPair, PositionId, RewardMarket, Site,
            Strategy, Work,
        },
        staking_rewards::StakingRewards,
    },
};
use serde_json::{Map, Value, json};

use super::{Fields, File, Report, Stop, replay_with};

/// Replays the file.
pub fn replay(file: &File) -> Report {
    replay_with(file, Machine::new)
}

/// Whom the goblin is to its farm.
const GOBLIN: AccountId = AccountId(1_000);

/// Which token of both pairs is ether; nothing in the answers depends on it.
const ETHER: PoolToken = PoolToken::Zero;

/// All contracts of a scenario, and who holds how many of the bank's shares.
struct Machine {
    bank: Bank,
    goblin: Goblin,
    farm: StakingRewards,
    pair: Pair,
    reward_pair: Pair,
    shares: BTreeMap<String, u128>,
    now: u64,
    /// The position that the last operation was about.
    named: Option<PositionId>,
}

impl Machine {
    fn new(config: &mut Fields) -> Result<Self, Stop> {
        let now = config.number("t0")?;
        let pair = initial_pair(config, "pair_initial", "f", now)?;
        let reward_pair = initial_pair(config, "uni_pair_initial", "uni", now)?;
        let params = BankParams {
            min_debt: config.amount("min_debt")?,
            reserve_bps: config.number("reserve_bps")?,
            kill_bps: config.number("kill_bps")?,
            interest: interest_model(&config.take("model")?)?,
        };
        let goblin = GoblinParams {
            base_side: ETHER,
            work_factor_bps: config.number("work_factor")?,
            kill_factor_bps: config.number("kill_factor")?,
            reinvest_bounty_bps: config.number("reinvest_bounty_bps")?,
        };
        Ok(Self {
            bank: Bank::new(params, now),
            goblin: Goblin::new(GOBLIN, goblin, &pair).map_err(Stop::revert)?,
            farm: StakingRewards::new(config.number("farm_duration")?),
            pair,
            reward_pair,
            shares: BTreeMap::new(),
            now,
            named: None,
        })
    }

    fn held(&self, user: &str) -> u128 {
        self.shares.get(user).copied().unwrap_or_default()
    }

    fn deposit(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (user, value) = (fields.text("user")?, fields.amount("value")?);
        fields.finish()?;
        let deposited = self.bank.deposit(value, self.now).map_err(Stop::revert)?;
        *self.shares.entry(user).or_default() += deposited.share;
        Ok(json!({ "share": deposited.share.to_string() }))
    }

    fn withdraw(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (user, share) = (fields.text("user")?, fields.amount("share")?);
        fields.finish()?;
        let held = self.held(&user);
        if held < share {
            return Err(Stop::Revert(format!("{share} shares to burn, {held} held")));
        }
        let withdrawn = self.bank.withdraw(share, self.now).map_err(Stop::revert)?;
        self.shares.insert(user, held - share);
        Ok(json!({ "eth": withdrawn.value.to_string() }))
    }

    fn work(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (user, position) = (account(&fields.text("user")?)?, position(fields)?);
        self.named = position;
        let order = Work {
            position,
            user,
            goblin: GoblinId(0),
            value: fields.amount("value")?,
            loan: fields.amount("loan")?,
            max_return: fields.limit("max_return")?,
            strategy: strategy(fields)?,
        };
        fields.finish()?;
        let mut site = Site { goblin: &mut self.goblin, farm: &mut self.farm, pair: &mut self.pair };
        let worked = self.bank.work(order, &mut site, &mut IntoPair, self.now).map_err(Stop::revert)?;
        self.named = Some(worked.position);
        Ok(json!({
            "id": worked.position.0.to_string(),
            "eth_delta": difference(worked.base_to_user, worked.base_from_user),
            "f_delta": difference(worked.moves.farmed_to_user, worked.moves.farmed_from_user),
        }))
    }

    fn kill(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        account(&fields.text("user")?)?;
        let id = PositionId(fields.number("id")?);
        self.named = Some(id);
        fields.finish()?;
        let mut site = Site { goblin: &mut self.goblin, farm: &mut self.farm, pair: &mut self.pair };
        let killed = self.bank.kill(id, &mut site, &mut IntoPair, self.now).map_err(Stop::revert)?;
        Ok(json!({ "prize": killed.prize.to_string(), "left": killed.left.to_string() }))
    }

    fn trade(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let side = match fields.text("dir")?.as_str() {
            "buy" => Side::paying(ETHER),
            "sell" => Side::paying(ETHER.other()),
            other => return Err(Stop::unknown("direction", other)),
        };
        let amount = fields.amount("amount")?;
        fields.finish()?;
        let traded = self.pair.swap_exact_in(side, amount, self.now).map_err(Stop::revert)?;
        Ok(json!({ "out": traded.amount_out.to_string() }))
    }

    fn notify(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let reward = fields.amount("reward")?;
        fields.finish()?;
        // Two transactions: the reward tokens stay, even if the farm does not accept the reward.
        self.farm.fund(reward).map_err(Stop::revert)?;
        self.farm.notify(reward, self.now).map_err(Stop::revert)?;
        Ok(Value::Null)
    }

    fn reinvest(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        account(&fields.text("user")?)?;
        fields.finish()?;
        let market = RewardMarket { pair: &mut self.reward_pair, base_side: ETHER };
        let reinvested = self.goblin.reinvest(&mut self.farm, &mut self.pair, market, self.now);
        Ok(json!({ "bounty": reinvested.map_err(Stop::revert)?.bounty.to_string() }))
    }

    /// Returns debt share, share of the goblin's staked LP, health and debt of a position.
    fn position(&self, id: PositionId) -> Value {
        let Ok(position) = self.bank.position(id) else {
            return Value::Null;
        };
        let health = self.bank.health_down(id, &self.goblin, &self.farm, &self.pair).ok();
        json!([
            position.debt_share.to_string(),
            position.goblin_share.to_string(),
            health.map(|health| health.to_string()),
            self.bank.debt_value_down(id).ok().map(|debt| debt.to_string()),
        ])
    }
}

impl super::Machine for Machine {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        self.now = fields.number("t")?;
        self.named = None;
        match op {
            "deposit" => self.deposit(fields),
            "withdraw" => self.withdraw(fields),
            "work" => self.work(fields),
            "kill" => self.kill(fields),
            "trade" => self.trade(fields),
            "notify" => self.notify(fields),
            "reinvest" => self.reinvest(fields),
            "reduce_reserve" => {
                let value = fields.amount("value")?;
                fields.finish()?;
                self.bank.reduce_reserve(value).map_err(Stop::revert)?;
                Ok(Value::Null)
            }
            "warp" => fields.finish().map(|()| Value::Null),
            other => Err(Stop::unknown("operation", other)),
        }
    }

    fn state(&mut self, op: &Value, _done: bool) -> Value {
        let books = self.bank.state();
        let text = |number: u128| number.to_string();
        let mut state = json!({
            "bank": [
                text(books.debt_share),
                text(books.debt_value),
                text(books.reserve),
                text(books.last_accrual.into()),
                text(books.balance),
                text(books.total_supply),
                books.total_base().ok().map(text),
                self.bank.pending_interest_down(self.now).ok().map(text),
            ],
            "goblin": [
                text(self.goblin.state().total_share),
                text(self.farm.stake_of(GOBLIN).balance),
            ],
            "pair": pair_state(&self.pair),
            "uni_pair": pair_state(&self.reward_pair),
        });
        if let Some(user) = op["user"].as_str() {
            state["ib"] = json!(text(self.held(user)));
        }
        if let Some(id) = self.named {
            state["pos"] = self.position(id);
        }
        state
    }
}

/// Returns ether, the other token and the liquidity tokens of a pair.
fn pair_state(pair: &Pair) -> [String; 3] {
    let (ether, other) = pair.reserves().starting_with(ETHER);
    [ether, other, pair.total_supply()].map(|number| number.to_string())
}

fn initial_pair(config: &mut Fields, name: &str, token: &str, now: u64) -> Result<Pair, Stop> {
    let mut amounts = config.object(name)?;
    let paid = Amounts::of(ETHER, amounts.amount("weth")?, amounts.amount(token)?);
    amounts.finish()?;
    let mut pair = Pair::new(FEE_BPS, ProtocolFee::Off).map_err(Stop::revert)?;
    pair.mint(paid, now).map_err(Stop::revert)?;
    Ok(pair)
}

fn interest_model(model: &Value) -> Result<InterestModel, Stop> {
    if model == "triple_slope" {
        return Ok(InterestModel::TripleSlope);
    }
    let mut fields = Fields::new(model, &[]);
    let rate_per_second_wad = fields.amount("constant_rate_per_sec")?;
    fields.finish()?;
    Ok(InterestModel::Constant { rate_per_second_wad })
}

/// Returns the position that an operation names; 0 stands for a new one.
fn position(fields: &mut Fields) -> Result<Option<PositionId>, Stop> {
    let id = fields.number("id")?;
    Ok((id != 0).then_some(PositionId(id)))
}

fn strategy(fields: &mut Fields) -> Result<Strategy, Stop> {
    let name = fields.text("strat")?;
    let listed = fields.take("params")?;
    let listed = listed.as_array().into_iter().flatten().enumerate();
    let numbered: Map<String, Value> = listed.map(|(index, value)| (index.to_string(), value.clone())).collect();
    let mut params = Fields::new(&numbered.into(), &[]);
    let strategy = match name.as_str() {
        "eth_only" => Strategy::AllBase { min_lp: params.limit("0")? },
        "two_sides" => Strategy::TwoSides { farmed: params.amount("0")?, min_lp: params.limit("1")? },
        "liquidate" => Strategy::Liquidate { min_base: params.limit("0")? },
        "min_trading" => Strategy::MinimizeTrading { min_farmed: params.limit("0")? },
        other => return Err(Stop::unknown("strategy", other)),
    };
    params.finish()?;
    Ok(strategy)
}

/// Returns `plus - minus`, signed.
fn difference(plus: u128, minus: u128) -> String {
    if plus >= minus { (plus - minus).to_string() } else { format!("-{}", minus - plus) }
}

/// Returns the account of `u0`, `u1` and so on.
fn account(user: &str) -> Result<AccountId, Stop> {
    let number = user.strip_prefix('u').and_then(|number| number.parse().ok());
    number.map(AccountId).ok_or_else(|| Stop::unknown("user", user))
}
