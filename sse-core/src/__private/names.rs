//! The names of the events of a type, known when it is compiled: two flattened enums may not share one.

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::marker::PhantomData;

/// The names of a type's events, and of those that it flattens.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Names {
    own: &'static [&'static str],
    flattened: &'static [&'static Self],
}

impl Names {
    /// The type's own names, and those of what it flattens.
    #[must_use]
    pub const fn new(own: &'static [&'static str], flattened: &'static [&'static Self]) -> Self {
        Self { own, flattened }
    }
}

/// A type whose names are known when it is compiled. The derive implements it.
pub trait EventNames {
    /// The names of its events.
    const NAMES: &'static Names;
}

macro_rules! forward {
    ($($Pointer:ty),*) => {$(
        impl<E: EventNames> EventNames for $Pointer {
            const NAMES: &'static Names = E::NAMES;
        }
    )*};
}
forward!(&E, Box<E>, Arc<E>);

/// The names of `E`: none, if they are not known.
///
/// `NamesOf::<E>::NAMES` is the inherent constant where `E` has names, and that of [`Unnamed`] elsewhere.
#[derive(Debug)]
pub struct NamesOf<E>(PhantomData<E>);

impl<E: EventNames> NamesOf<E> {
    /// The names of its events.
    pub const NAMES: &'static Names = E::NAMES;
}

/// What every `NamesOf` has.
pub trait Unnamed {
    /// No names.
    const NAMES: &'static Names = &Names::new(&[], &[]);
}

impl<E> Unnamed for NamesOf<E> {}

/// Refuses to compile if two events have one name.
///
/// # Panics
///
/// If two events have one name.
pub const fn assert_distinct(names: &Names) {
    // What is the type's own twice the derive has told already.
    let own = Names::new(names.own, &[]);
    let mut flattened = names.flattened;
    while let [first, rest @ ..] = flattened {
        flattened = rest;
        let mut shared = shared(first, &own);
        let mut others = rest;
        while let ([other, rest @ ..], None) = (others, shared) {
            others = rest;
            shared = self::shared(first, other);
        }
        if let Some(name) = shared {
            refuse(name);
        }
    }
}

/// A name that is among both.
const fn shared(names: &Names, others: &Names) -> Option<&'static str> {
    let mut own = names.own;
    while let [name, rest @ ..] = own {
        own = rest;
        if contains(others, name) {
            return Some(name);
        }
    }
    let mut flattened = names.flattened;
    while let [first, rest @ ..] = flattened {
        flattened = rest;
        if let Some(name) = shared(first, others) {
            return Some(name);
        }
    }
    None
}

const fn contains(names: &Names, name: &str) -> bool {
    let mut own = names.own;
    while let [first, rest @ ..] = own {
        own = rest;
        if is_same(first.as_bytes(), name.as_bytes()) {
            return true;
        }
    }
    let mut flattened = names.flattened;
    while let [first, rest @ ..] = flattened {
        flattened = rest;
        if contains(first, name) {
            return true;
        }
    }
    false
}

const fn is_same(mut a: &[u8], mut b: &[u8]) -> bool {
    while let ([first, a_rest @ ..], [second, b_rest @ ..]) = (a, b) {
        if *first != *second {
            return false;
        }
        (a, b) = (a_rest, b_rest);
    }
    a.is_empty() && b.is_empty()
}

/// Says which name it is; a constant cannot format.
#[expect(clippy::panic, reason = "it is the compiler that panics")]
const fn refuse(name: &str) -> ! {
    let mut text = [b' '; 160];
    let at = append(&mut text, 0, b"two events are called `");
    let at = append(&mut text, at, name.as_bytes());
    append(&mut text, at, b"`: a flattened enum has this name, too");
    match core::str::from_utf8(text.trim_ascii_end()) {
        Ok(text) => panic!("{}", text),
        // A long name was cut within a letter.
        Err(_) => panic!("two events have one name: a flattened enum has it, too"),
    }
}

/// Writes `part` at a place, as far as it fits; returns the place behind it.
const fn append(text: &mut [u8], mut at: usize, mut part: &[u8]) -> usize {
    while let ([byte, rest @ ..], true) = (part, at < text.len()) {
        text[at] = *byte;
        at += 1;
        part = rest;
    }
    at
}
