//! A dense table with a row for each account that has one.

use crate::AccountId;

/// No row.
const NONE: u32 = 0;

/// Rows without gaps, found by account in two steps. An account without a row costs four bytes, up to the highest that
/// has one: accounts are numbered from zero on, without wide gaps.
#[derive(Debug, Clone)]
pub(super) struct Rows<R> {
    /// The number of an account's row, from 1; 0 for none.
    numbers: Vec<u32>,
    /// Whose each row is.
    owners: Vec<AccountId>,
    table: Vec<R>,
}

impl<R> Default for Rows<R> {
    fn default() -> Self {
        Self { numbers: Vec::new(), owners: Vec::new(), table: Vec::new() }
    }
}

impl<R: Copy + Default + PartialEq> Rows<R> {
    /// Returns how many rows there are.
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    /// Returns an account's row, if it has one.
    #[inline]
    pub(super) fn find(&self, account: AccountId) -> Option<&R> {
        let number = *self.numbers.get(account.0 as usize)?;
        self.table.get((number as usize).wrapping_sub(1))
    }

    /// Returns a copy of an account's row, or what stands for none.
    #[inline]
    pub(super) fn get(&self, account: AccountId) -> R {
        self.find(account).copied().unwrap_or_default()
    }

    /// Writes an account's row. What stands for none makes no row.
    #[inline]
    pub(super) fn put(&mut self, account: AccountId, row: R) {
        let index = account.0 as usize;
        let number = self.numbers.get(index).copied().unwrap_or(NONE);
        if number != NONE {
            self.table[number as usize - 1] = row;
        } else if row != R::default() {
            self.add(account, row);
        }
    }

    /// Adds a row for an account that has none.
    fn add(&mut self, account: AccountId, row: R) {
        let index = account.0 as usize;
        if self.numbers.len() <= index {
            self.numbers.resize(index + 1, NONE);
        }
        self.table.push(row);
        self.owners.push(account);
        self.numbers[index] = u32::try_from(self.table.len()).expect("there are as many accounts as numbers");
    }

    /// Takes away all rows but the first `len`, as if they had never been written.
    pub(super) fn truncate(&mut self, len: usize) {
        for owner in self.owners.drain(len.min(self.owners.len())..) {
            self.numbers[owner.0 as usize] = NONE;
        }
        self.table.truncate(len);
    }

    /// Returns all rows with their owners, oldest first.
    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = (AccountId, &R)> {
        self.owners.iter().copied().zip(&self.table)
    }
}

/// Tables are equal if their rows are; how much room was made for numbers does not count.
impl<R: PartialEq> PartialEq for Rows<R> {
    fn eq(&self, other: &Self) -> bool {
        self.owners == other.owners && self.table == other.table
    }
}

impl<R: Eq> Eq for Rows<R> {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn holds_what_a_map_holds_and_forgets_what_came_later(
            writes in prop::collection::vec((0u32..50, 0u8..4), 0..60),
            kept in 0usize..60,
        ) {
            let (mut rows, mut map) = (Rows::default(), BTreeMap::new());
            let mut then = None;
            for (step, (account, row)) in writes.into_iter().enumerate() {
                if step == kept {
                    then = Some(rows.clone());
                }
                rows.put(AccountId(account), row);
                map.insert(account, row);
            }
            for account in 0..60 {
                prop_assert_eq!(rows.get(AccountId(account)), map.get(&account).copied().unwrap_or_default());
            }
            prop_assert_eq!(rows.iter().len(), rows.len());
            if let Some(then) = then {
                rows.truncate(then.len());
                for (account, row) in then.iter() {
                    rows.put(account, *row);
                }
                prop_assert_eq!(rows, then);
            }
        }
    }
}
