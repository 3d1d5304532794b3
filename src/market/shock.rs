//! Shocks on top of a price process.

use serde::Deserialize;

use crate::chain::dice::{BEFORE_THE_FIRST_BLOCK, Dice, Who};
use crate::chain::distribution::Distribution;
use crate::chain::time::TimeSpan;

/// Something that happens to a token's outside price, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum ShockParams {
    /// The price falls by the share `size` of itself, stays down, and may come back: by less than 1.
    Crash(ShockCourse),
    /// The price rises by `size` times itself, stays up, and may come back: by 1000 at most, where 1 doubles it.
    Pump(ShockCourse),
}

/// When a shock comes, how large it is and whether it passes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShockCourse {
    /// The token's symbol.
    pub token: String,
    /// Since the run's start.
    pub start: TimeSpan,
    /// How long the price takes to move, even in log price; at once by default.
    #[serde(default)]
    pub ramp: TimeSpan,
    /// How long the price stays there; for good by default.
    #[serde(default)]
    pub hold: Option<TimeSpan>,
    /// How long the way back takes after `hold`, even in log price; at once by default.
    #[serde(default)]
    pub recovery: TimeSpan,
    /// The share of the price that is lost or gained, as in `Fixed(0.35)`; a range lets the seed choose.
    pub size: Distribution,
}

/// By how many times itself a price may rise.
pub const GREATEST_RISE: f64 = 1_000.0;

impl ShockParams {
    /// Returns when it comes and how large it is.
    pub fn course(&self) -> &ShockCourse {
        let (Self::Crash(course) | Self::Pump(course)) = self;
        course
    }

    /// Returns the token whose price is shocked.
    pub fn token(&self) -> &str {
        &self.course().token
    }

    /// Returns what it is called in a sentence.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Crash(_) => "crash",
            Self::Pump(_) => "pump",
        }
    }

    /// Says whether all sizes of a range are possible, and what is.
    fn allows(&self, least: f64, greatest: f64) -> Result<(), String> {
        let (is_possible, expected) = match self {
            Self::Crash(_) => (greatest < 1.0, "a share from 0 to below 1, as in Fixed(0.35)".to_owned()),
            Self::Pump(_) => (
                greatest <= GREATEST_RISE,
                format!("a multiple of the price from 0 to {GREATEST_RISE}, as in Fixed(0.5) for half as much again"),
            ),
        };
        if least >= 0.0 && is_possible { Ok(()) } else { Err(expected) }
    }

    /// Says what makes this shock impossible, if anything does.
    pub fn fault(&self) -> Option<String> {
        let ShockCourse { size, hold, recovery, .. } = self.course();
        let (least, greatest) = size.support();
        size.fault()
            .or_else(|| {
                let expected = self.allows(least, greatest).err()?;
                Some(format!("size may be from {least} to {greatest}, expected {expected}"))
            })
            .or_else(|| {
                (hold.is_none() && recovery.ms > 0)
                    .then(|| format!("recovery is {recovery} but the price stays for good, expected hold as well"))
            })
    }
}

/// A shock of a run: its parameters with what the seed chose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shock {
    size: f64,
    log_size: f64,
    start_ms: u64,
    ramp_ms: u64,
    hold_ms: Option<u64>,
    recovery_ms: u64,
}

impl Shock {
    /// The scenario's shock number `index` in a run with `seed`. The parameters have no [`ShockParams::fault`].
    pub fn new(params: &ShockParams, seed: u64, index: u64) -> Self {
        let ShockCourse { start, ramp, hold, recovery, size, .. } = params.course();
        let size = size.sample(&mut Dice::new(seed, Who::new("shock", index), BEFORE_THE_FIRST_BLOCK));
        assert!(params.allows(size, size).is_ok(), "the scenario's check refuses shocks of size {size}");
        let log_size = match params {
            ShockParams::Crash(_) => libm::log1p(-size),
            ShockParams::Pump(_) => libm::log1p(size),
        };
        Self {
            size,
            log_size,
            start_ms: start.ms,
            ramp_ms: ramp.ms,
            hold_ms: hold.map(|hold| hold.ms),
            recovery_ms: recovery.ms,
        }
    }

    /// Returns the share of the price that is lost or gained in the end.
    pub fn size(&self) -> f64 {
        self.size
    }

    /// Returns when the price begins to move, in milliseconds since the start of the run.
    pub fn start_ms(&self) -> u64 {
        self.start_ms
    }

    /// Returns what the shock adds to the log price `elapsed_ms` after the start of the run: 0 before it begins and after
    /// it has passed. Shocks on one token add.
    pub fn log_factor(&self, elapsed_ms: u64) -> f64 {
        let Some(moving) = elapsed_ms.checked_sub(self.start_ms) else { return 0.0 };
        if moving < self.ramp_ms {
            return self.log_size * (moving as f64 / self.ramp_ms as f64);
        }
        let there = moving - self.ramp_ms;
        let Some(back) = self.hold_ms.and_then(|hold_ms| there.checked_sub(hold_ms)) else { return self.log_size };
        if back < self.recovery_ms {
            return self.log_size * (1.0 - back as f64 / self.recovery_ms as f64);
        }
        0.0
    }
}

/// Returns the factor on the price of a token that `shocks` have together, `elapsed_ms` after the start of the run; 1 for
/// none.
pub fn factor<'a>(shocks: impl IntoIterator<Item = &'a Shock>, elapsed_ms: u64) -> f64 {
    let log_factor: f64 = shocks.into_iter().map(|shock| shock.log_factor(elapsed_ms)).sum();
    if log_factor == 0.0 { 1.0 } else { libm::exp(log_factor) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    fn minutes(minutes: u64) -> TimeSpan {
        TimeSpan { ms: minutes * MINUTE }
    }

    fn crash(ramp: u64, hold: Option<u64>, recovery: u64, size: Distribution) -> ShockParams {
        ShockParams::Crash(ShockCourse {
            token: "ETH".to_owned(),
            start: minutes(10),
            ramp: minutes(ramp),
            hold: hold.map(minutes),
            recovery: minutes(recovery),
            size,
        })
    }

    fn factors(params: &ShockParams, at: &[u64]) -> Vec<f64> {
        let shock = Shock::new(params, 1, 0);
        at.iter().map(|minute| factor([&shock], minute * MINUTE)).collect()
    }

    fn assert_near(found: &[f64], expected: &[f64]) {
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}, expected {expected:?}");
    }

    #[test]
    fn a_crash_falls_evenly_in_logs_stays_and_comes_back() {
        let params = crash(20, Some(30), 40, Distribution::Fixed(0.64));
        let found = factors(&params, &[0, 10, 20, 30, 45, 60, 80, 100, 1_000]);
        assert_near(&found, &[1.0, 1.0, 0.6, 0.36, 0.36, 0.36, 0.6, 1.0, 1.0]);
    }

    #[test]
    fn by_default_a_crash_is_at_once_and_for_good() {
        let params = crash(0, None, 0, Distribution::Fixed(0.35));
        assert_near(&factors(&params, &[9, 10, 11, 100_000]), &[1.0, 0.65, 0.65, 0.65]);
        let shock = Shock::new(&params, 1, 0);
        assert!((shock.log_factor(10 * MINUTE) - libm::log(0.65)).abs() < 1e-15);
        assert_eq!(shock.log_factor(10 * MINUTE - 1).to_bits(), 0_f64.to_bits());
    }

    #[test]
    fn without_a_way_back_the_price_jumps_back_after_the_hold() {
        let params = crash(0, Some(5), 0, Distribution::Fixed(0.35));
        assert_near(&factors(&params, &[10, 14, 15]), &[0.65, 0.65, 1.0]);
    }

    fn said(text: &str) -> ShockParams {
        crate::reader::piece::options().from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn a_pump_rises_evenly_in_logs_stays_and_comes_back() {
        let pump = said(
            r#"Pump(token: "ETH", start: "10 min", ramp: "20 min", hold: "30 min", recovery: "40 min", size: Fixed(0.44))"#,
        );
        assert_eq!((pump.token(), pump.fault()), ("ETH", None));
        assert_near(&factors(&pump, &[0, 10, 20, 30, 45, 60, 80, 100]), &[1.0, 1.0, 1.2, 1.44, 1.44, 1.44, 1.2, 1.0]);
        let doubled = said(r#"Pump(token: "ETH", start: "10 min", size: Fixed(1))"#);
        let back = said(r#"Crash(token: "ETH", start: "20 min", size: Fixed(0.5))"#);
        let both = [Shock::new(&doubled, 1, 0), Shock::new(&back, 1, 1)];
        let at = |minute| factor(&both, minute * MINUTE);
        assert_near(&[at(9), at(10), at(20)], &[1.0, 2.0, 1.0]);
        for (size, word) in [("Fixed(-0.1)", "from 0"), ("Fixed(1e4)", "to 1000"), ("Uniform(2, 1)", "reversed")] {
            let fault = said(&format!(r#"Pump(token: "ETH", start: "1 h", size: {size})"#)).fault().unwrap();
            assert!(fault.contains(word), "{fault}");
        }
    }

    #[test]
    fn shocks_on_one_token_add_in_logs() {
        let one = Shock::new(&crash(0, None, 0, Distribution::Fixed(0.35)), 1, 0);
        let other = Shock::new(&crash(20, None, 0, Distribution::Fixed(0.64)), 1, 1);
        assert_near(&[factor([&one, &other], 20 * MINUTE), factor([], 0)], &[0.65 * 0.6, 1.0]);
    }

    #[test]
    fn the_seed_and_the_shocks_number_choose_the_size() {
        let params = crash(0, None, 0, Distribution::Uniform(0.2, 0.5));
        let size = |seed, index| Shock::new(&params, seed, index).size();
        assert!((0.2..0.5).contains(&size(1, 0)));
        assert_eq!(size(1, 0).to_bits(), size(1, 0).to_bits());
        assert_ne!(size(1, 0).to_bits(), size(2, 0).to_bits());
        assert_ne!(size(1, 0).to_bits(), size(1, 1).to_bits());
    }

    #[test]
    fn impossible_shocks_say_why() {
        for (params, word) in [
            (crash(0, None, 0, Distribution::Fixed(1.0)), "below 1"),
            (crash(0, None, 0, Distribution::Fixed(-0.1)), "from 0"),
            (crash(0, None, 0, Distribution::Normal { mean: 0.3, sigma: 0.1 }), "inf"),
            (crash(0, None, 0, Distribution::Uniform(0.5, 0.2)), "reversed"),
            (crash(0, None, 5, Distribution::Fixed(0.3)), "hold"),
        ] {
            assert!(params.fault().unwrap().contains(word), "{params:?}: {:?}", params.fault());
        }
        assert_eq!(crash(0, Some(5), 5, Distribution::Uniform(0.2, 0.5)).fault(), None);
    }
}
