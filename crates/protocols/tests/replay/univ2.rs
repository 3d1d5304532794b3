//! `univ2`: one pair called directly, or three pairs behind the router.

use std::collections::BTreeMap;

use plimsoll_protocols::amm::{
    Amounts, PoolToken, Side,
    uniswap_v2::{
        FEE_BPS, Minted, Pair, ProtocolFee,
        router::{self, Offer},
    },
};
use serde_json::{Value, json};

use super::{Fields, File, Report, Stop, replay_with};

/// Replays the file.
pub fn replay(file: &File) -> Report {
    replay_with(file, |config| Machine::with_fee(config, FEE_BPS))
}

/// What a scenario is about.
pub enum Machine {
    /// One pair.
    Pair(OnePair),
    /// Three pairs.
    Multihop(ThreePairs),
}

impl Machine {
    /// Builds a scenario on pairs that take this fee.
    pub fn with_fee(config: &mut Fields, fee_bps: u16) -> Result<Self, Stop> {
        match config.text("kind")?.as_str() {
            "pair" => Ok(Self::Pair(OnePair::new(config, fee_bps)?)),
            "multihop" => Ok(Self::Multihop(ThreePairs::new(config, fee_bps)?)),
            other => Err(Stop::unknown("scenario kind", other)),
        }
    }
}

impl super::Machine for Machine {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        match self {
            Self::Pair(machine) => machine.apply(op, fields),
            Self::Multihop(machine) => machine.apply(op, fields),
        }
    }

    fn state(&mut self, op: &Value, done: bool) -> Value {
        match self {
            Self::Pair(machine) => machine.state(op, done),
            Self::Multihop(machine) => machine.state(op, done),
        }
    }
}

/// Who gets the protocol fee.
const TREASURY: &str = "feeTo";

/// Who holds how many liquidity tokens of a pair.
#[derive(Default)]
struct Holders(BTreeMap<String, u128>);

impl Holders {
    fn of(&self, user: &str) -> u128 {
        self.0.get(user).copied().unwrap_or_default()
    }

    fn add(&mut self, user: &str, liquidity: u128) {
        *self.0.entry(user.to_owned()).or_default() += liquidity;
    }

    fn minted(&mut self, user: &str, minted: &Minted) {
        self.add(user, minted.liquidity);
        self.add(TREASURY, minted.protocol_fee);
    }

    /// Reverts as the liquidity token does if the user holds less.
    fn check(&self, user: &str, liquidity: u128) -> Result<(), Stop> {
        let held = self.of(user);
        if held < liquidity { Err(Stop::Revert(format!("{liquidity} to burn, {held} held"))) } else { Ok(()) }
    }

    fn burned(&mut self, user: &str, liquidity: u128, protocol_fee: u128) {
        *self.0.entry(user.to_owned()).or_default() -= liquidity;
        self.add(TREASURY, protocol_fee);
    }
}

/// One pair and who holds its liquidity tokens.
pub struct OnePair {
    pair: Pair,
    holders: Holders,
}

impl OnePair {
    fn new(config: &mut Fields, fee_bps: u16) -> Result<Self, Stop> {
        for unused in ["decimals0", "decimals1", "users"] {
            config.take(unused)?;
        }
        let protocol_fee = if config.flag("fee_on")? { ProtocolFee::On } else { ProtocolFee::Off };
        let pair = Pair::new(fee_bps, protocol_fee).map_err(Stop::revert)?;
        Ok(Self { pair, holders: Holders::default() })
    }

    fn mint(&mut self, user: &str, paid: Amounts, now: u64) -> Result<Value, Stop> {
        let minted = self.pair.mint(paid, now).map_err(Stop::revert)?;
        self.holders.minted(user, &minted);
        Ok(json!({ "liquidity": minted.liquidity.to_string() }))
    }

    fn burn(&mut self, user: &str, liquidity: u128, now: u64) -> Result<Value, Stop> {
        self.holders.check(user, liquidity)?;
        let burned = self.pair.burn(liquidity, now).map_err(Stop::revert)?;
        self.holders.burned(user, liquidity, burned.protocol_fee);
        Ok(amounts(burned.taken))
    }
}

impl super::Machine for OnePair {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let (now, user) = (fields.number("t")?, fields.text("user")?);
        match op {
            "mint" | "donate" => {
                let given = Amounts { token_0: fields.amount("amount0")?, token_1: fields.amount("amount1")? };
                fields.finish()?;
                if op == "mint" {
                    return self.mint(&user, given, now);
                }
                self.pair.donate(given).map_err(Stop::revert)?;
                Ok(Value::Null)
            }
            "burn" => {
                let liquidity = fields.amount("liquidity")?;
                fields.finish()?;
                self.burn(&user, liquidity, now)
            }
            "swap_exact_in" => {
                let (side, amount_in) = (side(fields)?, fields.amount("amount_in")?);
                fields.finish()?;
                let traded = self.pair.swap_exact_in(side, amount_in, now).map_err(Stop::revert)?;
                Ok(json!({ "amount_out": traded.amount_out.to_string() }))
            }
            "swap_exact_out" => {
                let (side, amount_out) = (side(fields)?, fields.amount("amount_out")?);
                fields.finish()?;
                let traded = self.pair.swap_exact_out(side, amount_out, now).map_err(Stop::revert)?;
                Ok(json!({ "amount_in": traded.amount_in.to_string() }))
            }
            "swap_raw" => {
                let paid = Amounts { token_0: fields.amount("in0")?, token_1: fields.amount("in1")? };
                let taken = Amounts { token_0: fields.amount("out0")?, token_1: fields.amount("out1")? };
                fields.finish()?;
                self.pair.swap(paid, taken, now).map_err(Stop::revert)?;
                Ok(Value::Null)
            }
            "skim" => {
                fields.finish()?;
                Ok(amounts(self.pair.skim()))
            }
            "sync" => {
                fields.finish()?;
                self.pair.sync(now).map_err(Stop::revert)?;
                Ok(Value::Null)
            }
            other => Err(Stop::unknown("operation", other)),
        }
    }

    fn state(&mut self, op: &Value, _done: bool) -> Value {
        let (reserves, balances) = (self.pair.reserves(), self.pair.balances());
        let user = op["user"].as_str().unwrap_or_default();
        json!({
            "r0": reserves.token_0.to_string(),
            "r1": reserves.token_1.to_string(),
            "b0": balances.token_0.to_string(),
            "b1": balances.token_1.to_string(),
            "ts": self.pair.total_supply().to_string(),
            "p0": self.pair.price_cumulative_last(PoolToken::Zero).to_string(),
            "p1": self.pair.price_cumulative_last(PoolToken::One).to_string(),
            "tl": self.pair.block_timestamp_last().to_string(),
            "k": self.pair.k_last().to_string(),
            "lp": self.holders.of(user).to_string(),
            "lpf": self.holders.of(TREASURY).to_string(),
        })
    }
}

fn side(fields: &mut Fields) -> Result<Side, Stop> {
    Ok(if fields.flag("zero_for_one")? { Side::ZeroForOne } else { Side::OneForZero })
}

fn amounts(amounts: Amounts) -> Value {
    json!({ "amount0": amounts.token_0.to_string(), "amount1": amounts.token_1.to_string() })
}

/// A pair behind the router.
struct Listed {
    /// Token 0 and token 1.
    tokens: [String; 2],
    pair: Pair,
    holders: Holders,
}

/// Three pairs of three tokens, and users with so much of each and no more.
pub struct ThreePairs {
    pairs: Vec<Listed>,
    /// What every user has at first.
    initial: BTreeMap<String, u128>,
    /// What a user has of a token, once that has changed.
    wallets: BTreeMap<(String, String), u128>,
}

impl ThreePairs {
    fn new(config: &mut Fields, fee_bps: u16) -> Result<Self, Stop> {
        for unused in ["decimals", "note"] {
            config.take(unused)?;
        }
        let mut balances = config.object("initial_user_balances")?;
        let mut initial = BTreeMap::new();
        for token in ["A", "B", "C"] {
            initial.insert(token.to_owned(), balances.amount(token)?);
        }
        balances.finish()?;
        let mut pairs = Vec::new();
        for listed in config.take("pairs")?.as_array().into_iter().flatten() {
            let mut listed = Fields::new(listed, &["pair"]);
            let tokens = [listed.text("token0")?, listed.text("token1")?];
            listed.finish()?;
            let pair = Pair::new(fee_bps, ProtocolFee::Off).map_err(Stop::revert)?;
            pairs.push(Listed { tokens, pair, holders: Holders::default() });
        }
        Ok(Self { pairs, initial, wallets: BTreeMap::new() })
    }

    /// Returns the pair of two tokens, and which of its tokens the first one is.
    fn find(&self, first: &str, second: &str) -> Result<(usize, PoolToken), Stop> {
        let place = |listed: &Listed| match [first, second] {
            tokens if listed.tokens == tokens => Some(PoolToken::Zero),
            [first, second] if listed.tokens == [second, first] => Some(PoolToken::One),
            _ => None,
        };
        let mut places = self.pairs.iter().enumerate();
        let found = places.find_map(|(index, listed)| Some((index, place(listed)?)));
        found.ok_or_else(|| Stop::unknown("pair", &format!("{first}{second}")))
    }

    fn held(&self, user: &str, token: &str) -> u128 {
        let wallet = self.wallets.get(&(user.to_owned(), token.to_owned()));
        wallet.or_else(|| self.initial.get(token)).copied().unwrap_or_default()
    }

    /// Reverts as a token does if the user has less.
    fn check(&self, user: &str, token: &str, amount: u128) -> Result<(), Stop> {
        let held = self.held(user, token);
        if held < amount { Err(Stop::Revert(format!("{amount} of {token} to pay, {held} held"))) } else { Ok(()) }
    }

    fn pay(&mut self, user: &str, token: &str, amount: u128) {
        let left = self.held(user, token) - amount;
        self.wallets.insert((user.to_owned(), token.to_owned()), left);
    }

    fn receive(&mut self, user: &str, token: &str, amount: u128) {
        let sum = self.held(user, token) + amount;
        self.wallets.insert((user.to_owned(), token.to_owned()), sum);
    }

    fn add(&mut self, user: &str, fields: &mut Fields, now: u64) -> Result<Value, Stop> {
        let (a, b) = (fields.text("a")?, fields.text("b")?);
        let desired = (fields.amount("desired_a")?, fields.amount("desired_b")?);
        let least = (fields.limit("min_a")?, fields.limit("min_b")?);
        fields.finish()?;
        let (index, first) = self.find(&a, &b)?;
        let offer = Offer {
            first,
            desired: Amounts::of(first, desired.0, desired.1),
            least: Amounts::of(first, least.0, least.1),
        };
        let amounts = self.pairs[index].pair.liquidity_amounts(offer).map_err(Stop::revert)?;
        let (amount_a, amount_b) = amounts.starting_with(first);
        self.check(user, &a, amount_a)?;
        self.check(user, &b, amount_b)?;
        let listed = &mut self.pairs[index];
        let minted = listed.pair.add_liquidity(offer, now).map_err(Stop::revert)?;
        listed.holders.minted(user, &minted);
        self.pay(user, &a, amount_a);
        self.pay(user, &b, amount_b);
        Ok(json!({
            "amount_a": amount_a.to_string(),
            "amount_b": amount_b.to_string(),
            "liquidity": minted.liquidity.to_string(),
        }))
    }

    fn remove(&mut self, user: &str, fields: &mut Fields, now: u64) -> Result<Value, Stop> {
        let (a, b) = (fields.text("a")?, fields.text("b")?);
        let liquidity = fields.amount("liquidity")?;
        let least = (fields.limit("min_a")?, fields.limit("min_b")?);
        fields.finish()?;
        let (index, first) = self.find(&a, &b)?;
        let listed = &mut self.pairs[index];
        listed.holders.check(user, liquidity)?;
        let least = Amounts::of(first, least.0, least.1);
        let burned = listed.pair.remove_liquidity(liquidity, least, now).map_err(Stop::revert)?;
        listed.holders.burned(user, liquidity, burned.protocol_fee);
        let (amount_a, amount_b) = burned.taken.starting_with(first);
        self.receive(user, &a, amount_a);
        self.receive(user, &b, amount_b);
        Ok(json!({ "amount_a": amount_a.to_string(), "amount_b": amount_b.to_string() }))
    }

    fn swap(&mut self, op: &str, user: &str, fields: &mut Fields, now: u64) -> Result<Value, Stop> {
        let path: Vec<String> = serde_json::from_value(fields.take("path")?)
            .map_err(|error| Stop::Unreadable(format!("`path`: {error}")))?;
        let exact_in = op == "router_swap_in";
        let amount = fields.amount(if exact_in { "amount_in" } else { "amount_out" })?;
        let limit = fields.limit(if exact_in { "amount_out_min" } else { "amount_in_max" })?;
        fields.finish()?;
        let hops = path.windows(2).map(|tokens| self.find(&tokens[0], &tokens[1]));
        let hops = hops.collect::<Result<Vec<_>, Stop>>()?;
        let pairs = hops.iter().map(|(index, pays)| (&self.pairs[*index].pair, Side::paying(*pays)));
        let amounts =
            if exact_in { router::amounts_out(amount, limit, pairs) } else { router::amounts_in(amount, limit, pairs) };
        let amounts = amounts.map_err(Stop::revert)?;
        let (token_in, token_out) = (&path[0], &path[path.len() - 1]);
        self.check(user, token_in, amounts[0])?;
        self.trade(&hops, &amounts, now)?;
        self.pay(user, token_in, amounts[0]);
        self.receive(user, token_out, amounts[amounts.len() - 1]);
        Ok(json!({ "amounts": amounts.iter().map(u128::to_string).collect::<Vec<_>>() }))
    }

    /// Trades hop by hop, all hops or none.
    fn trade(&mut self, hops: &[(usize, PoolToken)], amounts: &[u128], now: u64) -> Result<(), Stop> {
        let hops: Vec<_> = hops.iter().map(|(index, pays)| (*index, Side::paying(*pays))).collect();
        let mut pairs: Vec<Pair> = self.pairs.iter().map(|listed| listed.pair).collect();
        router::trade_along(&mut pairs, &hops, amounts, now).map_err(Stop::revert)?;
        for (listed, pair) in self.pairs.iter_mut().zip(pairs) {
            listed.pair = pair;
        }
        Ok(())
    }
}

impl super::Machine for ThreePairs {
    fn apply(&mut self, op: &str, fields: &mut Fields) -> Result<Value, Stop> {
        let (now, user) = (fields.number("t")?, fields.text("user")?);
        match op {
            "router_add" => self.add(&user, fields, now),
            "router_remove" => self.remove(&user, fields, now),
            "router_swap_in" | "router_swap_out" => self.swap(op, &user, fields, now),
            other => Err(Stop::unknown("operation", other)),
        }
    }

    fn state(&mut self, op: &Value, _done: bool) -> Value {
        let user = op["user"].as_str().unwrap_or_default();
        let pairs = self.pairs.iter().map(|listed| {
            let Amounts { token_0, token_1 } = listed.pair.reserves();
            [token_0, token_1, listed.pair.total_supply()].map(|number| number.to_string())
        });
        let held = ["A", "B", "C"].map(|token| self.held(user, token).to_string());
        json!({ "pairs": pairs.collect::<Vec<_>>(), "tok": held })
    }
}
