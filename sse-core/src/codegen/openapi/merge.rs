//! Generated parts within a document that is somebody else's.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::String;

use serde_json::{Map, Value};

use super::super::error::CodegenError;
use super::super::registry::Selected;
use super::{MARK, OpenApi, Parts, Version, parts};
use crate::schema::canonical;

type Object = Map<String, Value>;

/// Puts the streams into the document, in the place of what an earlier run has put there.
pub(in super::super) fn merge(streams: &[Selected<'_>], how: &OpenApi, document: Value) -> Result<Value, CodegenError> {
    let Value::Object(mut document) = document else {
        return Err(CodegenError::document("it is not an object"));
    };
    let theirs = match document.get("openapi").and_then(Value::as_str) {
        Some(version) if version.starts_with("3.1.") => Version::V3_1,
        Some(version) if version.starts_with("3.2.") => Version::V3_2,
        Some(version) => return Err(CodegenError::document(&format!("its version is {version:?}"))),
        None => return Err(CodegenError::document("it has no `openapi`")),
    };
    let version = how.version.unwrap_or(theirs);
    let Parts { operations, components } = parts(streams, how, version)?;

    if theirs == Version::V3_1 && version == Version::V3_2 {
        document.insert("openapi".to_owned(), "3.2.0".into());
    }
    clear(&mut document)?;
    for (path, stream, operation) in operations {
        insert_operation(&mut document, &path, &stream, operation)?;
    }
    let all = object(&mut document, "components")?;
    let schemas = object(all, "schemas")?;
    for (name, (schema, owner)) in components.schemas {
        insert(schemas, &name, schema, &owner)?;
    }
    let responses = object(all, "responses")?;
    for (name, response) in components.responses {
        insert(responses, name, response, "the streams")?;
    }
    Ok(document.into())
}

/// Removes what was generated, and what is empty without it.
fn clear(document: &mut Object) -> Result<(), CodegenError> {
    object(document, "paths")?.retain(|_, item| {
        let Some(item) = item.as_object_mut() else {
            return true;
        };
        let before = item.len();
        item.retain(|method, operation| method != "get" || !is_marked(operation));
        before == item.len() || !item.is_empty()
    });
    let components = object(document, "components")?;
    for kind in ["schemas", "responses"] {
        object(components, kind)?.retain(|_, component| !is_marked(component));
    }
    Ok(())
}

fn insert_operation(document: &mut Object, path: &str, stream: &str, operation: Value) -> Result<(), CodegenError> {
    let owner = format!("stream `{stream}`");
    let paths = object(document, "paths")?;
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
    for (other, item) in &*paths {
        let operations = || item.as_object().into_iter().flatten();
        if let Some((method, _)) =
            operations().find(|(_, other)| other.get("operationId") == operation.get("operationId"))
        {
            let first = format!("`{} {other}`", method.to_ascii_uppercase());
            return Err(CodegenError::same_operation(id, &first, &owner));
        }
        // Parameters may be called as one likes: these two are one path.
        if other != path && template(other) == template(path) {
            return Err(CodegenError::same_path(path, &format!("the path `{other}` of the document"), &owner));
        }
    }
    let item = object(paths, path)?;
    if let Some(get) = item.get("get") {
        let first = match get.get("operationId").and_then(Value::as_str).filter(|_| is_marked(get)) {
            Some(stream) => format!("operation `{stream}`"),
            None => "the document's own GET".to_owned(),
        };
        return Err(CodegenError::same_path(path, &first, &owner));
    }
    item.insert("get".to_owned(), marked(operation));
    Ok(())
}

fn marked(mut part: Value) -> Value {
    if let Value::Object(object) = &mut part {
        object.insert(MARK.to_owned(), true.into());
    }
    canonical(part)
}

fn is_marked(part: &Value) -> bool {
    part.get(MARK) == Some(&Value::Bool(true))
}

/// The path without the names of its parameters.
fn template(path: &str) -> String {
    let parts = path.split('{').enumerate();
    parts
        .map(|(n, part)| if n == 0 { part } else { part.split_once('}').map_or(part, |(_, rest)| rest) })
        .fold(String::new(), |all, part| all + "{}" + part)
}

fn insert(components: &mut Object, name: &str, part: Value, owner: &str) -> Result<(), CodegenError> {
    let Some(theirs) = components.get(name) else {
        components.insert(name.to_owned(), marked(part));
        return Ok(());
    };
    if *theirs == part { Ok(()) } else { Err(CodegenError::same_component(name, "the document", owner)) }
}

/// The object under this key, which is made if it is not there.
fn object<'a>(parent: &'a mut Object, key: &str) -> Result<&'a mut Object, CodegenError> {
    let child = parent.entry(key).or_insert_with(|| Object::new().into());
    child.as_object_mut().ok_or_else(|| CodegenError::document(&format!("its `{key}` is not an object")))
}
