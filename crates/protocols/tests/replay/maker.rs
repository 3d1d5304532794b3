//! Maker: three ilks with Dutch auctions over five users, and the abaci by themselves.

use std::collections::BTreeMap;

use plimsoll_math::{Rad, Ray, U256};
use plimsoll_protocols::{
    AccountId,
    lending::maker::{Abacus, AuctionId, Breaker, ClipperParams, IlkId, IlkParams, Maker, MakerError, MakerParams},
};
use serde_json::{Value, json};

use super::{Fields, File, Report, Stop, replay_with};

/// The users of the file start with 10^60 of each collateral, which no token has; here they start with 10^37, and the
/// rest is added to the answers.
const GEM_AT_START: u128 = 10_u128.pow(37);

/// What every user starts with: 10^9 dai.
const DAI_AT_START_WAD: u128 = 10_u128.pow(27);

/// How many users there are.
const USERS: u32 = 5;

/// Replays a file.
pub fn replay(file: &File) -> Report {
    replay_with(file, Machine::new)
}

/// What a scenario is about.
pub enum Machine {
    /// The system.
    System(Box<System>),
    /// The abaci alone.
    Abaci,
}

/// The system, its ilks by name, and what the last operation left to be asked.
pub struct System {
    maker: Maker,
    ilks: BTreeMap<String, IlkId>,
    now: u64,
    /// The auction that the last operation named or started.
    named: Option<AuctionId>,
    /// Why the last operation failed.
    reason: String,
}

impl Machine {
    /// Returns the system of a scenario; one without ilks is about the abaci.
    pub fn new(config: &mut Fields) -> Result<Self, Stop> {
        Self::with_penalty_raised_by(config, 0)
    }

    /// Returns the same with other liquidation penalties.
    pub fn with_penalty_raised_by(config: &mut Fields, more_wad: u128) -> Result<Self, Stop> {
        let Ok(now) = config.number("t0") else {
            return Ok(Self::Abaci);
        };
        let params = MakerParams {
            line: rad(config, "Line")?,
            hole: rad(config, "Hole")?,
            litter_box: Rad::ZERO,
            base: ray(config, "base")?,
            dsr: ray(config, "dsr")?,
            par: ray(config, "par")?,
            wait_seconds: 0,
        };
        let mut maker = Maker::new(&params, now);
        let listed = config.take("ilks")?;
        let mut ilks = BTreeMap::new();
        for (name, ilk) in listed.as_object().into_iter().flatten() {
            let ilk = add_ilk(&mut maker, Fields::new(ilk, &[]), more_wad, now)?;
            ilks.insert(name.clone(), ilk);
        }
        for user in (0..USERS).map(AccountId) {
            maker.endow_at_genesis(user, Rad::from_wad(DAI_AT_START_WAD)).map_err(Stop::revert)?;
        }
        Ok(Self::System(Box::new(System { maker, ilks, now, named: None, reason: String::new() })))
    }
}

impl super::Machine for Machine {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let Self::System(system) = self else {
            return price(op, fields);
        };
        system.now = fields.number("t")?;
        system.named = None;
        let done = system.act(op, fields);
        system.reason = done.as_ref().err().map_or_else(String::new, ToString::to_string);
        done
    }

    fn state(&mut self, op: &Value, done: bool) -> Value {
        let Self::System(system) = self else {
            return Value::Null;
        };
        let mut state = system.state(op).unwrap_or_else(|error| json!({ "unknown": error.to_string() }));
        if !done && !is_the_reason(&system.reason, op["err"].as_str().unwrap_or_default()) {
            state["err"] = json!(system.reason);
        }
        state
    }
}

/// Returns whether a failure is for the reason that the contract gives. Where it gives none, neither does the message.
fn is_the_reason(message: &str, err: &str) -> bool {
    let message = message.strip_prefix("reverts: ").unwrap_or(message);
    let given = message.split_once(": ").map_or("", |(given, _)| given);
    given == err || (!given.is_empty() && err.split_once('/').is_some_and(|(_, reason)| reason == given))
}

impl System {
    fn act(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        match op {
            "frob" => self.frob(fields),
            "drip" | "set_duty" => self.fees(op, fields),
            "set_price" => {
                let (ilk, price) = (self.ilk(fields)?, fields.amount("price")?);
                fields.finish()?;
                self.maker.set_price(ilk, Some(price)).map_err(Stop::revert)?;
                self.maker.poke(ilk).map(|_| Value::Null).map_err(Stop::revert)
            }
            "bark" => self.bark(fields),
            "take" => self.take(fields),
            "redo" | "status" => self.redo(op, fields),
            "upchost" => {
                account(fields, "user")?;
                let ilk = self.ilk(fields)?;
                fields.finish()?;
                self.maker.update_chost(ilk).map(|_| Value::Null).map_err(Stop::revert)
            }
            "pot_join" | "pot_exit" | "pot_drip" => self.save(op, fields),
            "warp" => {
                account(fields, "user")?;
                fields.finish().map(|()| Value::Null)
            }
            other => Err(Stop::unknown("operation", other)),
        }
    }

    fn ilk(&self, fields: &mut Fields) -> Result<IlkId, Stop> {
        let name = fields.text("ilk")?;
        self.ilks.get(&name).copied().ok_or_else(|| Stop::unknown("ilk", &name))
    }

    fn auction(&mut self, fields: &mut Fields) -> Result<AuctionId, Stop> {
        let id = AuctionId(fields.number("id")?);
        self.named = Some(id);
        Ok(id)
    }

    fn frob(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (user, ilk) = (account(fields, "user")?, self.ilk(fields)?);
        let (ink_change, art_change) = (signed(fields, "dink")?, signed(fields, "dart")?);
        fields.finish()?;
        self.maker.frob(ilk, user, ink_change, art_change).map(|_| Value::Null).map_err(Stop::revert)
    }

    fn fees(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        account(fields, "user")?;
        let ilk = self.ilk(fields)?;
        let duty = if op == "set_duty" { Some(ray(fields, "duty")?) } else { None };
        fields.finish()?;
        let dripped = self.maker.drip(ilk, self.now).map_err(Stop::revert)?;
        let Some(duty) = duty else {
            return Ok(json!({ "rate": dripped.rate.0.to_string() }));
        };
        self.maker.set_duty(ilk, duty, self.now).map(|()| Value::Null).map_err(Stop::revert)
    }

    fn bark(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (keeper, ilk, owner) = (account(fields, "user")?, self.ilk(fields)?, account(fields, "urn")?);
        fields.finish()?;
        let barked = self.maker.bark(ilk, owner, keeper, self.now).map_err(Stop::revert)?;
        self.named = Some(barked.id);
        Ok(json!({ "id": barked.id.0.to_string() }))
    }

    fn take(&mut self, fields: &mut Fields) -> Result<Value, Stop> {
        let (buyer, ilk, id) = (account(fields, "user")?, self.ilk(fields)?, self.auction(fields)?);
        let (amount, max_price) = (fields.limit("amt")?, Ray(fields.limit("max")?));
        fields.finish()?;
        let taken = self.maker.take(ilk, id, buyer, amount, max_price, self.now).map_err(Stop::revert)?;
        let mut answer = json!({ "paid": units(taken.owe), "got": taken.slice.to_string() });
        if taken.usr == buyer {
            answer["got"] = json!((taken.slice + taken.returned).to_string());
            answer["note"] = json!("taker is the urn owner: got may include returned collateral");
        }
        Ok(answer)
    }

    fn redo(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let (keeper, ilk, id) = (account(fields, "user")?, self.ilk(fields)?, self.auction(fields)?);
        fields.finish()?;
        if op == "status" {
            return Ok(json!({ "status": self.status(ilk, id).map_err(Stop::revert)? }));
        }
        self.maker.redo(ilk, id, keeper, self.now).map(|_| Value::Null).map_err(Stop::revert)
    }

    /// Interest is counted in a transaction of its own, which stays if the other one fails.
    fn save(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let user = account(fields, "user")?;
        let pie = if op == "pot_drip" { 0 } else { fields.amount("wad")? };
        fields.finish()?;
        let dripped = self.maker.pot_drip(self.now).map_err(Stop::revert)?;
        match op {
            "pot_join" => self.maker.pot_join(user, pie, self.now).map(|_| Value::Null).map_err(Stop::revert),
            "pot_exit" => self.maker.pot_exit(user, pie).map(|_| Value::Null).map_err(Stop::revert),
            _ => Ok(json!({ "chi": dripped.chi.0.to_string() })),
        }
    }

    /// Returns how an auction stands, as the contract tells it, of one that is over too.
    fn status(&self, ilk: IlkId, id: AuctionId) -> Result<Value, MakerError> {
        match self.maker.status(ilk, id, self.now) {
            Ok(status) => {
                Ok(json!([status.needs_redo, status.price.0.to_string(), status.lot.to_string(), units(status.tab)]))
            }
            Err(MakerError::NotRunning { .. }) => Ok(json!([false, "0", "0", "0"])),
            Err(error) => Err(error),
        }
    }

    fn state(&self, op: &Value) -> Result<Value, MakerError> {
        let books = self.maker.state();
        let totals =
            [books.vat.debt, books.vat.vice, books.dog.dirt, books.vow.dai, books.vow.sin, books.vow.queued_sin];
        let mut state = json!({ "g": totals.map(units) });
        let ilk = op["ilk"].as_str().and_then(|name| Some((name, *self.ilks.get(name)?)));
        let listed = op["state"]["users"].as_object().into_iter().flatten();
        let users = listed.map(|(user, row)| Ok((user.clone(), self.user(user, ilk.map(|(_, ilk)| ilk), row)?)));
        let users = users.collect::<Result<BTreeMap<_, _>, MakerError>>()?;
        if !users.is_empty() {
            state["users"] = json!(users);
        }
        if let Some((name, ilk)) = ilk {
            state["ilk"] = json!({ name: self.ilk_state(ilk)? });
            if let Some(id) = self.named {
                state["sale"] = self.sale(ilk, id);
                state["st"] = self.status(ilk, id)?;
                state["count"] = json!(self.maker.sales(ilk)?.len().to_string());
                state["chost"] = json!(units(self.maker.clipper_state(ilk)?.chost));
            }
        }
        if op["op"].as_str().is_some_and(|op| op.starts_with("pot_")) {
            let user = op["user"].as_str().and_then(number).unwrap_or(AccountId(USERS));
            let (pot, pie) = (&books.pot, self.maker.internal_dai(user).pie);
            state["pot"] = json!([pot.total_pie, pot.chi.0, pot.rho.into(), pie].map(|number| number.to_string()));
        }
        Ok(state)
    }

    /// Returns what a user has in an ilk, and its dai.
    ///
    /// Operations that name no ilk list the row of one, and the file does not say which: any that fits will do.
    fn user(&self, user: &str, ilk: Option<IlkId>, expected: &Value) -> Result<Value, MakerError> {
        let Some(user) = number(user) else {
            return Ok(Value::Null);
        };
        if let Some(ilk) = ilk {
            return self.row(ilk, user);
        }
        let mut rows = self.ilks.values().map(|&ilk| self.row(ilk, user));
        rows.find(|row| row.as_ref().is_ok_and(|row| row == expected)).unwrap_or(Ok(Value::Null))
    }

    fn row(&self, ilk: IlkId, user: AccountId) -> Result<Value, MakerError> {
        let position = self.maker.position(ilk, user)?;
        let beyond = U256::from(10_u128.pow(30)).checked_mul(10_u128.pow(30))?.checked_sub(GEM_AT_START)?;
        let gem = beyond.checked_add(position.gem)?;
        let dai = self.maker.internal_dai(user).dai;
        Ok(json!([position.ink.to_string(), position.art.to_string(), gem.to_string(), units(dai)]))
    }

    fn ilk_state(&self, ilk: IlkId) -> Result<Value, MakerError> {
        let books = self.maker.ilk_state(ilk)?;
        Ok(json!([
            books.total_art.to_string(),
            books.rate.0.to_string(),
            books.spot.0.to_string(),
            units(books.line),
            units(books.dust),
            books.duty.0.to_string(),
            books.rho.to_string(),
            units(self.maker.clipper_state(ilk)?.dirt),
        ]))
    }

    fn sale(&self, ilk: IlkId, id: AuctionId) -> Value {
        let Ok((place, sale)) = self.maker.sale(ilk, id) else {
            return json!(vec!["0"; 6]);
        };
        let usr = format!("u{}", sale.usr.0);
        json!([
            place.to_string(),
            units(sale.tab),
            sale.lot.to_string(),
            usr,
            sale.tic.to_string(),
            sale.top.0.to_string()
        ])
    }
}

fn add_ilk(maker: &mut Maker, mut config: Fields, more_wad: u128, now: u64) -> Result<IlkId, Stop> {
    let clipper = ClipperParams {
        chop_wad: config.amount("chop")? + more_wad,
        hole: rad(&mut config, "hole")?,
        buf: ray(&mut config, "buf")?,
        tail_seconds: config.number("tail")?,
        cusp: ray(&mut config, "cusp")?,
        chip_wad: config.amount("chip")?,
        tip: rad(&mut config, "tip")?,
        calc: {
            let mut calc = config.object("calc")?;
            let kind = calc.text("kind")?;
            let abacus = abacus(&kind, &mut calc)?;
            calc.finish()?;
            abacus
        },
        breaker: Breaker::Closed,
    };
    let params = IlkParams {
        mat: ray(&mut config, "mat")?,
        line: rad(&mut config, "line")?,
        dust: rad(&mut config, "dust")?,
        duty: ray(&mut config, "duty")?,
        gem_decimals: 18,
        clipper: Some(clipper),
        flipper: None,
    };
    let price = config.amount("price")?;
    config.finish()?;
    let ilk = maker.add_ilk(&params, now).map_err(Stop::revert)?;
    maker.set_price(ilk, Some(price)).map_err(Stop::revert)?;
    maker.poke(ilk).map_err(Stop::revert)?;
    for user in (0..USERS).map(AccountId) {
        maker.gem_join(ilk, user, GEM_AT_START).map_err(Stop::revert)?;
    }
    Ok(ilk)
}

fn price(op: &str, fields: &mut Fields) -> Result<Value, Stop> {
    let abacus = abacus(op, fields)?;
    let (top, elapsed) = (ray(fields, "top")?, fields.number("dur")?);
    fields.finish()?;
    let price = abacus.price(top, elapsed).map_err(Stop::revert)?;
    Ok(json!({ "price": price.0.to_string() }))
}

fn abacus(kind: &str, fields: &mut Fields) -> Result<Abacus, Stop> {
    match kind {
        "LinearDecrease" => Ok(Abacus::Linear { tau_seconds: fields.number("tau")? }),
        "StairstepExponentialDecrease" => {
            Ok(Abacus::Stairstep { cut: ray(fields, "cut")?, step_seconds: fields.number("step")? })
        }
        "ExponentialDecrease" => Ok(Abacus::Exponential { cut: ray(fields, "cut")? }),
        other => Err(Stop::unknown("operation", other)),
    }
}

fn units(rad: Rad) -> String {
    rad.units().to_string()
}

fn rad(fields: &mut Fields, name: &str) -> Result<Rad, Stop> {
    let units = fields.text(name)?.parse().map_err(|error| Stop::Unreadable(format!("`{name}`: {error}")))?;
    Ok(Rad::from_units(units))
}

fn ray(fields: &mut Fields, name: &str) -> Result<Ray, Stop> {
    fields.number(name).map(Ray)
}

fn signed(fields: &mut Fields, name: &str) -> Result<i128, Stop> {
    fields.text(name)?.parse().map_err(|error| Stop::Unreadable(format!("`{name}`: {error}")))
}

fn account(fields: &mut Fields, name: &str) -> Result<AccountId, Stop> {
    let user = fields.text(name)?;
    number(&user).ok_or_else(|| Stop::unknown("user", &user))
}

/// Returns the account of `u0`, `u1` and so on.
fn number(user: &str) -> Option<AccountId> {
    user.strip_prefix('u')?.parse().ok().map(AccountId)
}
