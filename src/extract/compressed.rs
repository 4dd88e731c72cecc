//! Compressed files, member by member: bytes behind the last one that are none are told as such.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// The bytes of all members of a gzip file.
pub struct GzipMembers<R> {
    /// The member that is being read; none at the end of the file.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> GzipMembers<R> {
    /// Of a stream that begins with a member.
    pub fn new(stream: R) -> Self {
        GzipMembers { member: Some(GzDecoder::new(stream)) }
    }
}

impl<R: BufRead> Read for GzipMembers<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let length = member.read(into)?;
            if length > 0 || into.is_empty() {
                return Ok(length);
            }
            let Some(mut stream) = self.member.take().map(GzDecoder::into_inner) else { break };
            match stream.fill_buf()? {
                [] => {}
                [0x1F] | [0x1F, 0x8B, ..] => self.member = Some(GzDecoder::new(stream)),
                _ => return Err(bytes_behind("gzip", "gunzip -c FILE | gzip > NEW")),
            }
        }
        Ok(0)
    }
}

/// The bytes of all frames of a zstd file.
pub struct ZstdFrames<R: BufRead> {
    /// The frame that is being read; none at the end of the file.
    frame: Option<zstd::Decoder<'static, R>>,
}

impl<R: BufRead> ZstdFrames<R> {
    /// Of a stream that begins with a frame.
    pub fn new(stream: R) -> io::Result<Self> {
        Ok(ZstdFrames { frame: Some(zstd::Decoder::with_buffer(stream)?.single_frame()) })
    }
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while let Some(frame) = &mut self.frame {
            let length = frame.read(into)?;
            if length > 0 || into.is_empty() {
                return Ok(length);
            }
            let Some(mut stream) = self.frame.take().map(zstd::Decoder::finish) else { break };
            match stream.fill_buf()? {
                [] => {}
                // A frame, or one to be skipped; of a short beginning the decoder says what is wrong.
                [0x28] | [0x28, 0xB5, ..] | [0x50..=0x5F] | [0x50..=0x5F, 0x2A, ..] => {
                    self.frame = Some(zstd::Decoder::with_buffer(stream)?.single_frame());
                }
                _ => return Err(bytes_behind("zstd", "zstd -dc FILE | zstd > NEW")),
            }
        }
        Ok(0)
    }
}

fn bytes_behind(format: &str, command: &str) -> io::Error {
    io::Error::other(format!(
        "behind the end of its {format} data there are more bytes, which are none: write it again or, if nothing is \
         missing before them, make a file without them: `{command}`"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufReader, Write};

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(text).unwrap();
        writer.finish().unwrap()
    }

    fn read(bytes: &[u8], room: usize) -> Result<Vec<u8>, io::Error> {
        let stream = BufReader::with_capacity(room, bytes);
        let mut text = Vec::new();
        if bytes.starts_with(&[0x1F]) {
            GzipMembers::new(stream).read_to_end(&mut text)?;
        } else {
            ZstdFrames::new(stream)?.read_to_end(&mut text)?;
        }
        Ok(text)
    }

    #[test]
    fn members_follow_each_other_and_nothing_else_does() {
        let zstd = |text: &[u8]| zstd::encode_all(text, 1).unwrap();
        let skippable = b"\x50\x2A\x4D\x18\x03\0\0\0abc".to_vec();
        for room in [1, 2, 7, 8192] {
            for parts in
                [[gzip(b"a,b\n"), gzip(b""), gzip(b"1,2\n")], [zstd(b"a,b\n"), skippable.clone(), zstd(b"1,2\n")]]
            {
                let whole = parts.concat();
                assert_eq!(read(&whole, room).unwrap(), b"a,b\n1,2\n");
                for more in [&b"\n"[..], b"\0\0\0\0", b"garbage that is no member at all"] {
                    let told = read(&[&whole[..], more].concat(), room).unwrap_err().to_string();
                    assert!(told.contains("behind the end"), "{told}");
                }
                let cut = read(&whole[..whole.len() - 3], room).unwrap_err();
                assert_eq!(cut.kind(), io::ErrorKind::UnexpectedEof, "{cut}");
            }
        }
    }
}
