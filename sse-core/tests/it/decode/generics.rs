//! Parameters, bounds and where clauses.

use std::borrow::Cow;
use std::fmt::Debug;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sse_core::{SseDecode, SseEvent};

use super::attributes::swapped;
use super::ids::Key;
use super::{comes_back, decode, is_unknown};

#[test]
fn parameters_of_every_kind_are_carried_over() {
    trait Source {
        type Item: Debug + PartialEq + Serialize + DeserializeOwned;
    }
    #[derive(Debug, PartialEq)]
    struct Numbers;
    impl Source for Numbers {
        type Item = u8;
    }

    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    #[sse(no_schema)]
    enum Generic<'a, T: Clone, S: Source + ?Sized, const N: usize>
    where
        T: Default,
    {
        Text(Cow<'a, str>),
        Newtype(T),
        Pair(T, Cow<'a, str>),
        List {
            items: Vec<T>,
            #[serde(skip)]
            marker: PhantomData<fn(T, &'a S)>,
        },
        Associated(S::Item, u8),
        Constant {
            window: Window<N>,
            #[serde(skip, default = "zeros")]
            seen: [u8; N],
        },
        WithAttribute(#[serde(alias = "x")] T),
        Plain {
            a: u8,
        },
        #[serde(with = "swapped")]
        WithVariant(u8, u16),
    }
    fn zeros<const N: usize>() -> [u8; N] {
        [0; N]
    }

    type Of = Generic<'static, Money2, Numbers, 2>;
    let money = Money2 { minor: 1 };
    for event in [
        Of::Text("x".into()),
        Of::Newtype(money.clone()),
        Of::Pair(money.clone(), "y".into()),
        Of::List { items: vec![money.clone(), Money2::default()], marker: PhantomData },
        Of::Associated(1, 2),
        Of::Constant { window: Window([1, 2]), seen: [0, 0] },
        Of::WithAttribute(money),
        Of::Plain { a: 1 },
        Of::WithVariant(1, 2),
    ] {
        comes_back(&event);
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Money2 {
    minor: i64,
}

#[derive(Debug, PartialEq)]
struct Window<const N: usize>([u8; N]);

impl<const N: usize> Serialize for Window<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Window<N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Vec::deserialize(deserializer)?;
        let count = items.len();
        items.try_into().map(Self).map_err(|_| serde::de::Error::invalid_length(count, &"another"))
    }
}

#[test]
fn bounds_are_asked_only_where_they_are_needed() {
    /// Neither of any use to serde nor with a default.
    #[derive(Debug, PartialEq)]
    struct Bare;

    #[derive(Debug, PartialEq, SseDecode)]
    enum Bounds<J, T, I, D, N, X> {
        Json(J),
        #[sse(text)]
        Text(T),
        Id {
            #[sse(id)]
            #[serde(skip)]
            id: Option<I>,
            #[serde(skip)]
            left_out: D,
            #[serde(skip)]
            marker: PhantomData<N>,
        },
        #[sse(skip)]
        Skipped(X),
    }
    #[derive(Debug, PartialEq, Deserialize)]
    struct OnlyJson(u8);
    #[derive(Debug, Default, PartialEq)]
    struct OnlyDefault;

    type Of = Bounds<OnlyJson, Key, Key, OnlyDefault, Bare, Bare>;
    assert_eq!(decode("event: Json\ndata: 1\n\n"), Ok(Some(Of::Json(OnlyJson(1)))));
    assert_eq!(decode("event: Text\ndata: k\n\n"), Ok(Some(Of::Text(Key('k')))));
    let id = Of::Id { id: Some(Key('i')), left_out: OnlyDefault, marker: PhantomData };
    assert_eq!(decode("id: i\nevent: Id\ndata: {}\n\n"), Ok(Some(id)));
    is_unknown::<Of>("event: Skipped\ndata:\n\n");
    assert_ne!(Of::Skipped(Bare), Of::Json(OnlyJson(1)));
}

#[test]
fn explicit_bounds_replace_those_that_are_found() {
    trait Source {
        type Out: Debug + PartialEq;
    }
    #[derive(Debug, PartialEq)]
    struct Numbers;
    impl Source for Numbers {
        type Out = u8;
    }

    #[derive(Debug, PartialEq, SseEvent, SseDecode)]
    #[sse(no_schema)]
    #[serde(bound(serialize = "S::Out: Serialize", deserialize = "S::Out: Deserialize<'de>"))]
    enum Bounded<S: Source> {
        Newtype(<S as Source>::Out),
        Struct { out: <S as Source>::Out, other: u8 },
    }
    #[derive(Debug, PartialEq, SseDecode)]
    enum BoundedFields<S: Source> {
        Field {
            #[serde(bound(deserialize = "<S as Source>::Out: Deserialize<'de>"))]
            out: <S as Source>::Out,
        },
        #[serde(bound(deserialize = "<S as Source>::Out: DeserializeOwned"))]
        Variant(<S as Source>::Out, u8),
    }
    comes_back(&Bounded::<Numbers>::Newtype(1));
    comes_back(&Bounded::<Numbers>::Struct { out: 1, other: 2 });
    let field = BoundedFields::<Numbers>::Field { out: 1 };
    assert_eq!(decode("event: Field\ndata: {\"out\":1}\n\n"), Ok(Some(field)));
    assert_eq!(decode("event: Variant\ndata: [1,2]\n\n"), Ok(Some(BoundedFields::<Numbers>::Variant(1, 2))));
}

#[test]
fn a_variant_may_hold_the_enum_itself() {
    #[derive(Debug, PartialEq, Serialize, Deserialize, SseEvent, SseDecode)]
    #[sse(no_schema)]
    #[serde(tag = "t", content = "c")]
    enum Tree<T> {
        Leaf { value: T },
        Node { left: Box<Self>, right: Option<Box<Self>> },
        Direct(Box<Self>),
    }
    let leaf = || Box::new(Tree::Leaf { value: 1 });
    comes_back(&Tree::Node { left: leaf(), right: None });
    comes_back(&Tree::Direct(leaf()));
}
