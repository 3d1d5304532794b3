//! Rows of tables: structs whose fields are columns, and the cells that they are written in; and JSON.

#[macro_use]
pub mod columns;
pub mod amount;
pub mod csv;
pub mod header;
pub mod json;
