//! The metadata of Parquet files in the form it is stored in, Thrift's compact protocol, passed over without taking
//! memory for it: the library takes as much as a list says it needs, and a damaged list says anything.

/// Structs and lists within each other; Parquet's own have eight at most, besides those of unknown fields.
const DEEPEST: usize = 32;
/// In a path, stands for the elements of a list.
pub const ELEMENT: i16 = 0;

/// What is told of each whole number: the ids of the fields that lead to it, and the number.
pub type Numbers<'a> = dyn FnMut(&[i16], i64) + 'a;

/// Passes a struct, telling its whole numbers, and returns the bytes behind it; `None` where these are no struct.
pub fn pass<'a>(bytes: &'a [u8], numbers: &mut Numbers<'_>) -> Option<&'a [u8]> {
    let mut passing = Passing { rest: bytes, path: Vec::new() };
    passing.fields(numbers)?;
    Some(passing.rest)
}

struct Passing<'a> {
    rest: &'a [u8],
    path: Vec<i16>,
}

impl<'a> Passing<'a> {
    fn fields(&mut self, numbers: &mut Numbers<'_>) -> Option<()> {
        let mut id = 0i16;
        loop {
            let header = self.byte()?;
            let kind = header & 0x0F;
            if kind == 0 {
                return Some(());
            }
            // The id is told by what it is more than the one before, where that is little.
            id = match header >> 4 {
                0 => i16::try_from(self.number()?).ok()?,
                more => id.checked_add(more.into())?,
            };
            self.at(id, |passing| passing.value(kind, numbers))?;
        }
    }

    fn value(&mut self, kind: u8, numbers: &mut Numbers<'_>) -> Option<()> {
        match kind {
            // A truth value in a struct is told by its kind.
            1 | 2 => {}
            3 => {
                let number = self.byte()?.cast_signed();
                numbers(&self.path, number.into());
            }
            4..=6 => {
                let number = self.number()?;
                numbers(&self.path, number);
            }
            7 => self.skip(8)?,
            8 => {
                let length = self.varint()?;
                self.skip(usize::try_from(length).ok()?)?;
            }
            9 | 10 => self.list(numbers)?,
            12 => self.fields(numbers)?,
            // Parquet has no others.
            _ => return None,
        }
        Some(())
    }

    fn list(&mut self, numbers: &mut Numbers<'_>) -> Option<()> {
        let header = self.byte()?;
        let (length, kind) = match (header >> 4, header & 0x0F) {
            (15, kind) => (self.varint()?, kind),
            (length, kind) => (length.into(), kind),
        };
        // An element has a byte at least.
        let length = usize::try_from(length).ok().filter(|length| *length <= self.rest.len())?;
        self.at(ELEMENT, |passing| {
            (0..length).try_for_each(|_| match kind {
                1 | 2 => passing.skip(1),
                _ => passing.value(kind, numbers),
            })
        })
    }

    fn at(&mut self, id: i16, pass: impl FnOnce(&mut Self) -> Option<()>) -> Option<()> {
        if self.path.len() == DEEPEST {
            return None;
        }
        self.path.push(id);
        pass(self)?;
        self.path.pop();
        Some(())
    }

    fn number(&mut self) -> Option<i64> {
        let coded = self.varint()?;
        Some((coded >> 1).cast_signed() ^ -(coded & 1).cast_signed())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }

    fn skip(&mut self, bytes: usize) -> Option<()> {
        self.rest = self.rest.get(bytes..)?;
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A number and the way to it.
    type Told = (Vec<i16>, i64);

    /// The numbers of a struct, and how many bytes are behind it.
    fn numbers(bytes: &[u8]) -> Option<(Vec<Told>, usize)> {
        let mut found = Vec::new();
        let rest = pass(bytes, &mut |path, number| found.push((path.to_vec(), number)))?;
        Some((found, rest.len()))
    }

    #[test]
    fn numbers_are_told_with_the_way_to_them() {
        // 1: -2, 3: a list of a struct with 2: 300, 4: text, 5: true, 40: a list of two truth values; and a byte behind.
        let bytes = [
            0x15, 0x03, 0x29, 0x1C, 0x26, 0xD8, 0x04, 0x00, 0x18, 0x02, b'h', b'i', 0x11, 0x09, 0x50, 0x21, 0x01, 0x02,
            0x00, 0xFF,
        ];
        assert_eq!(numbers(&bytes), Some((vec![(vec![1], -2), (vec![3, ELEMENT, 2], 300)], 1)));
    }

    #[test]
    fn a_list_longer_than_the_bytes_is_none() {
        let list = |length: &[u8]| [&[0x19, 0xF5], length, &[0x02, 0x02, 0x00]].concat();
        assert_eq!(numbers(&list(&[0x02])).map(|(found, _)| found.len()), Some(2));
        assert_eq!(numbers(&list(&[0xFF, 0xFF, 0xFF, 0xFF, 0x07])), None);
        assert_eq!(numbers(&list(&[0xFF; 9])), None);
    }

    #[test]
    fn lists_in_lists_without_end_are_none() {
        assert_eq!(numbers(&[&[0x19][..], &[0x19; 1_000_000]].concat()), None);
        assert_eq!(numbers(&[0x1C; 1_000_000]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_passed_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Some((found, rest)) = numbers(&bytes) {
                prop_assert!(found.len() + rest < bytes.len());
            }
        }
    }
}
