//! From the bytes of a file to those of a CSV file in UTF-8: unpacked if they are compressed, refused if they are
//! something else.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;

/// What the first bytes of files that are no CSV are, and what to do about them.
const NO_CSV: [(&[u8], &str); 4] = [
    (b"PK\x03\x04", "it is a spreadsheet or another zip archive, expected CSV"),
    (b"\x28\xb5\x2f\xfd", "it is compressed by zstd, expected CSV, or CSV compressed by gzip"),
    (b"\xff\xfe", UTF_16),
    (b"\xfe\xff", UTF_16),
];
const UTF_16: &str = "it is UTF-16, expected UTF-8: save it as CSV UTF-8";
const GZIP: &[u8] = b"\x1f\x8b";

/// Returns the text of a file, of at most so many bytes when it is unpacked.
///
/// # Errors
/// What it is instead, in words for a user.
pub(super) fn unpacked(bytes: &[u8], most: u64) -> Result<Cow<'_, [u8]>, String> {
    let text = if bytes.starts_with(GZIP) { Cow::Owned(unzipped(bytes, most)?) } else { Cow::Borrowed(bytes) };
    let what = NO_CSV.iter().find(|(begins, _)| text.starts_with(begins)).map(|(_, what)| *what);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    let what = what
        // Letters of two bytes, one of which is zero for all that stands in a header.
        .or_else(|| text.iter().take(4).any(|byte| *byte == 0).then_some(UTF_16))
        .or_else(|| first.is_some_and(|byte| b"[{".contains(byte)).then_some("it is JSON, expected CSV"));
    what.map_or(Ok(text), |what| Err(what.to_owned()))
}

fn unzipped(bytes: &[u8], most: u64) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let broken = |error| format!("it is broken gzip: {error}");
    MultiGzDecoder::new(bytes).take(most + 1).read_to_end(&mut text).map_err(broken)?;
    if text.len() as u64 > most {
        return Err(format!("it is larger than {} MiB when unpacked", most >> 20));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::io::repeat;

    use flate2::Compression;
    use flate2::read::GzEncoder;

    use super::*;

    #[test]
    fn what_gzip_becomes_is_bounded() {
        let mut zipped = Vec::new();
        GzEncoder::new(repeat(b'0').take(5 << 20), Compression::fast()).read_to_end(&mut zipped).unwrap();
        assert!(zipped.len() < 1 << 17);
        assert_eq!(unpacked(&zipped, 5 << 20).unwrap().len(), 5 << 20);
        assert_eq!(unpacked(&zipped, (5 << 20) - 1).unwrap_err(), "it is larger than 4 MiB when unpacked");
    }
}
