//! JSON without NaN and the infinities: a float that is not finite is an error, where `serde_json` writes `null`.

use core::fmt::Display;

use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

/// A value, a serializer, or what a serializer hands out, that refuses floats which are not finite.
pub(super) struct Finite<T>(pub(super) T);

impl<T: Serialize + ?Sized> Serialize for Finite<&T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(Finite(serializer))
    }
}

fn refused<E: serde::ser::Error>(float: f64) -> E {
    E::custom(format_args!("{float} is not finite, and JSON has no number for it"))
}

/// The methods that change nothing.
macro_rules! forward {
    ($($method:ident($($arg:ident: $Type:ty),*);)*) => {$(
        fn $method(self, $($arg: $Type),*) -> Result<S::Ok, S::Error> {
            self.0.$method($($arg),*)
        }
    )*};
}

/// The methods that begin a compound value.
macro_rules! compound {
    ($($method:ident($($arg:ident: $Type:ty),*) -> $Compound:ident;)*) => {$(
        fn $method(self, $($arg: $Type),*) -> Result<Self::$Compound, S::Error> {
            self.0.$method($($arg),*).map(Finite)
        }
    )*};
}

impl<S: Serializer> Serializer for Finite<S> {
    type Ok = S::Ok;
    type Error = S::Error;
    type SerializeSeq = Finite<S::SerializeSeq>;
    type SerializeTuple = Finite<S::SerializeTuple>;
    type SerializeTupleStruct = Finite<S::SerializeTupleStruct>;
    type SerializeTupleVariant = Finite<S::SerializeTupleVariant>;
    type SerializeMap = Finite<S::SerializeMap>;
    type SerializeStruct = Finite<S::SerializeStruct>;
    type SerializeStructVariant = Finite<S::SerializeStructVariant>;

    forward! {
        serialize_bool(v: bool);
        serialize_i8(v: i8);
        serialize_i16(v: i16);
        serialize_i32(v: i32);
        serialize_i64(v: i64);
        serialize_i128(v: i128);
        serialize_u8(v: u8);
        serialize_u16(v: u16);
        serialize_u32(v: u32);
        serialize_u64(v: u64);
        serialize_u128(v: u128);
        serialize_char(v: char);
        serialize_str(v: &str);
        serialize_bytes(v: &[u8]);
        serialize_none();
        serialize_unit();
        serialize_unit_struct(name: &'static str);
        serialize_unit_variant(name: &'static str, index: u32, variant: &'static str);
    }

    compound! {
        serialize_seq(len: Option<usize>) -> SerializeSeq;
        serialize_tuple(len: usize) -> SerializeTuple;
        serialize_tuple_struct(name: &'static str, len: usize) -> SerializeTupleStruct;
        serialize_tuple_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeTupleVariant;
        serialize_map(len: Option<usize>) -> SerializeMap;
        serialize_struct(name: &'static str, len: usize) -> SerializeStruct;
        serialize_struct_variant(name: &'static str, index: u32, variant: &'static str, len: usize) -> SerializeStructVariant;
    }

    fn serialize_f32(self, v: f32) -> Result<S::Ok, S::Error> {
        if v.is_finite() { self.0.serialize_f32(v) } else { Err(refused(v.into())) }
    }

    fn serialize_f64(self, v: f64) -> Result<S::Ok, S::Error> {
        if v.is_finite() { self.0.serialize_f64(v) } else { Err(refused(v)) }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_some(&Finite(value))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_struct(name, &Finite(value))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<S::Ok, S::Error> {
        self.0.serialize_newtype_variant(name, index, variant, &Finite(value))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<S::Ok, S::Error> {
        self.0.collect_str(value)
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

macro_rules! elements {
    ($($Trait:ident :: $method:ident;)*) => {$(
        impl<S: $Trait> $Trait for Finite<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
                self.0.$method(&Finite(value))
            }

            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        }
    )*};
}
elements! {
    SerializeSeq::serialize_element;
    SerializeTuple::serialize_element;
    SerializeTupleStruct::serialize_field;
    SerializeTupleVariant::serialize_field;
}

macro_rules! fields {
    ($($Trait:ident;)*) => {$(
        impl<S: $Trait> $Trait for Finite<S> {
            type Ok = S::Ok;
            type Error = S::Error;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), S::Error> {
                self.0.serialize_field(key, &Finite(value))
            }

            fn skip_field(&mut self, key: &'static str) -> Result<(), S::Error> {
                self.0.skip_field(key)
            }

            fn end(self) -> Result<S::Ok, S::Error> {
                self.0.end()
            }
        }
    )*};
}
fields! {
    SerializeStruct;
    SerializeStructVariant;
}

impl<S: SerializeMap> SerializeMap for Finite<S> {
    type Ok = S::Ok;
    type Error = S::Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), S::Error> {
        self.0.serialize_key(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), S::Error> {
        self.0.serialize_value(&Finite(value))
    }

    fn end(self) -> Result<S::Ok, S::Error> {
        self.0.end()
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;

    use super::Finite;

    #[derive(serde::Serialize)]
    struct Unit;

    #[derive(serde::Serialize)]
    struct Newtype(f64);

    #[derive(serde::Serialize)]
    enum Kind {
        Unit,
        Newtype(f64),
        Tuple(f64, f32),
        Struct { float: f64 },
    }

    #[derive(serde::Serialize)]
    struct All {
        list: Vec<f64>,
        pair: (f64, u8),
        newtype: Newtype,
        kinds: Vec<Kind>,
        map: BTreeMap<i8, Option<f64>>,
        integers: (i8, i16, i32, i64, i128, u8, u16, u32, u64, u128),
        others: (bool, char, String, Unit, (), Option<u8>, core::net::Ipv4Addr),
        #[serde(skip_serializing_if = "Option::is_none")]
        absent: Option<f64>,
        #[serde(flatten)]
        flat: BTreeMap<String, f32>,
        raw: alloc::boxed::Box<serde_json::value::RawValue>,
    }

    fn all() -> All {
        All {
            list: vec![1.5],
            pair: (0.1, 2),
            newtype: Newtype(1e300),
            kinds: vec![Kind::Unit, Kind::Newtype(1.0), Kind::Tuple(1.0, 2.5), Kind::Struct { float: -0.0 }],
            map: BTreeMap::from([(-1, Some(1.0)), (2, None)]),
            integers: (-1, -2, -3, i64::MIN, i128::MIN, 1, 2, 3, u64::MAX, u128::MAX),
            others: (true, '\u{1f600}', "\"\n".into(), Unit, (), Some(1), core::net::Ipv4Addr::LOCALHOST),
            absent: None,
            flat: BTreeMap::from([("z".into(), 0.1)]),
            raw: serde_json::value::RawValue::from_string("[1e999]".into()).unwrap(),
        }
    }

    #[test]
    fn what_is_finite_is_written_as_ever() {
        let plain = serde_json::to_string(&all()).unwrap();
        assert_eq!(serde_json::to_string(&Finite(&all())).unwrap(), plain);
    }

    #[test]
    fn a_float_is_found_wherever_it_is() {
        let nan = f64::NAN;
        for (name, value) in [
            ("list", All { list: vec![1.0, nan], ..all() }),
            ("pair", All { pair: (f64::INFINITY, 1), ..all() }),
            ("newtype", All { newtype: Newtype(nan), ..all() }),
            ("newtype variant", All { kinds: vec![Kind::Newtype(nan)], ..all() }),
            ("tuple variant", All { kinds: vec![Kind::Tuple(1.0, f32::NEG_INFINITY)], ..all() }),
            ("struct variant", All { kinds: vec![Kind::Struct { float: nan }], ..all() }),
            ("map", All { map: BTreeMap::from([(1, Some(nan))]), ..all() }),
            ("option", All { absent: Some(nan), ..all() }),
            ("flattened", All { flat: BTreeMap::from([("x".into(), f32::NAN)]), ..all() }),
        ] {
            assert!(serde_json::to_string(&Finite(&value)).is_err(), "{name}");
            assert!(serde_json::to_string(&value).is_ok(), "{name}");
        }
    }
}
