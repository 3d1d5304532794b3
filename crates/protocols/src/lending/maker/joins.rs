//! The adapters through which tokens come in and go out: `GemJoin` (`GemJoin5` for tokens of less than 18 decimals) and
//! `DaiJoin`. These calls alone move tokens.

use super::{DaiExited, DaiJoined, GemExited, GemJoined, IlkId, Maker, MakerError};
use crate::AccountId;
use plimsoll_math::{Rad, sum};

impl Maker {
    /// Takes in collateral tokens, in the token's smallest units, for unlocked collateral of the account.
    ///
    /// # Errors
    /// There is no such ilk, or all collateral of it would not fit.
    pub fn gem_join(&mut self, ilk: IlkId, account: AccountId, tokens: u128) -> Result<GemJoined, MakerError> {
        let ilk = self.ilk_mut(ilk)?;
        let wad = ilk.state.wads(tokens)?;
        let joined_gem = sum(ilk.state.joined_gem, wad)?;

        ilk.state.joined_gem = joined_gem;
        ilk.credit_gem(account, wad);
        Ok(GemJoined { tokens, wad })
    }

    /// Gives out collateral tokens, in the token's smallest units, for unlocked collateral of the account.
    ///
    /// # Errors
    /// There is no such ilk, or the account has less.
    pub fn gem_exit(&mut self, ilk: IlkId, account: AccountId, tokens: u128) -> Result<GemExited, MakerError> {
        let ilk = self.ilk_mut(ilk)?;
        let wad = ilk.state.wads(tokens)?;
        let mut position = ilk.positions.get(account);
        if position.gem < wad {
            return Err(MakerError::InsufficientGem { held: position.gem, asked: wad });
        }
        position.gem -= wad;

        // What an account has is part of what has joined.
        ilk.state.joined_gem -= wad;
        ilk.positions.put(account, position);
        Ok(GemExited { tokens, wad })
    }

    /// Burns `wad` dai tokens of the account for dai inside.
    ///
    /// # Errors
    /// So many tokens do not exist.
    pub fn dai_join(&mut self, account: AccountId, wad: u128) -> Result<DaiJoined, MakerError> {
        let dai = Rad::from_wad(wad);
        let outside = self.state.vat.joined_dai;
        let joined_dai =
            outside.checked_sub(dai).map_err(|_| MakerError::InsufficientDai { held: outside, asked: dai })?;
        let internal_dai = self.internal_dai(account).paid(dai)?;

        self.state.vat.joined_dai = joined_dai;
        self.internal_dai.put(account, internal_dai);
        Ok(DaiJoined { burnt: wad, dai })
    }

    /// Mints `wad` dai tokens to the account for dai that it has inside.
    ///
    /// # Errors
    /// It has less.
    pub fn dai_exit(&mut self, account: AccountId, wad: u128) -> Result<DaiExited, MakerError> {
        let dai = Rad::from_wad(wad);
        let internal_dai = self.internal_dai(account).paying(dai)?;
        let joined_dai = self.state.vat.joined_dai.checked_add(dai)?;

        self.state.vat.joined_dai = joined_dai;
        self.internal_dai.put(account, internal_dai);
        Ok(DaiExited { minted: wad, dai })
    }

    /// Gives an account dai that was there at the beginning, which no urn owes.
    ///
    /// # Errors
    /// All dai would not fit.
    pub fn endow_at_genesis(&mut self, account: AccountId, dai: Rad) -> Result<(), MakerError> {
        let vat = &self.state.vat;
        let debt = vat.debt.checked_add(dai)?;
        let vice = vat.vice.checked_add(dai)?;
        let genesis_sin = vat.genesis_sin.checked_add(dai)?;
        let internal_dai = self.internal_dai(account).paid(dai)?;

        let vat = &mut self.state.vat;
        (vat.debt, vat.vice, vat.genesis_sin) = (debt, vice, genesis_sin);
        self.internal_dai.put(account, internal_dai);
        Ok(())
    }

    /// Returns the collateral tokens that an ilk's adapter holds, in the token's smallest units.
    ///
    /// # Errors
    /// There is no such ilk.
    pub fn gem_held(&self, ilk: IlkId) -> Result<u128, MakerError> {
        let state = &self.ilk(ilk)?.state;
        Ok(state.joined_gem / state.wads(1)?)
    }

    /// Returns how many dai tokens there are outside, as the adapter knows them.
    ///
    /// # Errors
    /// They do not fit.
    pub fn dai_outside(&self) -> Result<u128, MakerError> {
        Ok(self.state.vat.joined_dai.to_wad_down()?)
    }
}
