//! The external venue's book of every token.

use bevy_ecs::prelude::Resource;

use super::ids::TokenId;
use super::venue::Venue;

/// The external venue, token by token.
#[derive(Debug, Clone, PartialEq, Resource)]
pub struct Venues(Vec<Venue>);

impl Venues {
    /// The venue with a book for each priced token, in the order of their ids.
    pub fn new(books: Vec<Venue>) -> Self {
        Self(books)
    }

    /// Returns a token's book.
    pub fn of(&self, token: TokenId) -> &Venue {
        &self.0[token.index()]
    }

    /// Returns a token's book, to trade on or to put back.
    pub fn of_mut(&mut self, token: TokenId) -> &mut Venue {
        &mut self.0[token.index()]
    }

    /// Returns what the smallest trade pays, without fee, in whole numeraires per whole token.
    pub fn price(&self, token: TokenId) -> f64 {
        self.of(token).price()
    }
}
