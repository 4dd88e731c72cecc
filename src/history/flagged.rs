//! Whom a model flagged, and where everybody was in the months after: from the runs of a folder, or from a panel.

use std::path::Path;

use foldhash::{HashMap, HashMapExt};
use polars::prelude::{DataFrame, PolarsResult};

use super::folders::{GoodRun, good_runs};
use super::{HistoryError, PastPanel, PastRun};
use crate::calendar::Day;
use crate::config::{RunPlan, from_text, label_settings_that_differ};
use crate::early_warning::{ModelFile, Month, NO_BAND, Standing};
use crate::schema::Entity;
use crate::schema::fields::WARNING_SCORE;
use crate::statistics::ABSENT;

/// Why a month's run is no use.
#[derive(Debug)]
pub enum PassedOver {
    /// It cannot be read.
    Unreadable(HistoryError),
    /// Its categories come about otherwise than the model's.
    OtherSettings(Vec<String>),
    /// The model has learned from what came after it, so that whom it flagged is not told; where everybody was is.
    Learned,
}

/// The months of a folder.
#[derive(Debug, Default)]
pub struct FlaggedMonths {
    /// Ascending.
    pub months: Vec<Month>,
    /// The last days of the runs that were passed over, ascending, and why.
    pub passed_over: Vec<(Day, PassedOver)>,
}

/// Numbers for ids, in the order in which they are first seen.
struct Numbers(HashMap<Box<str>, u32>);

impl Numbers {
    fn of(&mut self, id: &str) -> usize {
        let next = self.0.len() as u32;
        match self.0.get(id) {
            Some(number) => *number as usize,
            None => *self.0.entry(id.into()).or_insert(next) as usize,
        }
    }
}

/// The months that the runs of a folder tell, each by its last good run: whom they flagged by the same model; and where
/// everybody was, which a panel tells in their place if there is one.
///
/// # Errors
/// The folder, or the panel, cannot be read; or the settings that the model carries.
pub fn flagged_months(root: &Path, panel: Option<&PastPanel>, file: &ModelFile) -> Result<FlaggedMonths, HistoryError> {
    let mut found = FlaggedMonths::default();
    let mut numbers = Numbers(HashMap::new());
    for run in last_of_months(good_runs(root, None)?) {
        let day = run.day;
        match of_run(run, file, panel.is_none(), &mut numbers) {
            Ok((month, has_learned)) => {
                found.months.push(month);
                found.passed_over.extend(has_learned.then_some((day, PassedOver::Learned)));
            }
            Err(reason) => found.passed_over.push((day, reason)),
        }
    }
    if let Some(panel) = panel {
        of_panel(panel, file, &mut numbers, &mut found)?;
    }
    Ok(found)
}

/// The last run of each calendar month.
fn last_of_months(runs: Vec<GoodRun>) -> Vec<GoodRun> {
    let mut last: Vec<GoodRun> = Vec::new();
    for run in runs {
        last.pop_if(|before| month_number(before.day) == month_number(run.day));
        last.push(run);
    }
    last
}

fn month_number(day: Day) -> i32 {
    use chrono::Datelike;
    let date = day.date();
    date.year() * 12 + date.month0() as i32
}

/// What a run tells; and whether it flagged by the model what that has learned from, so that whom it flagged is not told.
fn of_run(
    run: GoodRun,
    file: &ModelFile,
    tells_standings: bool,
    numbers: &mut Numbers,
) -> Result<(Month, bool), PassedOver> {
    run.manifest.map_err(PassedOver::Unreadable)?;
    let past = PastRun::open(&run.folder).map_err(PassedOver::Unreadable)?;
    same_settings(&past.plan, file, run.day)?;
    let is_same = past.model().map_err(PassedOver::Unreadable)?.is_some_and(|own| own.is_same_model(file));
    // Of what came after its last date it knows nothing.
    let has_learned = is_same && run.day < file.model.provenance.last_date;
    let flags = is_same && !has_learned;
    let month = Month { number: month_number(run.day), day: run.day, standings: None, bands: None };
    if !flags && !tells_standings {
        return Ok((month, has_learned));
    }
    let labels = past.labels(Entity::Customer);
    let columns = ["customer_id", "category", WARNING_SCORE];
    let (mut standings, mut bands) = (Vec::new(), Vec::new());
    let scanned = labels.scan(&columns[..2 + usize::from(flags)], |table| {
        rows(&table, file, numbers, (&mut standings, &mut bands)).map_err(|fault| labels.damaged(fault))
    });
    scanned.map_err(PassedOver::Unreadable)?;
    let month = Month { standings: tells_standings.then_some(standings), bands: flags.then_some(bands), ..month };
    Ok((month, has_learned))
}

/// Notes the rows of labels.
fn rows(
    table: &DataFrame,
    file: &ModelFile,
    numbers: &mut Numbers,
    (standings, bands): (&mut Vec<Standing>, &mut Vec<u16>),
) -> PolarsResult<()> {
    let ids = table.column("customer_id")?.str()?;
    let categories = table.column("category")?.str()?;
    let scores = match table.column(WARNING_SCORE) {
        Ok(column) => Some(column.i64()?),
        Err(_) => None,
    };
    for (row, (id, category)) in ids.iter().zip(categories.iter()).enumerate() {
        let number = numbers.of(id.unwrap_or_default());
        let there = category == Some(file.model.provenance.to.as_str());
        set(standings, number, if there { Standing::There } else { Standing::Elsewhere }, Standing::Absent);
        if let Some(score) = scores.and_then(|scores| scores.get(row)) {
            set(bands, number, file.model.band_place(score) as u16, NO_BAND);
        }
    }
    Ok(())
}

/// Sets a value by number; what is between is as stated.
fn set<T: Clone>(values: &mut Vec<T>, number: usize, value: T, between: T) {
    if values.len() <= number {
        values.resize(number + 1, between);
    }
    values[number] = value;
}

/// Whether the categories of a run, or of a panel, come about as those that the model was fitted on.
fn same_settings(plan: &RunPlan, file: &ModelFile, day: Day) -> Result<(), PassedOver> {
    let fitted_under = from_text(&file.configuration, &plan.folder, |_| day)
        .map_err(|_| PassedOver::OtherSettings(vec!["the version of vardag".to_owned()]))?;
    let features: Vec<String> = file.model.features.iter().map(|feature| feature.name.clone()).collect();
    let differ = label_settings_that_differ(&fitted_under, plan, &features);
    if differ.is_empty() { Ok(()) } else { Err(PassedOver::OtherSettings(differ)) }
}

/// Adds what a panel tells of where everybody was, by the last of its dates in each month.
fn of_panel(
    panel: &PastPanel,
    file: &ModelFile,
    numbers: &mut Numbers,
    found: &mut FlaggedMonths,
) -> Result<(), HistoryError> {
    let last = *panel.dates.last().unwrap_or(&Day(0));
    if let Err(reason) = same_settings(&panel.plan, file, last) {
        found.passed_over.push((last, reason));
        return Ok(());
    }
    let to = panel.plan.customers.categories.iter().position(|own| own.name == file.model.provenance.to);
    let mut by_date: Vec<Vec<Standing>> = vec![Vec::new(); panel.dates.len()];
    panel.for_each(|id, sequence| {
        let number = numbers.of(id);
        for (standings, place) in by_date.iter_mut().zip(sequence) {
            let standing = match usize::from(*place) {
                _ if *place == ABSENT => Standing::Absent,
                own if Some(own) == to => Standing::There,
                _ => Standing::Elsewhere,
            };
            set(standings, number, standing, Standing::Absent);
        }
    })?;
    for (day, standings) in panel.dates.iter().zip(by_date) {
        let number = month_number(*day);
        match found.months.iter_mut().find(|month| month.number == number) {
            Some(month) => month.standings = Some(standings),
            None => found.months.push(Month { number, day: *day, standings: Some(standings), bands: None }),
        }
    }
    found.months.sort_by_key(|month| month.number);
    Ok(())
}
