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
    is_without_type(keyword) || WITH_TYPE.split(' ').any(|known| known == keyword)
}

/// Whether the type is the same without the keyword.
pub(super) fn is_without_type(keyword: &str) -> bool {
    keyword.starts_with("x-") || WITHOUT_TYPE.split(' ').any(|known| known == keyword)
}
