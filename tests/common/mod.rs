//! What tests share: little worlds, whole runs, and the tables that those leave.

pub mod market;
pub mod run;
pub mod table;
