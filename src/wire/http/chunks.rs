//! Chunked bodies.

use super::Malformed;

/// Looks for the end of a chunked body; `None` asks for more. Once it is all there, joins the chunks
/// in place and returns the length of the joined body and of what it occupied.
///
/// # Errors
/// [`Malformed`] for unreadable chunk sizes.
pub fn join_chunks(bytes: &mut [u8]) -> Result<Option<(usize, usize)>, Malformed> {
    if !is_complete(bytes)? {
        return Ok(None);
    }
    let mut joined = 0;
    let mut read = 0;
    while let Some((start, end)) = next_chunk(bytes, read)? {
        if start == end {
            break;
        }
        bytes.copy_within(start..end, joined);
        joined += end - start;
        read = end + 2;
    }
    // The walk above moved bytes before `read` only, so the rest of the body is as it was.
    let Some(used) = trailer_end(bytes, read)? else {
        return Ok(None);
    };
    Ok(Some((joined, used)))
}

fn is_complete(bytes: &[u8]) -> Result<bool, Malformed> {
    let mut read = 0;
    loop {
        match next_chunk(bytes, read)? {
            None => return Ok(false),
            Some((start, end)) if start == end => return Ok(trailer_end(bytes, read)?.is_some()),
            Some((_, end)) => read = end + 2,
        }
    }
}

/// The data of the chunk whose size line starts at `at`, with its CRLF; empty for the last one.
fn next_chunk(bytes: &[u8], at: usize) -> Result<Option<(usize, usize)>, Malformed> {
    let Some(rest) = bytes.get(at..) else {
        return Ok(None);
    };
    let parsed = httparse::parse_chunk_size(rest).map_err(|_| Malformed)?;
    let httparse::Status::Complete((line, size)) = parsed else {
        return Ok(None);
    };
    let size = usize::try_from(size).map_err(|_| Malformed)?;
    let start = at + line;
    let end = start.checked_add(size).ok_or(Malformed)?;
    if size == 0 {
        return Ok(Some((start, start)));
    }
    match bytes.get(end..end.saturating_add(2)) {
        None => Ok(None),
        Some(b"\r\n") => Ok(Some((start, end))),
        Some(_) => Err(Malformed),
    }
}

/// Where the trailer after the last chunk, whose size line starts at `at`, ends.
fn trailer_end(bytes: &[u8], at: usize) -> Result<Option<usize>, Malformed> {
    let Some((mut line, _)) = next_chunk(bytes, at)? else {
        return Ok(None);
    };
    loop {
        let Some(len) = bytes[line..].windows(2).position(|pair| pair == b"\r\n") else {
            return Ok(None);
        };
        line += len + 2;
        if len == 0 {
            return Ok(Some(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_joined_only_when_all_are_there() {
        let whole = b"4;x=y\r\n[{\"a\r\n5\r\n\":1}]\r\n0\r\nT: v\r\n\r\nNEXT";
        for end in 0..whole.len() - 4 {
            let mut part = whole[..end].to_vec();
            assert_eq!(join_chunks(&mut part), Ok(None), "{end} bytes");
            assert_eq!(part, whole[..end], "an unfinished body stays as it is");
        }
        let mut bytes = whole.to_vec();
        let (len, used) = join_chunks(&mut bytes).unwrap().unwrap();
        assert_eq!(&bytes[..len], b"[{\"a\":1}]");
        assert_eq!(&whole[used..], b"NEXT");
        assert_eq!(join_chunks(&mut b"zz\r\n".to_vec()), Err(Malformed));
        assert_eq!(join_chunks(&mut b"2\r\nabXX".to_vec()), Err(Malformed));
    }
}
