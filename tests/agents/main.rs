//! What agents of each kind see, and what they do about it.

mod arbitrageurs;
mod kinds;
mod router;
mod traders;
