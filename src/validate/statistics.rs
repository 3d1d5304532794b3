//! Means and their standard errors.

/// Count, sum and sum of squares of a sample.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Sample {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Sample {
    /// Adds one value.
    pub fn add(&mut self, draw: f64) {
        self.count += 1.0;
        self.sum += draw;
        self.squares += draw * draw;
    }

    /// Adds all values of another sample.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    /// Returns the arithmetic mean.
    pub fn mean(&self) -> f64 {
        self.sum / self.count
    }

    /// Returns the standard error of the mean of independent draws.
    pub fn standard_error(&self) -> f64 {
        let mean = self.mean();
        ((self.squares / self.count - mean * mean).max(0.0) / (self.count - 1.0)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merged_halves_are_the_whole() {
        let of = |draws: &[f64]| {
            let mut sample = Sample::default();
            for draw in draws {
                sample.add(*draw);
            }
            sample
        };
        let whole = of(&[1.0, 2.0, 4.0, 9.0]);
        let mut halves = of(&[1.0, 9.0]);
        halves.merge(&of(&[4.0, 2.0]));
        assert_eq!(halves, whole);
        assert!((whole.mean() - 4.0).abs() < 1e-12);
        // Squared deviations sum to 38; over 3 degrees of freedom and 4 draws.
        assert!((whole.standard_error() - (38.0_f64 / 3.0 / 4.0).sqrt()).abs() < 1e-12);
    }
}
