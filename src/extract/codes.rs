//! Codes as small numbers: each distinct channel, benefit, method … is numbered once, whoever reads it.
//!
//! Numbers follow the order of arrival, which differs from run to run; so nothing that is written depends on
//! them, only on the codes' text or on their being distinct.

use hashbrown::HashMap;
use parking_lot::Mutex;

use super::ExtractError;
use super::intern_cache::InternCache;
use super::schema::{CodeSet, DIRECTIONS, FILERS, METHODS};

/// The number of a code; its place in its [`Interner`].
pub type CodeId = u32;

/// More distinct codes than this in one set can only be a wrong mapping.
const MAX_CODES: usize = 60_000;

/// More bytes of distinct codes than this in one set likewise.
const MAX_CODE_BYTES: usize = 16 << 20;
/// Codes that a worker's cache remembers: what is beyond is looked up each time.
const MAX_CACHED: usize = 65_536;
/// The longest code that it remembers; decisions can be whole letters.
const MAX_CACHED_BYTES: usize = 256;

/// The codes of one set.
#[derive(Debug)]
pub struct Interner {
    set: CodeSet,
    entries: Mutex<Entries>,
}

#[derive(Debug, Default)]
struct Entries {
    texts: Vec<String>,
    ids: HashMap<String, CodeId>,
    bytes: usize,
}

impl Interner {
    /// Starts with codes that are known beforehand; they get the first numbers, in order.
    pub fn new(set: CodeSet, known: impl IntoIterator<Item = String>) -> Self {
        let book = Interner { set, entries: Mutex::default() };
        for text in known {
            let mut entries = book.entries.lock();
            let id = entries.texts.len() as CodeId;
            entries.ids.entry(text.clone()).or_insert(id);
            entries.texts.push(text);
        }
        book
    }

    /// The number of a code, given now if it is new.
    pub fn id(&self, text: &str) -> Result<CodeId, ExtractError> {
        let mut entries = self.entries.lock();
        if let Some(id) = entries.ids.get(text) {
            return Ok(*id);
        }
        entries.bytes += text.len();
        if entries.texts.len() >= MAX_CODES || entries.bytes > MAX_CODE_BYTES {
            return Err(ExtractError::TooManyCodes { set: self.set, limit: MAX_CODES });
        }
        let id = entries.texts.len() as CodeId;
        entries.texts.push(text.to_owned());
        entries.ids.insert(text.to_owned(), id);
        Ok(id)
    }

    /// The code with this number.
    pub fn text(&self, id: CodeId) -> String {
        self.entries.lock().texts[id as usize].clone()
    }
}

/// The books of all code sets whose codes are not known beforehand.
#[derive(Debug)]
pub struct Interners {
    /// Channels.
    pub channels: Interner,
    /// Benefits; the catalogue's come first, in its order.
    pub benefits: Interner,
    /// Method codes that the configuration does not map; number n stands for the method `OTHER + 1 + n`.
    pub unmapped_methods: Interner,
    /// The same of filers; number n stands for the filer `OTHER_FILER + 1 + n`.
    pub unmapped_filers: Interner,
    /// Kinds of life events.
    pub events: Interner,
}

/// Codes already looked up, so that the shared books are asked once per code and worker.
///
/// A small table answers for the usual codes, which come again and again; a map knows most.
#[derive(Debug, Default)]
pub struct CodeCache {
    /// Codes that no set refuses.
    pub usual: InternCache,
    all: HashMap<Vec<u8>, Option<CodeId>>,
}

impl CodeCache {
    /// The number of a code; `find` is asked when it is new.
    #[inline]
    pub fn get(
        &mut self,
        code: &[u8],
        find: impl FnOnce() -> Result<Option<CodeId>, ExtractError>,
    ) -> Result<Option<CodeId>, ExtractError> {
        let id = match self.all.get(code) {
            Some(id) => *id,
            None => {
                let id = find()?;
                if self.all.len() < MAX_CACHED && code.len() <= MAX_CACHED_BYTES {
                    self.all.insert(code.to_vec(), id);
                }
                id
            }
        };
        if let Some(id) = id {
            self.usual.remember(code, id);
        }
        Ok(id)
    }
}

/// The number of the decision `rejected`.
pub const REJECTED: CodeId = 0;
/// The number of the direction `outbound`.
pub const OUTBOUND: CodeId = 1;
/// The number of the method `other`, and the last of the canonical ones.
pub const OTHER: CodeId = 4;
/// The code of the method `online`.
pub const ONLINE: CodeId = 3;
/// The number of the filer `employer`.
pub const EMPLOYER: CodeId = 1;
/// The number of the filer `partner`.
pub const PARTNER: CodeId = 2;
/// The number of the filer `other`, and the last of the canonical ones.
pub const OTHER_FILER: CodeId = 3;

impl Interners {
    /// With the catalogue's benefits known.
    pub fn new(benefits: impl IntoIterator<Item = String>) -> Self {
        Interners {
            channels: Interner::new(CodeSet::Channel, []),
            benefits: Interner::new(CodeSet::Benefit, benefits),
            unmapped_methods: Interner::new(CodeSet::Method, []),
            unmapped_filers: Interner::new(CodeSet::Filer, []),
            events: Interner::new(CodeSet::Event, []),
        }
    }

    /// The number of a code, after mapping, in an open set; of a closed set, of a canonical value.
    ///
    /// `mapped` is what the configuration makes of the code, `raw` the code itself. `Ok(None)` is a code that a
    /// closed set refuses.
    pub fn id(&self, set: CodeSet, raw: &str, mapped: Option<&str>) -> Result<Option<CodeId>, ExtractError> {
        let canonical = |texts: &[&str]| {
            mapped.and_then(|text| texts.iter().position(|known| *known == text)).map(|at| at as CodeId)
        };
        let open = mapped.unwrap_or(raw);
        Ok(Some(match set {
            CodeSet::Direction => return Ok(canonical(DIRECTIONS)),
            CodeSet::Method => match canonical(METHODS) {
                Some(method) => method,
                None => OTHER + 1 + self.unmapped_methods.id(raw)?,
            },
            CodeSet::Filer => match canonical(FILERS) {
                Some(filer) => filer,
                None => OTHER_FILER + 1 + self.unmapped_filers.id(raw)?,
            },
            CodeSet::Channel => self.channels.id(open)?,
            CodeSet::Benefit => self.benefits.id(open)?,
            // Whether it is a rejection is all that a decision is asked, and agencies write whole sentences there.
            CodeSet::Decision => {
                if open == "rejected" {
                    REJECTED
                } else {
                    REJECTED + 1
                }
            }
            CodeSet::Event => self.events.id(open)?,
        }))
    }
}
