//! Where a payload is written.

use alloc::vec::Vec;
use core::fmt;

use super::EncodeError;

/// The end of a frame under construction, which takes the payload.
///
/// What is written here becomes the `data:` lines: CR, LF and CRLF are each one line end, nothing else is changed, and
/// no payload can end its event or begin another field.
pub struct DataSink<'a> {
    // Only UTF-8 is ever appended.
    out: &'a mut Vec<u8>,
}

impl<'a> DataSink<'a> {
    pub(crate) fn new(out: &'a mut Vec<u8>) -> Self {
        Self { out }
    }

    /// Appends text as it is.
    pub fn push_str(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// Appends what `value` displays.
    ///
    /// # Errors
    ///
    /// Returns [`EncodeError`] if the `Display` implementation fails.
    pub fn text(&mut self, value: &(impl fmt::Display + ?Sized)) -> Result<(), EncodeError> {
        fmt::write(self, format_args!("{value}")).map_err(EncodeError::payload)
    }

    /// Appends `bytes` as text in base64: the standard alphabet, with padding.
    pub fn base64(&mut self, bytes: &(impl AsRef<[u8]> + ?Sized)) {
        super::base64::encode(bytes.as_ref(), self.out);
    }

    /// Appends `value` as compact JSON, in which a float that is not finite is `null`.
    ///
    /// # Errors
    ///
    /// Returns [`EncodeError`] if `value` does not serialize, for example a map whose keys are not strings.
    #[cfg(feature = "json")]
    pub fn json(&mut self, value: &(impl serde::Serialize + ?Sized)) -> Result<(), EncodeError> {
        #[cfg(feature = "std")]
        return serde_json::to_writer(&mut *self.out, value).map_err(EncodeError::payload);
        // Without std, serde_json has no writer to offer.
        #[cfg(not(feature = "std"))]
        {
            self.push_str(&serde_json::to_string(value).map_err(EncodeError::payload)?);
            Ok(())
        }
    }

    /// Appends `value` as compact JSON, in which every float is a number.
    ///
    /// # Errors
    ///
    /// Returns [`EncodeError`] if `value` does not serialize, or if a float in it is NaN or infinite.
    #[cfg(feature = "json")]
    pub fn finite_json(&mut self, value: &(impl serde::Serialize + ?Sized)) -> Result<(), EncodeError> {
        self.json(&super::finite::Finite(value))
    }
}

impl fmt::Write for DataSink<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.push_str(text);
        Ok(())
    }
}

impl fmt::Debug for DataSink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataSink").finish_non_exhaustive()
    }
}
