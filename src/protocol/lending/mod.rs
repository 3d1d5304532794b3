//! Lending: what pays interest on tokens that others borrow against collateral.

pub mod aave_v3;
