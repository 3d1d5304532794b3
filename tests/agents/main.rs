//! What agents of each kind see, and what they do about it.

#[path = "../common/mod.rs"]
#[allow(dead_code, unreachable_pub, reason = "each test program shares what it needs")]
mod common;

mod arbitrageurs;
mod kinds;
mod router;
mod traders;
