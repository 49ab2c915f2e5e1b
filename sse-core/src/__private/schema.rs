//! What the schema of a payload is made with.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::{Always, EventSchema, Perhaps, StreamFacts};
use crate::schema::non_finite::Policy;

/// Adds what a flattened type has.
pub fn append<T, U>(all: &mut Vec<U>, inner: Vec<T>, wrap: impl FnMut(T) -> U) {
    all.extend(inner.into_iter().map(wrap));
}

/// Adds the events of a flattened type, with what the variant says of them all.
pub fn flatten(
    all: &mut Vec<EventSchema>,
    inner: Vec<EventSchema>,
    facts: StreamFacts,
    description: Option<&'static str>,
    deprecated: bool,
) {
    append(all, inner, |mut event| {
        event.non_finite = Policy::Of(event.non_finite.within(facts.non_finite));
        event.description = event.description.or(description);
        event.deprecated |= deprecated;
        event
    });
}

/// Asks for the schema of a payload, or of a part of it.
pub const fn described<T: Described<K> + ?Sized, K>() {}

/// What has a JSON Schema.
///
/// The compiler reports the only way to be such a type that failed, down to the part without a schema; of two ways, one
/// of which nothing goes (`K`), it says what is said here.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no JSON Schema",
    label = "this payload has no schema",
    note = "add `#[derive(schemars::JsonSchema)]` to the type, or `#[sse(no_schema)]` to the enum of events"
)]
pub trait Described<K>: JsonSchema {}

impl<T: JsonSchema + ?Sized> Described<Always> for T {}

impl<T: JsonSchema + Nothing + ?Sized> Described<Perhaps> for T {}

/// Nothing is.
pub trait Nothing {}

/// The fields of a payload, under the name that its schema goes by.
///
/// schemars tells types apart by module and name. The name of a payload is made of the stream's and the variant's, and
/// a type of the user's in the same module may have it already; then the two would pass for one.
#[derive(Debug)]
pub struct NamedPayload<T>(core::marker::PhantomData<T>);

/// A type with the fields of a payload.
pub trait PayloadFields: JsonSchema {
    /// The name of the payload's schema.
    fn name() -> Cow<'static, str>;

    /// The key and the value by which the payload says which event it is of; empty if it does not.
    const TAG: [&'static str; 2] = [""; 2];
}

impl<T: PayloadFields> JsonSchema for NamedPayload<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::name()
    }

    fn schema_id() -> Cow<'static, str> {
        // Not that of the fields: a transparent type has the id of what it wraps, which goes by its own name.
        alloc::format!("payload of {}", T::schema_id()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        let [tag, event] = T::TAG;
        if !tag.is_empty() {
            add_tag(schema.ensure_object(), tag, event);
        }
        schema
    }
}

/// Describes the property that says which event the payload is of.
fn add_tag(schema: &mut Map<String, Value>, tag: &str, event: &str) {
    schema.entry("type").or_insert_with(|| "object".into());
    if let Some(properties) = schema.entry("properties").or_insert_with(|| json!({})).as_object_mut() {
        properties.insert(tag.into(), json!({ "type": "string", "const": event }));
    }
    if let Some(required) = schema.entry("required").or_insert_with(|| json!([])).as_array_mut() {
        required.push(tag.into());
    }
}
