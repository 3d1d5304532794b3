//! The RON file: what may be written, what is checked, and how it becomes a world.

pub mod genesis;
pub mod schema;
