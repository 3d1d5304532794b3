//! A value that knows when it was written.

use std::ops::{Deref, DerefMut};

/// A value that counts how often somebody could have written it: what was made of it holds as long as the count stands.
/// Two are equal if their values are, however often either was written.
#[derive(Debug, Clone, Default)]
pub struct Written<T> {
    value: T,
    times: u64,
}

impl<T> Written<T> {
    /// A value that nobody has written yet.
    pub fn new(value: T) -> Self {
        Self { value, times: 0 }
    }

    /// Returns how often it was lent to be written.
    pub fn times(&self) -> u64 {
        self.times
    }
}

impl<T> Deref for Written<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Written<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.times += 1;
        &mut self.value
    }
}

impl<T: PartialEq> PartialEq for Written<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_write_is_counted_and_whoever_reads_is_not() {
        let mut list = Written::new(vec![1]);
        assert_eq!((list.len(), list.times()), (1, 0));
        list.push(2);
        assert_eq!((list.len(), list.times()), (2, 1));
        assert_eq!(list, Written::new(vec![1, 2]));
    }
}
