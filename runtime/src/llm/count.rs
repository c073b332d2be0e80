//! Counts as programs hold them: any integer, and options of them.

/// A count, or none: any integer, or an `Option` of one. What is negative or above `i64::MAX` is none.
pub trait Count {
    /// The count.
    fn to_count(&self) -> Option<i64>;
}

macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl Count for $integer {
            fn to_count(&self) -> Option<i64> {
                i64::try_from(*self).ok().filter(|count| *count >= 0)
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

impl<T: Count> Count for Option<T> {
    fn to_count(&self) -> Option<i64> {
        self.as_ref().and_then(Count::to_count)
    }
}

impl<T: Count> Count for &T {
    fn to_count(&self) -> Option<i64> {
        (**self).to_count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_count_is_absent() {
        assert_eq!((-1).to_count(), None);
        assert_eq!(u64::MAX.to_count(), None);
        assert_eq!(None::<u32>.to_count(), None);
        assert_eq!(Some(&7_u8).to_count(), Some(7));
    }
}
