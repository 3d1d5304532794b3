//! (placeholder until the arithmetic floor lands)
/// An exact decimal.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct Decimal(pub String);
impl Default for Decimal {
    fn default() -> Self {
        Self("0".into())
    }
}
