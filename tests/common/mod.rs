//! Little worlds and whole runs for tests.

pub mod run;
