//! Numbers in schemas, compared without rounding as far as they are integers.

use core::cmp::Ordering;

use serde_json::Value;

/// The largest integer of which JavaScript knows the one before and the one behind: 2^53 - 1.
pub(super) const SAFE: i128 = 9_007_199_254_740_991;

pub(super) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (integer(a), integer(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

/// The value with each number in its plainest form: `1.0` is `1`.
pub(super) fn plain(mut value: Value) -> Value {
    match &mut value {
        Value::Number(number) if number.is_f64() => {
            let integer = integer(&value).and_then(|integer| i64::try_from(integer).ok());
            return integer.map_or(value, Value::from);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = plain(item.take())),
        Value::Object(members) => members.values_mut().for_each(|member| *member = plain(member.take())),
        _ => {}
    }
    value
}

/// Whether the number is so many times the other.
pub(super) fn is_multiple(value: &Value, of: &Value) -> bool {
    match (integer(value), integer(of)) {
        (Some(value), Some(of)) => value.checked_rem(of).is_some_and(|rest| rest == 0),
        _ => value.as_f64().zip(of.as_f64()).is_some_and(|(value, of)| (value / of) % 1.0 == 0.0),
    }
}

/// The number, if it is an integer. Beyond 2^127 it is the nearest that there is.
pub(super) fn integer(value: &Value) -> Option<i128> {
    if let Some(number) = value.as_i64() {
        return Some(number.into());
    }
    if let Some(number) = value.as_u64() {
        return Some(number.into());
    }
    let number = value.as_f64()?;
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and there is no fraction")]
    (number % 1.0 == 0.0).then_some(number as i128)
}

/// The least and the largest integer that a format stands for.
pub(super) fn range_of(format: &str) -> Option<(i128, i128)> {
    Some(match format {
        "int8" => (i8::MIN.into(), i8::MAX.into()),
        "int16" => (i16::MIN.into(), i16::MAX.into()),
        "int32" => (i32::MIN.into(), i32::MAX.into()),
        "int" | "int64" => (i64::MIN.into(), i64::MAX.into()),
        "int128" => (i128::MIN, i128::MAX),
        "uint8" => (0, u8::MAX.into()),
        "uint16" => (0, u16::MAX.into()),
        "uint32" => (0, u32::MAX.into()),
        "uint" | "uint64" => (0, u64::MAX.into()),
        "uint128" => (0, i128::MAX),
        _ => return None,
    })
}
