//! Reading the fields of a JSON object, each of which must be understood.

use std::{collections::BTreeMap, fmt};

use plimsoll_math::U256;
use serde_json::Value;

/// Why an operation did not succeed.
#[derive(Debug)]
pub enum Stop {
    /// The contract would revert, for this reason.
    Revert(String),
    /// The file says something that the replay does not understand.
    Unreadable(String),
}

impl Stop {
    /// Returns the revert of a state machine's error.
    pub fn revert(error: impl fmt::Display) -> Self {
        Self::Revert(error.to_string())
    }

    /// Returns the refusal of an operation that the replay does not know.
    pub fn unknown(what: &str, name: &str) -> Self {
        Self::Unreadable(format!("unknown {what} `{name}`"))
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revert(why) => write!(f, "reverts: {why}"),
            Self::Unreadable(why) => f.write_str(why),
        }
    }
}

/// The fields of an object that were not read yet.
pub struct Fields {
    unread: BTreeMap<String, Value>,
    /// The first amount that does not fit `u128`.
    beyond_u128: Option<String>,
}

impl Fields {
    /// Returns the fields of an object but for those that the caller reads itself.
    pub fn new(object: &Value, apart_from: &[&str]) -> Self {
        let fields = object.as_object().into_iter().flatten();
        let fields = fields.filter(|(name, _)| !apart_from.contains(&name.as_str()));
        let unread = fields.map(|(name, value)| (name.clone(), value.clone())).collect();
        Self { unread, beyond_u128: None }
    }

    /// Returns a field.
    pub fn take(&mut self, name: &str) -> Result<Value, Stop> {
        self.unread.remove(name).ok_or_else(|| Stop::Unreadable(format!("no field `{name}`")))
    }

    /// Returns a field that is an object.
    pub fn object(&mut self, name: &str) -> Result<Self, Stop> {
        let value = self.take(name)?;
        if value.is_object() { Ok(Self::new(&value, &[])) } else { Err(Self::not(name, "an object", &value)) }
    }

    /// Returns a field that is a text.
    pub fn text(&mut self, name: &str) -> Result<String, Stop> {
        let value = self.take(name)?;
        value.as_str().map(str::to_owned).ok_or_else(|| Self::not(name, "a text", &value))
    }

    /// Returns a field that is true or false.
    pub fn flag(&mut self, name: &str) -> Result<bool, Stop> {
        let value = self.take(name)?;
        value.as_bool().ok_or_else(|| Self::not(name, "true or false", &value))
    }

    /// Returns a field that is an amount. One beyond `u128` makes [`Self::finish`] revert.
    pub fn amount(&mut self, name: &str) -> Result<u128, Stop> {
        let value = self.integer(name)?;
        Ok(value.try_into_u128().unwrap_or_else(|error| {
            self.beyond_u128.get_or_insert(format!("`{name}`: {error}"));
            u128::MAX
        }))
    }

    /// Returns a field that limits an amount. A limit beyond `u128` is none.
    pub fn limit(&mut self, name: &str) -> Result<u128, Stop> {
        Ok(self.integer(name)?.try_into_u128().unwrap_or(u128::MAX))
    }

    /// Returns a field that is a small number of any kind.
    pub fn number<T: TryFrom<u128>>(&mut self, name: &str) -> Result<T, Stop> {
        let value = self.integer(name)?;
        let small = value.try_into_u128().ok().and_then(|small| T::try_from(small).ok());
        small.ok_or_else(|| Stop::Unreadable(format!("`{name}` is too great: {value}")))
    }

    /// Refuses fields that nobody read, then amounts that no call takes.
    pub fn finish(&self) -> Result<(), Stop> {
        if let Some(name) = self.unread.keys().next() {
            return Err(Stop::unknown("field", name));
        }
        self.beyond_u128.clone().map_or(Ok(()), |why| Err(Stop::Revert(why)))
    }

    fn integer(&mut self, name: &str) -> Result<U256, Stop> {
        let text = self.text(name)?;
        text.parse().map_err(|error| Stop::Unreadable(format!("`{name}`: {error}")))
    }

    fn not(name: &str, expected: &str, found: &Value) -> Stop {
        Stop::Unreadable(format!("`{name}` is not {expected} but {found}"))
    }
}
