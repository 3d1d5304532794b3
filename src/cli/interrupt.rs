//! Ctrl-C: the first lets the block end and the files be whole, the second ends the process.

use std::io::{self, Write};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::Outcome;

/// A request to stop after the current block, shared with the handler of Ctrl-C.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens to Ctrl-C and the system's wish to end the process. Once per process.
    pub(super) fn on_signal() -> Self {
        let interrupt = Self::default();
        let heard = interrupt.clone();
        let handler = move || {
            if heard.0.swap(true, Ordering::Relaxed) {
                process::exit(Outcome::Interrupted as i32);
            }
            // If nobody can hear it, the run stops all the same.
            let _ = writeln!(io::stderr(), "\nstopping after this block; once more ends the process at once");
        };
        ctrlc::set_handler(handler).expect("nothing else in the process handles signals");
        interrupt
    }

    /// Requests the stop.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Says whether a stop was requested.
    pub(super) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
