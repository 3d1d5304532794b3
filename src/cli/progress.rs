//! The progress bar: on a terminal only.

use std::fmt::Write;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

const TEMPLATE: &str = "{wide_bar} {human_pos} of {human_len} {msg}, {rate} {msg}/s, {eta} left";

/// A progress bar over blocks or runs.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    /// The bar moves once in so many steps: reading the clock costs a fiftieth of a small block.
    stride: u64,
}

impl Progress {
    /// A bar for `steps` of what is called `what`, or none where nobody would see it.
    pub(super) fn new(steps: u64, what: &'static str, visible: bool) -> Self {
        let bar = visible.then(|| {
            let style = ProgressStyle::with_template(TEMPLATE).expect("the template is a constant").with_key(
                "rate",
                |state: &ProgressState, to: &mut dyn Write| {
                    write!(to, "{:.0}", state.per_sec()).expect("the bar takes everything");
                },
            );
            ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr())
                .with_style(style)
                .with_message(what)
        });
        Self { bar, stride: (steps / 1_000).max(1) }
    }

    /// Sets the number of steps done.
    pub(super) fn set(&self, done: u64) {
        if let Some(bar) = &self.bar
            && done.is_multiple_of(self.stride)
        {
            bar.set_position(done);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
