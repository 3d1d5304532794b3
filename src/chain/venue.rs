//! stub until the venue lands
use bevy_ecs::prelude::Resource;
use thiserror::Error;
use super::ids::TokenId;
/// stub
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VenueError { #[error("x")] /// x
 X }
/// stub
pub type Flow = f64;
/// stub
#[derive(Debug, Clone, Resource)]
pub struct Venues { pub prices: Vec<f64>, pub ones: Vec<f64>, pub num_one: f64 }
impl Venues {
    /// x
    pub fn price(&self, t: TokenId) -> f64 { self.prices[t.index()] }
    /// x
    pub fn sell(&self, t: TokenId, units: u128) -> Result<u128, VenueError> { Ok((units as f64 / self.ones[t.index()] * self.price(t) * self.num_one) as u128) }
    /// x
    pub fn buy_with(&self, t: TokenId, units: u128) -> Result<u128, VenueError> { Ok((units as f64 / self.num_one / self.price(t) * self.ones[t.index()]) as u128) }
    /// x
    pub fn take_flow(&mut self, _t: TokenId, _u: u128, _b: bool) {}
    /// x
    pub fn flow(&self, _t: TokenId) -> Flow { 0.0 }
    /// x
    pub fn restore(&mut self, _t: TokenId, _f: Flow) {}
    /// x
    pub fn settle(&self, _t: TokenId, p: f64, f: impl Fn(f64) -> f64) -> f64 { f(p) }
}
