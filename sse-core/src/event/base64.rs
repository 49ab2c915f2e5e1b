//! Bytes as text: base64 with the standard alphabet and padding (RFC 4648, section 4).

use alloc::vec::Vec;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends the text that stands for `bytes`.
pub(super) fn encode(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len().div_ceil(3).saturating_mul(4));
    for group in bytes.chunks(3) {
        let at = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for (index, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            // One byte is two letters, two are three.
            let letter = ALPHABET.get((bits >> shift & 63) as usize).filter(|_| index <= group.len());
            out.push(letter.copied().unwrap_or(b'='));
        }
    }
}

/// The bytes that `text` stands for; `None` if it is not base64 with padding, or has bits that stand for nothing.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.as_bytes();
    let (groups, []) = text.as_chunks::<4>() else { return None };
    let mut bytes = Vec::with_capacity(groups.len().saturating_mul(3));
    let mut complete = true;
    for group in groups {
        let letters = group.iter().position(|letter| *letter == b'=').unwrap_or(4);
        // Nothing follows the padding, and it is at most two.
        if !complete || letters < 2 || group.iter().skip(letters).any(|letter| *letter != b'=') {
            return None;
        }
        complete = letters == 4;
        let mut bits = 0;
        for letter in group.iter().take(letters) {
            bits = bits << 6 | value_of(*letter)?;
        }
        bits <<= 6 * (4 - letters);
        let [_, decoded @ ..] = bits.to_be_bytes();
        let (kept, rest) = decoded.split_at_checked(letters - 1)?;
        if rest.iter().any(|byte| *byte != 0) {
            return None;
        }
        bytes.extend_from_slice(kept);
    }
    Some(bytes)
}

fn value_of(letter: u8) -> Option<u32> {
    let (first, value) = match letter {
        b'A'..=b'Z' => (b'A', 0),
        b'a'..=b'z' => (b'a', 26),
        b'0'..=b'9' => (b'0', 52),
        b'+' => return Some(62),
        b'/' => return Some(63),
        _ => return None,
    };
    Some(u32::from(letter - first) + value)
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use ::base64::Engine as _;
    use ::base64::engine::general_purpose::STANDARD;

    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        let mut out = Vec::new();
        encode(bytes, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_byte_at_every_place_is_as_others_write_it() {
        for length in 0..70_u8 {
            for byte in 0..=u8::MAX {
                let bytes: Vec<u8> = (0..length).map(|at| at.wrapping_mul(37).wrapping_add(byte)).collect();
                let text = encoded(&bytes);
                assert_eq!(text, STANDARD.encode(&bytes));
                assert_eq!(decode(&text), Some(bytes));
            }
        }
    }

    #[test]
    fn what_others_refuse_is_refused() {
        let letters = ["A", "B", "Q", "/", "=", "-", " ", "\n", "é"];
        let mut texts: Vec<String> = Vec::from([String::new()]);
        for _ in 0..5 {
            let longer: Vec<String> =
                texts.iter().flat_map(|text| letters.map(|letter| alloc::format!("{text}{letter}"))).collect();
            for text in &longer {
                assert_eq!(decode(text), STANDARD.decode(text).ok(), "{text:?}");
            }
            texts = longer;
        }
    }
}
