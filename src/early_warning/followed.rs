//! What became of those whom a model flagged: outcomes against risks, by band and by months since.
//!
//! A calendar month is told by its last run, or by the last date of a panel in it, so that nightly runs do not count the same
//! customers thirty times. Dates ahead are months ahead, as many apart as the dates of the model's panel were.

use super::bands::wilson;
use super::model::Model;
use super::passing::interval;
use crate::calendar::Day;

/// Where a customer is in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum Standing {
    /// Not in the population.
    #[default]
    Absent,
    /// In a category other than the one that is warned of.
    Elsewhere,
    /// In the category that is warned of.
    There,
}

/// A customer without a score.
pub const NO_BAND: u16 = u16::MAX;

/// A month.
#[derive(Debug, Clone)]
pub struct Month {
    /// Calendar months since year 0.
    pub number: i32,
    /// The last day of the run, or the panel's date.
    pub day: Day,
    /// By customer number where everybody is, those behind the last being absent; `None` where that is not known.
    pub standings: Option<Vec<Standing>>,
    /// By customer number the place of the band, those behind the last having none; `None` where no score is known.
    pub bands: Option<Vec<u16>>,
}

/// Customers who were flagged and followed.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FollowedCount {
    /// Customers, once for each month that flagged them.
    pub customers: u64,
    /// Those of them who came to be in the category that is warned of.
    pub outcomes: u64,
    /// How many were expected to.
    pub expected: f64,
}

/// Those whom a month flagged.
#[derive(Debug, Clone, PartialEq)]
pub struct FollowedMonth {
    /// The last day of the run.
    pub day: Day,
    /// How many.
    pub flagged: u64,
    /// How many dates ahead they can be followed; the months between are all known.
    pub dates_known: usize,
    /// Those who are followed to the last of them.
    pub count: FollowedCount,
    /// Those who left without an outcome.
    pub left_out: u64,
}

/// What became of all whom a model flagged.
#[derive(Debug, Clone, PartialEq)]
pub struct Followed {
    /// By month of the run, ascending.
    pub months: Vec<FollowedMonth>,
    /// By band, and in it by the number of dates since: of the months that can be followed so far.
    pub bands: Vec<Vec<FollowedCount>>,
    /// The same of all bands together.
    pub together: Vec<FollowedCount>,
    /// By the number of dates since how many months can be followed so far.
    pub months_known: Vec<u64>,
    /// Different customers with outcomes among those who were followed to the end.
    pub outcome_customers: u64,
}

impl FollowedCount {
    fn add(&mut self, came: bool) {
        self.customers += 1;
        self.outcomes += u64::from(came);
    }

    /// With what is expected if each of them has this risk.
    fn at_risk(self, risk: f64) -> Self {
        FollowedCount { expected: self.customers as f64 * risk, ..self }
    }

    fn sum<'a>(counts: impl Iterator<Item = &'a FollowedCount>) -> Self {
        counts.fold(FollowedCount::default(), |sum, count| FollowedCount {
            customers: sum.customers + count.customers,
            outcomes: sum.outcomes + count.outcomes,
            expected: sum.expected + count.expected,
        })
    }

    /// Observed / expected.
    pub fn observed_to_expected(&self) -> f64 {
        self.outcomes as f64 / self.expected
    }

    /// The same with its interval, from how many different customers had the outcome here and in the calibration.
    pub fn with_interval(&self, outcome_customers: u64, calibrated_customers: u64) -> [f64; 3] {
        interval(self.observed_to_expected(), outcome_customers, calibrated_customers)
    }

    /// Per cent with the outcome, and its 95 % interval if the customers of so many months are much the same.
    pub fn observed_pct(&self, months: u64) -> [f64; 3] {
        let months = months.max(1) as f64;
        let [low, high] = wilson(self.outcomes as f64 / months, self.customers as f64 / months);
        [self.outcomes as f64 / self.customers as f64, low, high].map(|share| 100.0 * share)
    }

    /// Per cent that was expected.
    pub fn expected_pct(&self) -> f64 {
        100.0 * self.expected / self.customers as f64
    }
}

/// Follows whom a model flagged, through months in ascending order. `shares` are of all outcomes within the model's dates
/// ahead those that come by the first date, the second, …: in the model's tests.
pub fn follow(model: &Model, shares: &[f64], months: &[Month]) -> Followed {
    let within = shares.len();
    let mut followed = Followed {
        months: Vec::new(),
        bands: vec![vec![FollowedCount::default(); within]; model.bands.len()],
        together: Vec::new(),
        months_known: vec![0; within],
        outcome_customers: 0,
    };
    // What is expected is reckoned of counts, so that it does not depend on the order of customers.
    let expected = |band: usize, since: usize| model.bands[band].risk_pct / 100.0 * shares[since];
    let mut with_outcome = Vec::new();
    for month in months {
        let Some(bands) = &month.bands else { continue };
        let ahead = ahead(months, month.number, model.provenance.every_months, within);
        let base = Base { bands, ahead: &ahead, is_whole: ahead.len() == within };
        let (counts, left_out) = base.count(&mut followed.bands, &mut with_outcome);
        let at_risk = |(band, count): (usize, &FollowedCount)| {
            ahead.len().checked_sub(1).map_or(*count, |since| count.at_risk(expected(band, since)))
        };
        let counts: Vec<FollowedCount> = counts.iter().enumerate().map(at_risk).collect();
        followed.months_known[..ahead.len()].iter_mut().for_each(|known| *known += 1);
        followed.months.push(FollowedMonth {
            day: month.day,
            flagged: bands.iter().filter(|band| **band != NO_BAND).count() as u64,
            dates_known: ahead.len(),
            count: FollowedCount::sum(counts.iter()),
            left_out,
        });
    }
    for (band, counts) in followed.bands.iter_mut().enumerate() {
        counts.iter_mut().enumerate().for_each(|(since, count)| *count = count.at_risk(expected(band, since)));
    }
    let together = |since: usize| FollowedCount::sum(followed.bands.iter().map(|counts| &counts[since]));
    followed.together = (0..within).map(together).collect();
    followed.outcome_customers = with_outcome.iter().filter(|has| **has).count() as u64;
    followed
}

/// Where everybody is on the dates ahead of a month, up to the first that is not known.
fn ahead(months: &[Month], from: i32, every: u32, within: usize) -> Vec<&[Standing]> {
    let at = |ahead: usize| {
        let number = from + ahead as i32 * every as i32;
        let month = months.iter().find(|month| month.number == number)?;
        month.standings.as_deref()
    };
    (1..=within).map_while(at).collect()
}

/// The customers whom a month flagged.
struct Base<'a> {
    bands: &'a [u16],
    ahead: &'a [&'a [Standing]],
    /// Whether all dates ahead are known.
    is_whole: bool,
}

impl Base<'_> {
    /// Adds them to the counts by band and by dates since. Returns those who are followed to the last date that is known, by
    /// band, and how many left before it.
    fn count(&self, all: &mut [Vec<FollowedCount>], with_outcome: &mut Vec<bool>) -> (Vec<FollowedCount>, u64) {
        let (mut counts, mut left_out) = (vec![FollowedCount::default(); all.len()], 0);
        for (customer, band) in self.bands.iter().enumerate().filter(|(_, band)| **band != NO_BAND) {
            let place = usize::from(*band);
            let standing = |at: &&[Standing]| at.get(customer).copied().unwrap_or_default();
            let came_after = self.ahead.iter().position(|at| standing(at) == Standing::There);
            for (since, at) in self.ahead.iter().enumerate() {
                let is_last = since + 1 == self.ahead.len();
                let came = came_after.is_some_and(|after| after <= since);
                if !came && standing(at) == Standing::Absent {
                    left_out += u64::from(is_last);
                    continue;
                }
                all[place][since].add(came);
                if is_last {
                    counts[place].add(came);
                }
            }
            if self.is_whole && came_after.is_some() {
                with_outcome.resize(with_outcome.len().max(customer + 1), false);
                with_outcome[customer] = true;
            }
        }
        (counts, left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::early_warning::model_file::tests::made_up;

    fn month(number: i32, standings: &str, bands: Option<[u16; 5]>) -> Month {
        let standing = |letter| match letter {
            '-' => Standing::Absent,
            'e' => Standing::Elsewhere,
            _ => Standing::There,
        };
        let standings = (!standings.is_empty()).then(|| standings.chars().map(standing).collect());
        Month { number, day: Day(number), standings, bands: bands.map(Vec::from) }
    }

    /// Of five customers the first has the highest band, and comes on the second date; the last has no score.
    #[test]
    fn outcomes_are_counted_by_band_and_by_dates_since() {
        let model = made_up().model;
        let flagged = [0, 1, 1, 1, NO_BAND];
        let months = [
            month(10, "eeeeT", Some(flagged)),
            month(11, "ee-ee", None),
            month(12, "TeeTe", None),
            month(13, "", Some([1, 1, 1, NO_BAND, 1])),
            month(14, "eeee", None),
        ];
        let followed = follow(&model, &[0.25, 1.0], &months);
        let count = |customers, outcomes, expected| FollowedCount { customers, outcomes, expected };
        assert_eq!(followed.months_known, [2, 1]);
        // After a date nobody has come, and the third customer is away; month 13 can be followed to 14, where the last left.
        assert_eq!(followed.bands[0], [count(1, 0, 0.1 * 0.25), count(1, 1, 0.1)]);
        assert_eq!((followed.bands[1][0].customers, followed.bands[1][0].outcomes), (2 + 3, 0));
        assert_eq!((followed.bands[1][1].customers, followed.bands[1][1].outcomes), (3, 1));
        assert_eq!(followed.together[1], count(4, 2, 0.1 + 3.0 * 0.001));
        assert_eq!((followed.months[0].dates_known, followed.months[0].left_out), (2, 0));
        assert_eq!((followed.months[1].dates_known, followed.months[1].left_out), (1, 1));
        assert_eq!(followed.outcome_customers, 2);
        assert_eq!(followed.months.iter().map(|month| month.flagged).collect::<Vec<_>>(), [4, 4]);
    }

    #[test]
    fn a_month_that_is_not_known_ends_the_following() {
        let model = made_up().model;
        let months = [month(1, "eeeee", Some([0; 5])), month(3, "TTTTT", None)];
        let followed = follow(&model, &[0.5, 1.0], &months);
        assert_eq!((followed.months[0].dates_known, followed.together[1].customers), (0, 0));
    }
}
