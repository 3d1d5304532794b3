//! How the sources lie: which module may use which.

mod floors;
