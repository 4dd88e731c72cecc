//! The time of day that may stand behind a date: it has to be a possible one, and is not used.

/// Takes between `least` and `most` digits off the front.
pub(super) fn digits(text: &mut &[u8], least: usize, most: usize) -> Option<u32> {
    let length = text.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    if length < least {
        return None;
    }
    let (number, rest) = text.split_at(length);
    *text = rest;
    Some(number.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}

/// Takes AM or PM, in any case, off the front.
pub(super) fn half_day(text: &[u8]) -> Option<&[u8]> {
    match text {
        [b'A' | b'a' | b'P' | b'p', b'M' | b'm', after @ ..] => Some(after),
        _ => None,
    }
}

/// Whether this is `T` or spaces, a possible time of day (`h:mm[:ss[.fraction]]`, perhaps AM or PM) and, perhaps, an
/// offset; with or without spaces before these.
pub(super) fn is_time(text: &[u8]) -> bool {
    fn time(text: &[u8]) -> Option<&[u8]> {
        let mut rest = match text {
            [b'T', rest @ ..] => rest,
            [b' ', ..] => spaces_off(text),
            _ => return None,
        };
        let hour = digits(&mut rest, 1, 2)?;
        rest = rest.strip_prefix(b":")?;
        let minute = digits(&mut rest, 2, 2)?;
        if let Some(seconds) = rest.strip_prefix(b":") {
            rest = seconds;
            if digits(&mut rest, 2, 2)? > 59 {
                return None;
            }
            if let Some(fraction) = rest.strip_prefix(b".") {
                let length = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
                if length == 0 {
                    return None;
                }
                rest = &fraction[length..];
            }
        }
        let hours = match half_day(spaces_off(rest)) {
            Some(after) => {
                rest = after;
                1..=12
            }
            None => 0..=23,
        };
        (hours.contains(&hour) && minute <= 59).then_some(rest)
    }
    time(text).is_some_and(|rest| rest.is_empty() || is_offset(spaces_off(rest)))
}

fn spaces_off(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|byte| **byte == b' ').count();
    &text[spaces..]
}

fn is_offset(text: &[u8]) -> bool {
    fn offset(text: &[u8]) -> Option<()> {
        // U+2212 is a minus sign, too.
        let mut rest = [&b"+"[..], b"-", b"\xE2\x88\x92"].iter().find_map(|sign| text.strip_prefix(*sign))?;
        let hours = digits(&mut rest, 2, 2)?;
        let minutes = match rest {
            [] => 0,
            _ => {
                rest = rest.strip_prefix(b":").unwrap_or(rest);
                digits(&mut rest, 2, 2)?
            }
        };
        (hours <= 23 && minutes <= 59 && rest.is_empty()).then_some(())
    }
    text == b"Z" || text == b"UTC" || offset(text).is_some()
}
