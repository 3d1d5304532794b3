//! What positions and the protocol take out of what they are owed.

use super::{Position, RangeKey, Scalars, V3Error, V3Pool};
use crate::amm::{Amounts, PoolToken};

/// The protocol's part of the fee, for each token that fees are paid in: one in so many, or nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProtocolFee {
    token_0: u8,
    token_1: u8,
}

impl ProtocolFee {
    /// Returns a protocol fee of one in `token_0` and one in `token_1` of the fee; zero is none.
    ///
    /// # Errors
    /// It is neither none nor from a fourth to a tenth.
    pub fn new(token_0: u8, token_1: u8) -> Result<Self, V3Error> {
        match [token_0, token_1].into_iter().find(|denominator| !matches!(denominator, 0 | 4..=10)) {
            Some(denominator) => Err(V3Error::ProtocolFee { denominator }),
            None => Ok(Self { token_0, token_1 }),
        }
    }

    /// Returns one in how many of the fees in a token are the protocol's; zero is none.
    #[inline]
    pub fn of(self, token: PoolToken) -> u8 {
        match token {
            PoolToken::Zero => self.token_0,
            PoolToken::One => self.token_1,
        }
    }
}

impl V3Pool {
    /// Pays the owner of a position at most `most` of what it is owed, and returns how much that is. Fees count only once
    /// a mint or a burn, of nothing even, has credited them.
    ///
    /// # Errors
    /// There is no price, or the pool holds less.
    pub fn collect(&mut self, key: RangeKey, most: Amounts) -> Result<Amounts, V3Error> {
        self.check_initialized()?;
        let position = self.position(key);
        let Amounts { token_0, token_1 } = position.tokens_owed;
        let taken = Amounts { token_0: most.token_0.min(token_0), token_1: most.token_1.min(token_1) };
        let mut scalars = self.scalars;
        scalars.balances.pay_both(taken)?;
        if taken == Amounts::default() {
            return Ok(taken);
        }

        let left = Amounts { token_0: token_0 - taken.token_0, token_1: token_1 - taken.token_1 };
        self.write_position(key, Position { tokens_owed: left, ..position });
        self.write_scalars(scalars);
        Ok(taken)
    }

    /// Sets the protocol's part of the fee, from the next trade on.
    ///
    /// # Errors
    /// There is no price.
    pub fn set_protocol_fee(&mut self, protocol_fee: ProtocolFee) -> Result<(), V3Error> {
        self.check_initialized()?;

        self.write_scalars(Scalars { protocol_fee, ..self.scalars });
        Ok(())
    }

    /// Pays the protocol at most `most` of its fees, and returns how much that is. One unit of each always stays, which
    /// in the contract saves gas.
    ///
    /// # Errors
    /// There is no price, or the pool holds less.
    pub fn collect_protocol(&mut self, most: Amounts) -> Result<Amounts, V3Error> {
        self.check_initialized()?;
        let Amounts { token_0, token_1 } = self.scalars.protocol_fees;
        let all_but_one = |most: u128, owed: u128| most.min(owed.saturating_sub(1));
        let taken =
            Amounts { token_0: all_but_one(most.token_0, token_0), token_1: all_but_one(most.token_1, token_1) };
        let mut scalars = self.scalars;
        scalars.protocol_fees = Amounts { token_0: token_0 - taken.token_0, token_1: token_1 - taken.token_1 };
        scalars.balances.pay_both(taken)?;

        self.write_scalars(scalars);
        Ok(taken)
    }
}
