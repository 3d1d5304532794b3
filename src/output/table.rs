//! A table that grows row by row in a run's folder.

use super::folder::{DataFile, FolderError, OutputFolder};
use super::ticks::{Tick, TickNames};
use crate::rows::columns::Columns;
use crate::rows::csv::Line;

/// A file of rows, its header written.
#[derive(Debug)]
pub struct Table {
    file: DataFile,
    line: Line,
    exact: bool,
}

impl Table {
    /// Opens a table whose rows are `R`: `Table::open::<Event>(folder, "events.csv", exact)`.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn open<R: Columns>(folder: &mut OutputFolder, name: &str, exact: bool) -> Result<Self, FolderError> {
        let mut line = Line::default();
        R::header("", exact, &mut line);
        line.end();
        Self::with_header(folder, name, exact, line)
    }

    /// Opens `ticks.csv`.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn open_ticks(folder: &mut OutputFolder, names: &TickNames, exact: bool) -> Result<Self, FolderError> {
        let mut line = Line::default();
        names.header(exact, &mut line);
        Self::with_header(folder, "ticks.csv", exact, line)
    }

    fn with_header(folder: &mut OutputFolder, name: &str, exact: bool, mut header: Line) -> Result<Self, FolderError> {
        let mut file = folder.file(name)?;
        file.rows(&mut header)?;
        Ok(Self { file, line: header, exact })
    }

    /// Writes a row.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn row(&mut self, row: &impl Columns) -> Result<(), FolderError> {
        row.write(self.exact, &mut self.line);
        self.line.end();
        self.file.rows(&mut self.line)
    }

    /// Writes a row of `ticks.csv`.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn tick(&mut self, tick: &Tick) -> Result<(), FolderError> {
        tick.write(self.exact, &mut self.line);
        self.file.rows(&mut self.line)
    }

    /// Opens a table in another folder that begins with what this one holds so far.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn fork(&mut self, folder: &mut OutputFolder) -> Result<Self, FolderError> {
        Ok(Self { file: folder.fork(&mut self.file)?, line: self.line.clone(), exact: self.exact })
    }

    /// Closes the table.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn close(self, folder: &mut OutputFolder) -> Result<(), FolderError> {
        folder.close(self.file)
    }
}
