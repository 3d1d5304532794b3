//! The external venue's book of every token.

use std::collections::VecDeque;

use super::ids::TokenId;
use super::venue::Venue;

/// The external venue, token by token.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Venues {
    books: Vec<Venue>,
    /// What is known of outside prices in this block and those after it: a price for each book and block.
    ahead: VecDeque<f64>,
}

impl Venues {
    /// The venue with a book for each priced token, in the order of their ids.
    pub fn new(books: Vec<Venue>) -> Self {
        Self { books, ahead: VecDeque::new() }
    }

    /// Returns a token's book.
    pub fn of(&self, token: TokenId) -> &Venue {
        &self.books[token.index()]
    }

    /// Returns a token's book, to trade on or to put back.
    pub fn of_mut(&mut self, token: TokenId) -> &mut Venue {
        &mut self.books[token.index()]
    }

    /// Returns a token's price outside this many blocks after the present one, without impact, in whole numeraires per whole
    /// token.
    ///
    /// # Panics
    /// If nobody was expected to look so far: a bug.
    pub fn outside_price_ahead(&self, token: TokenId, blocks: u64) -> f64 {
        let block = usize::try_from(blocks).expect("what is known is in memory");
        self.ahead[block * self.books.len() + token.index()]
    }

    /// Takes in what is known of a further block: the tokens' outside prices, in the order of their ids.
    pub fn foresee(&mut self, prices: impl Iterator<Item = f64>) {
        self.ahead.extend(prices);
    }

    /// Forgets the first of the blocks that are known.
    pub fn forget_a_block(&mut self) {
        self.ahead.drain(..self.books.len());
    }

    /// Returns what the smallest trade pays, without fee, in whole numeraires per whole token.
    pub fn price(&self, token: TokenId) -> f64 {
        self.of(token).price()
    }
}
