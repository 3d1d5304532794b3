//! Sushi's `MasterChef`.

mod params;

pub use params::Params;
