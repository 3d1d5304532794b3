//! `staking_rewards`: one farm, whose users have staking tokens without end.

use std::collections::BTreeMap;

use plimsoll_protocols::{AccountId, farm::staking_rewards::StakingRewards};
use serde_json::{Value, json};

use super::{Fields, File, Report, Stop, replay_with};

/// Replays the file.
pub fn replay(file: &File) -> Report {
    replay_with(file, Machine::new)
}

/// A farm, and the rewards that its users were paid.
struct Machine {
    farm: StakingRewards,
    paid: BTreeMap<AccountId, u128>,
    now: u64,
}

impl Machine {
    fn new(config: &mut Fields) -> Result<Self, Stop> {
        config.take("reward_decimals")?;
        let farm = StakingRewards::new(config.number("rewards_duration")?);
        Ok(Self { farm, paid: BTreeMap::new(), now: 0 })
    }

    fn pay(&mut self, account: AccountId, reward: u128) -> Value {
        *self.paid.entry(account).or_default() += reward;
        json!({ "paid": reward.to_string() })
    }

    fn notify(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (reward, funded) = (fields.amount("reward")?, fields.amount("reward_funded")?);
        fields.finish()?;
        // Two transactions: the reward tokens stay, even if the farm does not accept the reward.
        self.farm.fund(funded).map_err(Stop::revert)?;
        self.farm.notify(reward, self.now).map_err(Stop::revert)?;
        Ok(Value::Null)
    }

    /// Does what a user does, or only looks.
    fn call(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let (account, now) = (account(&fields.text("user")?)?, self.now);
        match op {
            "stake" | "withdraw" => {
                let amount = fields.amount("amount")?;
                fields.finish()?;
                let call = if op == "stake" { StakingRewards::stake } else { StakingRewards::withdraw };
                call(&mut self.farm, account, amount, now).map_err(Stop::revert)?;
                Ok(Value::Null)
            }
            "get_reward" => {
                fields.finish()?;
                let reward = self.farm.get_reward(account, now).map_err(Stop::revert)?;
                Ok(self.pay(account, reward))
            }
            "exit" => {
                fields.finish()?;
                let exited = self.farm.exit(account, now).map_err(Stop::revert)?;
                Ok(self.pay(account, exited.reward))
            }
            _ => fields.finish().map(|()| Value::Null),
        }
    }
}

impl super::Machine for Machine {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        self.now = fields.number("t")?;
        match op {
            "notify" => self.notify(fields),
            "set_duration" => {
                let duration = fields.number("duration")?;
                fields.finish()?;
                self.farm.set_duration(duration, self.now).map_err(Stop::revert)?;
                Ok(Value::Null)
            }
            "pause" => {
                let paused = fields.flag("paused")?;
                fields.finish()?;
                self.farm.set_paused(paused);
                Ok(Value::Null)
            }
            "stake" | "withdraw" | "get_reward" | "exit" | "view" => self.call(op, fields),
            other => Err(Stop::unknown("operation", other)),
        }
    }

    fn state(&mut self, op: &Value, _done: bool) -> Value {
        let totals = self.farm.totals();
        let text = |number: u128| number.to_string();
        let now = self.farm.reward_per_token_wad(self.now).map(|wad| wad.to_string());
        let mut state = json!({ "g": [
            text(totals.total_supply),
            text(totals.reward_rate),
            text(totals.period_finish.into()),
            text(totals.last_update_time.into()),
            totals.reward_per_token_stored_wad.to_string(),
            now.ok(),
            text(totals.rewards_duration.into()),
            text(totals.reward_balance),
        ] });
        if let Some(account) = op["user"].as_str().and_then(|user| account(user).ok()) {
            let stake = self.farm.stake_of(account);
            state["user"] = json!([
                text(stake.balance),
                text(stake.rewards),
                stake.reward_per_token_paid_wad.to_string(),
                self.farm.earned(account, self.now).ok().map(text),
                text(self.paid.get(&account).copied().unwrap_or_default()),
            ]);
        }
        state
    }
}

/// Returns the account of `u0`, `u1` and so on.
fn account(user: &str) -> Result<AccountId, Stop> {
    let number = user.strip_prefix('u').and_then(|number| number.parse().ok());
    number.map(AccountId).ok_or_else(|| Stop::unknown("user", user))
}
