//! `masterchef`: one contract, whose users have every pool's token without end.

use std::collections::BTreeMap;

use plimsoll_protocols::{
    AccountId,
    farm::masterchef::{Emission, MassUpdate, MasterChef, Minted, Paid},
};
use serde_json::{Value, json};

use super::{Fields, File, Report, Stop, replay_with};

/// Replays the file.
pub fn replay(file: &File) -> Report {
    replay_with(file, Machine::new)
}

/// A contract, and what became of the SUSHI that left it.
pub struct Machine {
    chef: MasterChef,
    paid: BTreeMap<AccountId, u128>,
    minted: Minted,
    block: u64,
}

impl Machine {
    fn new(config: &mut Fields) -> Result<Self, Stop> {
        Self::with(config, |_| {})
    }

    /// Builds the contract after a change to what it was deployed with.
    pub fn with(config: &mut Fields, change: impl FnOnce(&mut Emission)) -> Result<Self, Stop> {
        config.take("users")?;
        let mut emission = Emission {
            sushi_per_block: config.amount("sushi_per_block")?,
            start_block: config.number("start_block")?,
            bonus_end_block: config.number("bonus_end_block")?,
            bonus_multiplier: config.number("bonus_multiplier")?,
        };
        change(&mut emission);
        let chef = MasterChef::new(emission);
        Ok(Self { chef, paid: BTreeMap::new(), minted: Minted::default(), block: 0 })
    }

    /// Does what the owner or anybody may ask for.
    fn update(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let pid = if matches!(op, "set" | "update_pool") { fields.number("pid")? } else { 0 };
        let change = if matches!(op, "add" | "set") {
            let first = fields.flag("with_update")?;
            Some((fields.amount("alloc_point")?, if first { MassUpdate::First } else { MassUpdate::Skipped }))
        } else {
            None
        };
        fields.finish()?;
        let minted = match (op, change) {
            ("add", Some((alloc_point, update))) => {
                self.chef.add(alloc_point, update, self.block).map(|added| added.minted)
            }
            (_, Some((alloc_point, update))) => self.chef.set(pid, alloc_point, update, self.block),
            ("update_pool", None) => self.chef.update_pool(pid, self.block),
            (_, None) => self.chef.mass_update_pools(self.block),
        };
        self.mint(minted.map_err(Stop::revert)?);
        Ok(Value::Null)
    }

    /// Does what a user does with a deposit.
    fn call(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let (account, pid) = (account(&fields.text("user")?)?, fields.number("pid")?);
        match op {
            "deposit" | "withdraw" => {
                let amount = fields.amount("amount")?;
                fields.finish()?;
                let call = if op == "deposit" { MasterChef::deposit } else { MasterChef::withdraw };
                let Paid { minted, reward } =
                    call(&mut self.chef, pid, account, amount, self.block).map_err(Stop::revert)?;
                self.mint(minted);
                *self.paid.entry(account).or_default() += reward;
                Ok(json!({ "reward": reward.to_string() }))
            }
            "emergency_withdraw" => {
                fields.finish()?;
                self.chef.emergency_withdraw(pid, account).map_err(Stop::revert)?;
                Ok(Value::Null)
            }
            _ => {
                fields.finish()?;
                let pending = self.chef.pending_sushi(pid, account, self.block).map_err(Stop::revert)?;
                Ok(json!({ "pending": pending.to_string() }))
            }
        }
    }

    fn mint(&mut self, minted: Minted) {
        self.minted.to_chef += minted.to_chef;
        self.minted.to_dev += minted.to_dev;
    }

    /// Returns a pool as the file lists it.
    fn pool(&self, pid: usize) -> Value {
        self.chef.pools().get(pid).map_or(Value::Null, |pool| {
            json!([
                pool.alloc_point.to_string(),
                pool.last_reward_block.to_string(),
                pool.acc_sushi_per_share_e12.to_string(),
                pool.lp_supply.to_string(),
            ])
        })
    }
}

impl super::Machine for Machine {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        self.block = fields.number("b")?;
        match op {
            "add" | "set" | "update_pool" | "mass_update" => self.update(op, fields),
            "deposit" | "withdraw" | "emergency_withdraw" | "pending" => self.call(op, fields),
            "lp_donate" => {
                let (pid, amount) = (fields.number("pid")?, fields.amount("amount")?);
                fields.finish()?;
                self.chef.donate(pid, amount).map_err(Stop::revert)?;
                Ok(Value::Null)
            }
            other => Err(Stop::unknown("operation", other)),
        }
    }

    fn state(&mut self, op: &Value, _done: bool) -> Value {
        let mut state = json!({
            "total_alloc": self.chef.total_alloc_point().to_string(),
            "sushi_supply": (self.minted.to_chef + self.minted.to_dev).to_string(),
            "chef_sushi": self.chef.sushi_balance().to_string(),
            "dev_sushi": self.minted.to_dev.to_string(),
        });
        let pid = op["pid"].as_str().and_then(|pid| pid.parse::<u16>().ok());
        if let Some(pid) = pid {
            state["pool"] = self.pool(pid.into());
        }
        if let (Some(pid), Some(account)) = (pid, op["user"].as_str().and_then(|user| account(user).ok())) {
            let user = self.chef.user_info(pid, account);
            state["user"] = json!([
                user.amount.to_string(),
                user.reward_debt.to_string(),
                self.paid.get(&account).copied().unwrap_or_default().to_string(),
            ]);
        }
        if op["state"].get("pools").is_some() {
            state["pools"] = (0..self.chef.pools().len()).map(|pid| self.pool(pid)).collect();
        }
        state
    }
}

/// Returns the account of `u0`, `u1` and so on.
fn account(user: &str) -> Result<AccountId, Stop> {
    let number = user.strip_prefix('u').and_then(|number| number.parse().ok());
    number.map(AccountId).ok_or_else(|| Stop::unknown("user", user))
}
