//! What comes from outside the chain: prices, shocks, the external venue.

pub mod price;
pub mod series;
pub mod shock;
pub mod venue;
