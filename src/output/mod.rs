//! What a run leaves: a struct per table, one folder, and a page that documents every column.

pub mod agents;
pub mod cascade;
pub mod copies;
pub mod documentation;
pub mod earlier;
mod event_rows;
pub mod finished;
pub mod folder;
pub mod leftovers;
pub mod liquidatable;
pub mod manifest;
pub mod maps;
pub mod positions;
pub mod recorder;
pub mod summary;
pub mod table;
pub mod ticks;

pub use documentation::documentation;
