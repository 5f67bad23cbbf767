//! Numbers in JSON that come back bit for bit: written as the shortest text that means them. A JSON
//! number may be read a last digit off.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// A number as text; a JSON number is read too.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Exact(pub(super) f64);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(f64),
            Text(String),
        }
        match Written::deserialize(deserializer)? {
            Written::Number(x) => Ok(Self(x)),
            Written::Text(text) => text.parse().map(Self).map_err(serde::de::Error::custom),
        }
    }
}

/// For `#[serde(with = "exact")]` on a map of numbers.
pub(super) fn serialize<S: Serializer>(map: &BTreeMap<String, f64>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(map.iter().map(|(name, x)| (name, Exact(*x))))
}

/// For `#[serde(with = "exact")]` on a map of numbers.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, f64>, D::Error> {
    let map = BTreeMap::<String, Exact>::deserialize(deserializer)?;
    Ok(map.into_iter().map(|(name, x)| (name, x.0)).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_comes_back() {
        let mut x = 0.1_f64;
        for _ in 0..500 {
            x = (x * 1.37).sin().abs() + 1e-9;
            let text = serde_json::to_string(&Exact(x)).unwrap();
            let back: Exact = serde_json::from_str(&text).unwrap();
            assert_eq!(back.0.to_bits(), x.to_bits(), "{text}");
        }
        assert!(serde_json::from_str::<Exact>("\"nan\"").unwrap().0.is_nan());
        assert_eq!(serde_json::from_str::<Exact>("7").unwrap(), Exact(7.0));
        assert!(serde_json::from_str::<Exact>("\"seven\"").is_err());
    }
}
