//! A table that grows row by row in a run's folder.

use super::folder::{DataFile, FolderError, OutputFolder};
use crate::rows::columns::Columns;
use crate::rows::csv::Line;

/// A CSV file of a run's folder whose header is written.
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
        let mut file = folder.file(name)?;
        file.rows(&mut line)?;
        Ok(Self { file, line, exact })
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

    /// The file system refuses.
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
