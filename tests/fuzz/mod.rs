//! Every parser written by hand under inputs changed byte by byte, with a naive reading of the method as the judge where
//! there is one.
//!
//! Seeds are fixed, so a failure comes again. The usual number of inputs takes seconds;
//! `VARDAG_FUZZ_INPUTS=10000000 cargo test --release --lib fuzz` tries as many as it says, shared out over the parsers.

mod dialects;
mod init;
mod parquet;
mod past;
mod records;
mod values;

use rand::{Rng, RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Inputs of all parsers together, unless the environment says otherwise.
const USUAL: u64 = 60_000;

/// Tries a parser on its share of the inputs, in per cent, and says how many they were.
fn tried(parser: &str, share_pct: u64, mut one: impl FnMut(&mut Pcg64Mcg)) {
    let set = std::env::var("VARDAG_FUZZ_INPUTS").map(|text| text.parse().expect("VARDAG_FUZZ_INPUTS is a number"));
    let inputs = set.unwrap_or(USUAL) * share_pct / 100;
    let mut chance = Pcg64Mcg::seed_from_u64(share_pct);
    for _ in 0..inputs {
        one(&mut chance);
    }
    println!("{parser}: {inputs} inputs");
}

fn pick<'a, T: ?Sized>(chance: &mut Pcg64Mcg, from: &[&'a T]) -> &'a T {
    from[chance.random_range(0..from.len())]
}

/// Changes a text in up to a few places: bytes replaced, put in, left out, doubled, moved, the end cut off.
/// `telling` are the pieces that mean something to the parser.
fn mutate(chance: &mut Pcg64Mcg, text: &mut Vec<u8>, telling: &[&[u8]]) {
    for _ in 0..chance.random_range(0..5) {
        let at = chance.random_range(0..=text.len());
        let end = (at + chance.random_range(0..20)).min(text.len());
        match chance.random_range(0..8) {
            0 | 1 => drop(text.splice(at..at, pick(chance, telling).iter().copied())),
            2 | 3 => drop(text.splice(at..(at + 1).min(text.len()), pick(chance, telling).iter().copied())),
            4 => drop(text.drain(at..end)),
            5 => {
                let piece = text[at..end].to_vec();
                let to = chance.random_range(0..=text.len());
                text.splice(to..to, piece);
            }
            6 if at < text.len() => text[at] = chance.next_u32() as u8,
            7 if chance.random_range(0..4) == 0 => text.truncate(at),
            _ => {}
        }
    }
}
