//! Keyed dice: a draw is a function of (seed, who, block, how many-th), so a decision more or an agent more moves
//! nobody else's.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// Who throws: a stable key made of a name and a number, never of an order of creation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Who(pub u64);

impl Who {
    /// The key of member `number` of what is called `name`.
    pub fn new(name: &str, number: u64) -> Self {
        Whose::new(name).who(number)
    }
}

/// A name whose members throw: made once where there are many, since that costs far more than a throw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Whose(u64);

impl Whose {
    /// The name, as a word.
    pub fn new(name: &str) -> Self {
        let digest = blake3::hash(name.as_bytes());
        let bytes = digest.as_bytes().first_chunk::<8>().expect("a digest has 32 bytes");
        Self(u64::from_le_bytes(*bytes))
    }

    /// Returns the key of the name's member `number`.
    pub fn who(self, number: u64) -> Who {
        Who(mix(self.0, number))
    }
}

/// The block number under which what is drawn before the first block is drawn.
pub const BEFORE_THE_FIRST_BLOCK: u64 = u64::MAX;

/// Spreads two words over one: the finaliser of `SplitMix64` (Steele, Lea and Flood 2014) over their combination.
pub fn mix(a: u64, b: u64) -> u64 {
    let mut z = a ^ b.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(32).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The dice of one thrower in one block.
#[derive(Debug, Clone)]
pub struct Dice(Xoshiro256PlusPlus);

impl Dice {
    /// The dice of `who` in `block` of a run with `seed`.
    pub fn new(seed: u64, who: Who, block: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(mix(mix(seed, who.0), block)))
    }

    /// Returns 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Returns a number in `[0, 1)`.
    pub fn uniform(&mut self) -> f64 {
        unit(self.bits())
    }

    /// Returns true with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// Returns the number of the first of many throws that succeeds with probability `p` each, from 1: how many blocks
    /// pass until one is looked at.
    pub fn blocks_until(&mut self, p: f64) -> u64 {
        if p >= 1.0 {
            return 1;
        }
        let throws = self.exponential() / -libm::log1p(-p.max(1e-12));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it saturates, and is not negative"
        )]
        let blocks = throws as u64;
        blocks.saturating_add(1).min(1 << 40)
    }

    /// Returns a draw from the exponential law of mean 1.
    pub fn exponential(&mut self) -> f64 {
        -libm::log(1.0 - self.uniform())
    }

    /// Returns a draw from the standard normal law.
    pub fn normal(&mut self) -> f64 {
        normal(self.bits(), self.bits())
    }
}

/// Turns 64 random bits into a number in `[0, 1)` of 53 bits.
pub fn unit(bits: u64) -> f64 {
    const ULP: f64 = 1.0 / (1_u64 << 53) as f64;
    (bits >> 11) as f64 * ULP
}

/// Turns two random words into one draw from the standard normal law (Box and Muller 1958), equal on every platform.
pub fn normal(a: u64, b: u64) -> f64 {
    (-2.0 * libm::log(1.0 - unit(a))).sqrt() * libm::cos(std::f64::consts::TAU * unit(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_keys_throw_equal_dice_and_others_differ() {
        let throw = |seed, who, block| Dice::new(seed, Who::new("farmers", who), block).bits();
        assert_eq!(throw(1, 2, 3), throw(1, 2, 3));
        assert_ne!(throw(1, 2, 3), throw(2, 2, 3));
        assert_ne!(throw(1, 2, 3), throw(1, 3, 3));
        assert_ne!(throw(1, 2, 3), throw(1, 2, 4));
    }

    /// Mean 0 and variance 1 within four standard errors, over keyed first draws: those that agents use.
    #[test]
    fn first_draws_of_many_keys_are_standard_normal() {
        let n = 40_000_u64;
        let draws: Vec<f64> = (0..n).map(|i| Dice::new(7, Who::new("test", i % 200), i / 200).normal()).collect();
        let mean = draws.iter().sum::<f64>() / n as f64;
        let variance = draws.iter().map(|x| x * x).sum::<f64>() / n as f64;
        let error = 1.0 / (n as f64).sqrt();
        assert!(mean.abs() < 4.0 * error, "mean {mean}");
        assert!((variance - 1.0).abs() < 4.0 * std::f64::consts::SQRT_2 * error, "variance {variance}");
    }
}
