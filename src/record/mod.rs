//! What a run leaves: a struct per table, one folder, and a page that documents every column.

#[macro_use]
pub mod columns;
pub mod agents;
pub mod amount;
pub mod books;
pub mod cascade;
pub mod closing;
pub mod csv;
pub mod documentation;
mod event_rows;
pub mod events;
mod exposed;
pub mod finished;
pub mod folder;
pub mod liquidity;
pub mod manifest;
pub mod maps;
pub mod positions;
pub mod recorder;
pub mod summary;
pub mod table;
mod tick_rows;
pub mod ticks;
pub mod trace;

pub use documentation::documentation;
