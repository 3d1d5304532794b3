//! Distributions from which a population's properties are drawn.

use serde::Deserialize;

use super::dice::Dice;

/// A law of real numbers, as scenario files write it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Distribution {
    /// Always this number.
    Fixed(f64),
    /// Evenly between two numbers, the lower one first.
    Uniform(f64, f64),
    /// The normal law: unbounded, so that what must not be negative has to be clamped.
    Normal {
        /// Its mean.
        mean: f64,
        /// Its standard deviation; with 0 it is always the mean.
        sigma: f64,
    },
    /// The log-normal law: the logarithm is normal. Always above 0.
    LogNormal {
        /// Its median, above 0.
        median: f64,
        /// Standard deviation of the logarithm; with 0 it is always the median.
        sigma: f64,
    },
    /// The exponential law: never below 0.
    Exponential {
        /// Its mean, above 0.
        mean: f64,
    },
    /// One of these, each as likely.
    Choice(Vec<f64>),
    /// Another law, cut to a range: what falls outside is moved to its edge.
    Clamped {
        /// The law that is cut.
        law: Box<Distribution>,
        /// Least value.
        min: f64,
        /// Greatest value.
        max: f64,
    },
}

impl Distribution {
    /// Draws one number.
    pub fn sample(&self, dice: &mut Dice) -> f64 {
        match self {
            Self::Fixed(value) => *value,
            Self::Uniform(low, high) => low + (high - low) * dice.uniform(),
            Self::Normal { mean, sigma } => mean + sigma * dice.normal(),
            Self::LogNormal { median, sigma } => median * libm::exp(sigma * dice.normal()),
            Self::Exponential { mean } => mean * dice.exponential(),
            Self::Choice(values) => {
                let index = (u128::from(dice.bits()) * values.len() as u128) >> 64;
                values[usize::try_from(index).expect("it is below the list's length")]
            }
            Self::Clamped { law, min, max } => law.sample(dice).clamp(*min, *max),
        }
    }

    /// Returns the least and the greatest number that can be drawn; infinite where the law has no bound.
    pub fn support(&self) -> (f64, f64) {
        match self {
            Self::Fixed(value) => (*value, *value),
            Self::Uniform(low, high) => (*low, *high),
            Self::Normal { mean, sigma: 0.0 } => (*mean, *mean),
            Self::Normal { .. } => (f64::NEG_INFINITY, f64::INFINITY),
            Self::LogNormal { .. } | Self::Exponential { .. } => (0.0, f64::INFINITY),
            Self::Choice(values) => values
                .iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value))),
            Self::Clamped { law, min, max } => {
                let (low, high) = law.support();
                (low.max(*min).min(*max), high.max(*min).min(*max))
            }
        }
    }

    /// Says what makes this law impossible, if anything does.
    pub fn fault(&self) -> Option<String> {
        let finite = |name: &str, x: f64| (!x.is_finite()).then(|| format!("{name} is {x}, expected a finite number"));
        match self {
            Self::Fixed(value) => finite("the value", *value),
            Self::Uniform(low, high) => {
                finite("the lower end", *low).or_else(|| finite("the upper end", *high)).or_else(|| {
                    (low > high).then(|| format!("Uniform({low}, {high}) is reversed, expected Uniform({high}, {low})"))
                })
            }
            Self::Normal { mean, sigma } => finite("mean", *mean)
                .or_else(|| finite("sigma", *sigma))
                .or_else(|| (*sigma < 0.0).then(|| format!("sigma is {sigma}, expected 0 or more"))),
            Self::LogNormal { median, sigma } => finite("median", *median)
                .or_else(|| finite("sigma", *sigma))
                .or_else(|| (*median <= 0.0).then(|| format!("median is {median}, expected more than 0")))
                .or_else(|| (*sigma < 0.0).then(|| format!("sigma is {sigma}, expected 0 or more"))),
            Self::Exponential { mean } => finite("mean", *mean)
                .or_else(|| (*mean <= 0.0).then(|| format!("mean is {mean}, expected more than 0"))),
            Self::Choice(values) if values.is_empty() => Some("Choice([]) has nothing to choose from".to_owned()),
            Self::Choice(values) => values.iter().find_map(|value| finite("a choice", *value)),
            Self::Clamped { law, min, max } => law
                .fault()
                .or_else(|| finite("min", *min))
                .or_else(|| finite("max", *max))
                .or_else(|| (min > max).then(|| format!("min {min} is above max {max}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::dice::Who;
    use super::*;

    fn mean(law: &Distribution) -> f64 {
        let n = 20_000;
        (0..n).map(|i| law.sample(&mut Dice::new(1, Who(i), 0))).sum::<f64>() / n as f64
    }

    #[test]
    fn draws_have_the_mean_of_their_law() {
        for (law, expected, sigma) in [
            (Distribution::Fixed(3.0), 3.0, 0.0),
            (Distribution::Uniform(2.0, 6.0), 4.0, 1.155),
            (Distribution::Normal { mean: -1.0, sigma: 2.0 }, -1.0, 2.0),
            (Distribution::LogNormal { median: 2.0, sigma: 0.5 }, 2.266, 1.21),
            (Distribution::Exponential { mean: 2_000.0 }, 2_000.0, 2_000.0),
            (Distribution::Choice(vec![1.0, 2.0, 6.0]), 3.0, 2.16),
        ] {
            let error = sigma / 20_000_f64.sqrt();
            assert!((mean(&law) - expected).abs() <= 4.0 * error + 1e-3, "{law:?}: {}", mean(&law));
        }
    }

    #[test]
    fn impossible_laws_say_why() {
        for (law, word) in [
            (Distribution::Uniform(6.0, 2.0), "reversed"),
            (Distribution::LogNormal { median: 0.0, sigma: 1.0 }, "median"),
            (Distribution::Choice(vec![]), "nothing"),
            (Distribution::Fixed(f64::NAN), "finite"),
        ] {
            assert!(law.fault().unwrap().contains(word), "{law:?}");
        }
    }
}
