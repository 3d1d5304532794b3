//! `file`: what governance may set.

use super::{ClipperParams, FlipperParams, IlkId, IlkParameter, Maker, MakerError, SystemParameter};

impl Maker {
    /// Sets a number of the system.
    pub fn set(&mut self, parameter: SystemParameter) {
        let state = &mut self.state;
        match parameter {
            SystemParameter::Line(line) => state.vat.line = line,
            SystemParameter::Hole(hole) => state.dog.hole = hole,
            SystemParameter::LitterBox(litter_box) => state.cat.litter_box = litter_box,
            SystemParameter::Base(base) => state.base = base,
            SystemParameter::Par(par) => state.par = par,
            SystemParameter::WaitSeconds(wait_seconds) => state.vow.wait_seconds = wait_seconds,
        }
    }

    /// Sets a number of an ilk.
    ///
    /// # Errors
    /// There is no such ilk.
    pub fn set_ilk(&mut self, ilk: IlkId, parameter: IlkParameter) -> Result<(), MakerError> {
        let state = &mut self.ilk_mut(ilk)?.state;
        match parameter {
            IlkParameter::Mat(mat) => state.mat = mat,
            IlkParameter::Line(line) => state.line = line,
            IlkParameter::Dust(dust) => state.dust = dust,
        }
        Ok(())
    }

    /// Sets how an ilk's Dutch auctions work, also those that run.
    ///
    /// # Errors
    /// There is no such ilk, it has no clipper, or a parameter is one that the contracts refuse.
    pub fn set_clipper(&mut self, ilk: IlkId, params: ClipperParams) -> Result<(), MakerError> {
        params.require_valid()?;
        let clipper = self.ilk_mut(ilk)?.clipper.as_mut().ok_or(MakerError::NoClipper { ilk })?;

        clipper.state.params = params;
        Ok(())
    }

    /// Sets how an ilk's English auctions work, also those that run.
    ///
    /// # Errors
    /// There is no such ilk, or it has no flipper.
    pub fn set_flipper(&mut self, ilk: IlkId, params: FlipperParams) -> Result<(), MakerError> {
        let flipper = self.ilk_mut(ilk)?.flipper.as_mut().ok_or(MakerError::NoFlipper { ilk })?;

        flipper.params = params;
        Ok(())
    }
}
