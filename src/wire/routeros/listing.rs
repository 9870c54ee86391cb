//! A listing, walked element by element, so that nothing is kept of what is not ours.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};

use super::Unreadable;

/// Hands every element of a JSON list to `take`, which may say that the list makes no sense.
///
/// # Errors
/// [`Unreadable`] if it is no list, an element is no object, or `take` said so.
pub(super) fn each<'de, T: Deserialize<'de>>(
    json: &'de [u8],
    take: impl FnMut(T) -> Result<(), Unreadable>,
) -> Result<(), Unreadable> {
    let mut reader = serde_json::Deserializer::from_slice(json);
    let walk = Walk {
        take,
        of: PhantomData,
    };
    walk.deserialize(&mut reader).map_err(|_| Unreadable)?;
    reader.end().map_err(|_| Unreadable)
}

struct Walk<F, T> {
    take: F,
    of: PhantomData<T>,
}

impl<'de, T, F> DeserializeSeed<'de> for Walk<F, T>
where
    T: Deserialize<'de>,
    F: FnMut(T) -> Result<(), Unreadable>,
{
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de, T, F> Visitor<'de> for Walk<F, T>
where
    T: Deserialize<'de>,
    F: FnMut(T) -> Result<(), Unreadable>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut listing: A) -> Result<(), A::Error> {
        while let Some(object) = listing.next_element::<T>()? {
            (self.take)(object).map_err(|Unreadable| A::Error::custom("unreadable"))?;
        }
        Ok(())
    }
}
