//! Balancer: tokens with weights.

mod params;

pub use params::Params;
