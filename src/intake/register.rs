//! Reading a register: which of its rows count, and who of its customers (or employers) is in scope.
//!
//! Rows are gathered batch by batch, sorted by id, and settled id by id: by `keep` one row of each id counts, with
//! `history` every row is a spell of registration (`docs/method.md` sections 2 and 3).

use std::sync::Arc;

use hashbrown::HashMap;

use parking_lot::Mutex;

use super::accounting::{ExtractAccount, RowCounts, RowStatus};
use super::damaged::DamagedIds;
use super::index::{Ids, Index};
use super::population::{Dimension, NO_VALUE, Population};
use super::registration::{NEVER_ENDED, Registered, Registration, Spell, Spells, spell_with_values};
use crate::calendar::{Day, Window};
use crate::config::{Extract, Repeats};
use crate::extract::batch::{Batch, MISSING_DAY, place};
use crate::extract::{ExtractError, Interners, Plan, Progress, RejectsWriter, Worker};
use crate::schema::ColumnName;

/// The accepted rows of a register, in any order.
#[derive(Default)]
struct Register {
    parts: Vec<Part>,
}

/// The rows of one batch of a register.
struct Part {
    sequence: u64,
    first_record: u32,
    /// By row, its record in the block, if the places of duplicates are noted.
    records: Vec<u32>,
    file: usize,
    ids: Ids,
    births: Vec<Day>,
    registrations: Vec<Registration>,
    employees: Vec<i64>,
    dimensions: Vec<Ids>,
}

struct RegisterWorker<'a> {
    register: &'a Mutex<Register>,
    extract: Extract,
    notes_duplicates: bool,
}

impl Worker for RegisterWorker<'_> {
    fn take(&mut self, batch: &Batch, _: &mut Vec<u32>) -> Result<(), ExtractError> {
        if batch.rows() == 0 {
            return Ok(());
        }
        let column = |name| self.extract.column(name);
        let days = |name| column(name).map(|at| batch.days(at));
        let texts = |at| {
            let mut texts = Ids::default();
            batch.texts(at).iter().for_each(|span| texts.push(batch.bytes(*span)));
            texts
        };
        let known = self.extract.columns().len();
        let (from, to) = (days(ColumnName::registered_from), days(ColumnName::registered_to));
        let registration = |row: usize| match (from, to) {
            (Some(from), Some(to)) => Registration { from: from[row], to: to[row] },
            _ => Registration { from: MISSING_DAY, to: MISSING_DAY },
        };
        let part = Part {
            sequence: batch.sequence,
            first_record: batch.record[0],
            records: if self.notes_duplicates { batch.record.clone() } else { Vec::new() },
            file: batch.file,
            ids: texts(0),
            births: days(ColumnName::birth_date).map(<[Day]>::to_vec).unwrap_or_default(),
            registrations: (0..batch.rows()).map(registration).collect(),
            employees: column(ColumnName::employees).map(|at| batch.numbers(at).to_vec()).unwrap_or_default(),
            dimensions: (known..batch.columns.len()).map(texts).collect(),
        };
        self.register.lock().parts.push(part);
        Ok(())
    }

    fn finish(self) -> Result<(), ExtractError> {
        Ok(())
    }
}

/// What is wanted of a register.
pub struct RegisterReading<'a> {
    /// Who shares a day with it is in scope.
    pub window: &'a Window,
    /// The columns that labels carry along.
    pub dimensions: &'a [String],
    /// Whether the spells are kept, for other windows inside this one.
    pub keeps_spells: bool,
    /// Worker threads.
    pub threads: usize,
    /// Whether the places of duplicates are noted.
    pub notes_duplicates: bool,
}

/// Reads a register: who there is and who of them is in scope (`docs/method.md` section 3), with the accounting.
pub fn read_register(
    plan: &Plan<'_>,
    reading: &RegisterReading<'_>,
    books: &Interners,
    progress: Arc<dyn Progress>,
    rejects: &mut RejectsWriter,
) -> Result<(Population, ExtractAccount), ExtractError> {
    let extract = plan.config.extract;
    let RegisterReading { window, dimensions, keeps_spells, threads, notes_duplicates } = *reading;
    let register = Mutex::new(Register::default());
    let worker = || RegisterWorker { register: &register, extract, notes_duplicates };
    let files = plan.read(threads, books, progress, Some(rejects), worker)?;
    let mut parts = register.into_inner().parts;
    parts.sort_by_key(|part| (part.sequence, part.first_record));
    let rows = Rows::new(parts);
    let mut settled = Settled { used: vec![RowCounts::default(); files.len()], ..Settled::default() };
    settled.spells = keeps_spells.then(Spells::default);
    rows.settle(plan.config.repeats, window, &mut settled);
    let (used, differ) = (std::mem::take(&mut settled.used), settled.duplicates_that_differ);
    let mut duplicate_places = std::mem::take(&mut settled.duplicate_places);
    duplicate_places.sort_unstable();
    let population = rows.population(settled, dimensions, threads);
    let mut account = ExtractAccount::new(extract, files, used)?;
    account.duplicates_that_differ = differ;
    account.duplicate_places = duplicate_places;
    account.damaged_ids = DamagedIds::of_register(&population);
    Ok((population, account))
}

/// The accepted rows of a register in input order.
struct Rows {
    parts: Vec<Part>,
    ids: Ids,
    /// By row, its part and its place there.
    places: Vec<(u32, u32)>,
}

/// Which rows count.
#[derive(Default)]
struct Settled {
    /// Those in scope in the order of their ids: the row with the values, and what the registration comes to.
    in_scope: Vec<u32>,
    observed_days: Vec<i32>,
    ended_after: Vec<u16>,
    /// Numbers of those in scope whose registration does not hold `as_of`, ascending.
    not_at_end: Vec<u32>,
    /// Their spells, where they are kept.
    spells: Option<Spells>,
    /// The rows with the values of those out of scope.
    out_of_scope: Vec<u32>,
    /// What became of the rows, by file.
    used: Vec<RowCounts>,
    duplicates_that_differ: u64,
    /// The places of duplicates, if they are noted.
    duplicate_places: Vec<u64>,
}

impl Rows {
    fn new(mut parts: Vec<Part>) -> Self {
        let count = parts.iter().map(|part| part.ids.len()).sum();
        let bytes = parts.iter().map(|part| part.ids.bytes()).sum();
        let (mut ids, mut places) = (Ids::with_capacity(bytes), Vec::with_capacity(count));
        for (at, part) in parts.iter_mut().enumerate() {
            // From here on the ids are in one place.
            let own = std::mem::take(&mut part.ids);
            ids.append(&own);
            places.extend((0..own.len() as u32).map(|row| (at as u32, row)));
        }
        Rows { parts, ids, places }
    }

    fn row(&self, at: u32) -> (&Part, usize) {
        let (part, row) = self.places[at as usize];
        (&self.parts[part as usize], row as usize)
    }

    fn registration(&self, at: u32) -> Registration {
        let (part, row) = self.row(at);
        part.registrations[row]
    }

    /// Whether two rows say the same, but for their ids.
    fn alike(&self, a: u32, b: u32) -> bool {
        let ((a, at), (b, bt)) = (self.row(a), self.row(b));
        a.births.get(at) == b.births.get(bt)
            && a.registrations[at] == b.registrations[bt]
            && a.employees.get(at) == b.employees.get(bt)
            && a.dimensions.iter().zip(&b.dimensions).all(|(a, b)| a.get(at) == b.get(bt))
    }

    /// Goes through the rows id by id.
    fn settle(&self, repeats: Repeats, window: &Window, settled: &mut Settled) {
        // The rows of one id come in input order.
        let mut order = self.ids.sorted();
        for own in order.chunk_by_mut(|a, b| self.ids.get(*a as usize) == self.ids.get(*b as usize)) {
            match (repeats, &*own) {
                (Repeats::Spells, [_, _, ..]) => self.settle_spells(own, window, settled),
                (Repeats::KeepLast, [others @ .., kept]) | (_, [kept, others @ ..]) => {
                    let standing = self.enter(*kept, &[*kept], window, settled);
                    self.count(*kept, standing, settled);
                    others.iter().for_each(|other| self.repeat(*kept, *other, settled));
                }
                (_, []) => {}
            }
        }
    }

    /// Settles a customer with several spells of registration (`docs/method.md` section 3).
    fn settle_spells(&self, own: &mut [u32], window: &Window, settled: &mut Settled) {
        // By first and last day, equal spells in input order.
        own.sort_unstable_by_key(|at| (self.registration(*at), *at));
        let values = spell_with_values(own, window.as_of, |at| (self.registration(*at).from, *at));
        let standing = self.enter(own[values], own, window, settled);
        for spell in own.chunk_by(|a, b| self.registration(*a) == self.registration(*b)) {
            self.count(spell[0], standing, settled);
            spell[1..].iter().for_each(|other| self.repeat(spell[0], *other, settled));
        }
    }

    /// Notes the row with somebody's values, and the spells of registration. Returns what becomes of the rows.
    fn enter(&self, values: u32, own: &[u32], window: &Window, settled: &mut Settled) -> RowStatus {
        let registered = Registered::by(own.iter().map(|at| self.registration(*at)), window);
        if registered.observed_days <= 0 {
            settled.out_of_scope.push(values);
            return RowStatus::OutOfScope;
        }
        settled.in_scope.push(values);
        settled.observed_days.push(registered.observed_days);
        settled.ended_after.push(registered.ended_after);
        if !registered.holds_as_of {
            settled.not_at_end.push(settled.in_scope.len() as u32 - 1);
        }
        if let Some(spells) = &mut settled.spells {
            let spell = |at: &u32| Spell { registration: self.registration(*at), birth: self.birth(*at), place: *at };
            spells.push(own.iter().map(spell));
        }
        RowStatus::InUse
    }

    fn birth(&self, at: u32) -> Day {
        let (part, row) = self.row(at);
        part.births.get(row).copied().unwrap_or(MISSING_DAY)
    }

    fn count(&self, at: u32, standing: RowStatus, settled: &mut Settled) {
        *settled.used[self.row(at).0.file].of(standing) += 1;
    }

    /// Notes a duplicate of a row.
    fn repeat(&self, of: u32, at: u32, settled: &mut Settled) {
        self.count(at, RowStatus::Duplicate, settled);
        settled.duplicates_that_differ += u64::from(!self.alike(of, at));
        let (part, row) = self.row(at);
        settled.duplicate_places.extend(part.records.get(row).map(|record| place(part.sequence, *record)));
    }

    /// The population by the rows that count.
    fn population(self, settled: Settled, dimensions: &[String], threads: usize) -> Population {
        let mut ids = Ids::with_capacity(self.ids.bytes());
        let order = settled.in_scope.iter().chain(&settled.out_of_scope);
        order.for_each(|at| ids.push(self.ids.get(*at as usize)));
        let rows = Rows { ids: Ids::default(), ..self };
        if threads < 2 {
            return Population { index: Index::new(ids), ..rows.of_counted(settled, dimensions) };
        }
        // The index takes about as long as all the rest.
        std::thread::scope(|scope| {
            let index = scope.spawn(|| Index::new(ids));
            let population = rows.of_counted(settled, dimensions);
            Population { index: index.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), ..population }
        })
    }

    /// What the rows that count say, without an index.
    fn of_counted(&self, settled: Settled, dimensions: &[String]) -> Population {
        let in_scope = || settled.in_scope.iter().map(|at| self.row(*at));
        let has_ended =
            |lasts: &[u16]| lasts.iter().rev().fold(0u64, |bits, last| bits << 1 | u64::from(*last != NEVER_ENDED));
        let has_ended: Vec<u64> = settled.ended_after.chunks(64).map(has_ended).collect();
        let has_any = has_ended.iter().any(|bits| *bits != 0);
        Population {
            in_scope: settled.in_scope.len() as u32,
            registered: true,
            births: settled.in_scope.iter().map(|at| self.birth(*at)).collect(),
            dimensions: (0..dimensions.len()).map(|at| dimension(&dimensions[at], in_scope(), at)).collect(),
            employees: in_scope().filter_map(|(part, row)| part.employees.get(row).copied()).collect(),
            ended_after: if has_any { settled.ended_after } else { Vec::new() },
            has_ended: if has_any { has_ended } else { Vec::new() },
            not_at_end: settled.not_at_end,
            spells: settled.spells,
            observed_days: settled.observed_days,
            index: Index::new(Ids::default()),
        }
    }
}

fn dimension<'a>(name: &str, rows: impl Iterator<Item = (&'a Part, usize)>, at: usize) -> Dimension {
    let mut dimension = Dimension { name: name.to_owned(), ..Dimension::default() };
    let mut known: HashMap<&[u8], u32> = HashMap::new();
    for (part, row) in rows {
        let value = part.dimensions[at].get(row);
        let place = if value.is_empty() {
            NO_VALUE
        } else {
            *known.entry(value).or_insert_with(|| {
                dimension.values.push(String::from_utf8_lossy(value).into_owned());
                dimension.values.len() as u32 - 1
            })
        };
        dimension.places.push(place);
    }
    dimension
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A row of the test: id, registration, and a value that tells rows apart.
    type Row = (u8, Registration, i32);

    /// Rows of up to four customers; their days are few, so that spells meet, overlap and repeat. The window ends on day 50.
    fn rows() -> impl Strategy<Value = Vec<Row>> {
        let day =
            || prop_oneof![1 => Just(MISSING_DAY), 6 => (-400..60i32).prop_map(Day), 6 => (40..56i32).prop_map(Day)];
        let row =
            (0..4u8, (day(), day()), 0..3).prop_map(|(id, (from, to), birth)| (id, Registration { from, to }, birth));
        prop::collection::vec(row, 0..24)
    }

    /// Each row a part of its own, in two files.
    fn read(rows: &[Row]) -> Rows {
        let part = |(at, (id, registration, birth)): (usize, &Row)| {
            let mut ids = Ids::default();
            ids.push(&[b'A' + id]);
            Part {
                sequence: at as u64,
                first_record: 0,
                records: Vec::new(),
                file: at % 2,
                ids,
                births: vec![Day(*birth)],
                registrations: vec![*registration],
                employees: Vec::new(),
                dimensions: Vec::new(),
            }
        };
        Rows::new(rows.iter().enumerate().map(part).collect())
    }

    fn holds(registration: &Registration, day: i32) -> bool {
        let Registration { from, to } = registration;
        (*from == MISSING_DAY || from.0 <= day) && (*to == MISSING_DAY || day <= to.0)
    }

    proptest! {
        /// `docs/method.md` sections 2 and 3, read day by day and row by row.
        #[test]
        fn spells_are_settled_as_a_naive_reader_would(rows in rows()) {
            let window = Window::new(Day(50), 12, None, 31, 30);
            let mut settled = Settled { used: vec![RowCounts::default(); 2], ..Settled::default() };
            read(&rows).settle(Repeats::Spells, &window, &mut settled);
            let (mut found, mut used) = (Vec::new(), vec![RowCounts::default(); 2]);
            let mut differ = 0;
            for id in 0..4u8 {
                let own: Vec<(usize, &Row)> = rows.iter().enumerate().filter(|(_, row)| row.0 == id).collect();
                let held = |day: &i32| own.iter().any(|(_, row)| holds(&row.1, *day));
                let days = (window.start.0..=window.as_of.0).filter(held).count() as i32;
                let from = |row: &(usize, &Row)| row.1.1.from;
                let began = own.iter().map(from).filter(|from| *from <= window.as_of).max();
                let day = began.or(own.iter().map(from).min());
                // Of several rows of one day the first in input order.
                let values = own.iter().find(|(_, row)| Some(row.1.from) == day);
                if let (true, Some((at, _))) = (days > 0, values) {
                    found.push((*at as u32, days));
                }
                for (at, row) in &own {
                    let earlier = own.iter().find(|(before, other)| before < at && other.1 == row.1);
                    let standing = match earlier {
                        Some(_) => RowStatus::Duplicate,
                        None if days > 0 => RowStatus::InUse,
                        None => RowStatus::OutOfScope,
                    };
                    differ += u64::from(earlier.is_some_and(|(_, other)| other.2 != row.2));
                    *used[at % 2].of(standing) += 1;
                }
            }
            let settled_to: Vec<_> = settled.in_scope.iter().copied().zip(settled.observed_days).collect();
            prop_assert_eq!(settled_to, found);
            prop_assert_eq!((settled.used, settled.duplicates_that_differ), (used, differ));
        }
    }
}
