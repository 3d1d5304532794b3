//! Before-images: what calls overwrite, so that several of them can be undone together.
//!
//! All that changes a pool goes through the four writes of this file. While a pool records, each keeps what it
//! overwrites; the way back is to write these in reverse. It costs what the calls touched, never a copy of the pool.

use super::{Observation, Position, RangeKey, Scalars, TickState, V3Pool, tick::Counters};

/// What was overwritten since the recording began.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct UndoLog {
    recording: bool,
    /// The scalars as the recording began, once one has changed.
    scalars: Option<Scalars>,
    ticks: Vec<(i32, Option<TickState>)>,
    positions: Vec<(RangeKey, Option<Position>)>,
    observations: Vec<(u16, Option<Observation>)>,
}

impl UndoLog {
    /// Stops recording and forgets what was kept, but not the room for it.
    fn clear(&mut self) {
        self.recording = false;
        self.scalars = None;
        self.ticks.clear();
        self.positions.clear();
        self.observations.clear();
    }
}

impl V3Pool {
    /// Begins to record, unless the pool does already: [`Self::roll_back`] will lead back to where it first began.
    pub fn begin(&mut self) {
        self.undo.recording = true;
    }

    /// Ends the recording and keeps what was done.
    pub fn commit(&mut self) {
        self.undo.clear();
    }

    /// Ends the recording and undoes all that was done since it began. Without a recording it does nothing.
    pub fn roll_back(&mut self) {
        let mut log = std::mem::take(&mut self.undo);
        for (tick, state) in log.ticks.drain(..).rev() {
            self.ticks.replace(tick, state);
        }
        for (key, position) in log.positions.drain(..).rev() {
            match position {
                Some(position) => self.positions.insert(key, position),
                None => self.positions.remove(&key),
            };
        }
        for (index, observation) in log.observations.drain(..).rev() {
            self.observations.replace(index, observation);
        }
        if let Some(scalars) = log.scalars {
            self.scalars = scalars;
        }
        log.clear();
        self.undo = log;
    }

    #[inline]
    pub(super) fn write_scalars(&mut self, scalars: Scalars) {
        if self.undo.recording {
            self.undo.scalars.get_or_insert(self.scalars);
        }
        self.scalars = scalars;
    }

    pub(super) fn write_tick(&mut self, tick: i32, state: Option<TickState>) {
        let before = self.ticks.replace(tick, state);
        if self.undo.recording {
            self.undo.ticks.push((tick, before));
        }
    }

    /// Turns a tick over as the price moves through it.
    #[inline]
    pub(super) fn cross_tick(&mut self, tick: i32, counters: &Counters) {
        let state = self.ticks.get_mut(tick).expect("a trade crosses only ticks that are initialized");
        if self.undo.recording {
            self.undo.ticks.push((tick, Some(*state)));
        }
        state.cross(counters);
    }

    pub(super) fn write_position(&mut self, key: RangeKey, position: Position) {
        let before = self.positions.insert(key, position);
        if self.undo.recording {
            self.undo.positions.push((key, before));
        }
    }

    #[inline]
    pub(super) fn write_observation(&mut self, index: u16, observation: Observation) {
        let before = self.observations.replace(index, Some(observation));
        if self.undo.recording {
            self.undo.observations.push((index, before));
        }
    }
}
