//! What a transaction of several actions has changed outside of protocols: the books of the external venue and of
//! oracles, as they were. Protocols keep their own before-images (`deployments/call.rs`).

use super::ids::{FeedId, TokenId};
use super::oracles::{Feed, Oracles};
use super::venue::Venue;
use super::venues::Venues;

/// A book as it was.
#[derive(Debug, Clone)]
enum Before {
    Venue(TokenId, Venue),
    Feed(FeedId, Feed),
}

/// What the transaction that runs has changed, the last change last.
#[derive(Debug, Clone, Default)]
pub(super) struct Journal(Vec<Before>);

impl Journal {
    /// Keeps a token's book at the external venue.
    pub(super) fn keep_venue(&mut self, token: TokenId, venues: &Venues) {
        self.0.push(Before::Venue(token, *venues.of(token)));
    }

    /// Keeps a feed.
    pub(super) fn keep_feed(&mut self, feed: FeedId, oracles: &Oracles) {
        self.0.push(Before::Feed(feed, oracles.feed(feed).clone()));
    }

    /// Lets all that was done stand.
    pub(super) fn commit(&mut self) {
        self.0.clear();
    }

    /// Puts everything back as it was when the transaction began.
    pub(super) fn roll_back(&mut self, venues: &mut Venues, oracles: &mut Oracles) {
        while let Some(before) = self.0.pop() {
            match before {
                Before::Venue(token, book) => *venues.of_mut(token) = book,
                Before::Feed(id, feed) => *oracles.feed_mut(id) = feed,
            }
        }
    }
}
