//! The keywords of JSON Schema.

/// Keywords that annotate, or that only narrow what the others say.
const WITHOUT_TYPE: &str = "$comment $defs $schema contains contentEncoding contentMediaType contentSchema default \
     dependentRequired dependentSchemas deprecated description else examples exclusiveMaximum \
     exclusiveMinimum format if maxContains maxLength maxProperties maximum minContains \
     minLength minProperties minimum multipleOf not pattern propertyNames readOnly then title \
     unevaluatedItems uniqueItems writeOnly";

/// Keywords that a type is made of.
const WITH_TYPE: &str = "$ref additionalProperties allOf anyOf const enum items maxItems minItems oneOf \
     patternProperties prefixItems properties required type unevaluatedProperties";

/// Whether it is understood what the keyword does.
pub(super) fn is_known(keyword: &str) -> bool {
    let mut known = WITHOUT_TYPE.split(' ').chain(WITH_TYPE.split(' '));
    keyword.starts_with("x-") || known.any(|known| known == keyword)
}
