//! The dates of a panel, and the window of each (`docs/method.md` section 10).

use crate::calendar::{Day, Window};
use crate::config::{ConfigError, RunPlan};
use crate::exit_code::ExitCode;
use crate::features::KernelWindow;
use crate::schema::Entity;

/// From when to when a panel goes, as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PanelSpan {
    /// No date is before it.
    pub from: Day,
    /// The last date.
    pub to: Day,
    /// Calendar months from date to date.
    pub every_months: u32,
}

/// Why there is no such panel.
#[derive(Debug, thiserror::Error)]
pub enum PanelError {
    /// The dates are fewer than two.
    #[error(
        "a panel has at least two dates, and from {} to {} there is one in steps of {} months: begin earlier with --from, or \
         take smaller steps with --every", .0.from, .0.to, .0.every_months
    )]
    OneDate(PanelSpan),
    /// It begins after it ends.
    #[error("a panel from {} to {} has no date: --from must be before --to", .0.from, .0.to)]
    Reversed(PanelSpan),
    /// Days are kept as offsets of 16 bits.
    #[error(
        "a panel reaches over at most {MOST_DAYS} days, the windows of its dates included; from {} to {} these are {days}",
        .span.from, .span.to
    )]
    TooLong {
        /// What was asked for.
        span: PanelSpan,
        /// The days.
        days: i32,
    },
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl PanelError {
    /// What the program ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            PanelError::Config(error) => error.exit_code(),
            _ => ExitCode::Usage,
        }
    }
}

/// Most days from the first window's beginning to the last date.
const MOST_DAYS: i32 = 60_000;

impl PanelSpan {
    /// Its dates, ascending: the last one, and so many months before it each, on the same day of the month, or on the last
    /// if the last date is its month's last.
    ///
    /// # Errors
    /// There are fewer than two.
    pub fn dates(&self) -> Result<Vec<Day>, PanelError> {
        if self.from > self.to {
            return Err(PanelError::Reversed(*self));
        }
        // Years have bounds, at which a month back is the same day again.
        let mut dates: Vec<Day> = vec![self.to];
        for steps in 1.. {
            let day = self.date(steps);
            if day < self.from || dates.last() == Some(&day) {
                break;
            }
            dates.push(day);
        }
        dates.reverse();
        if dates.len() < 2 { Err(PanelError::OneDate(*self)) } else { Ok(dates) }
    }

    /// The date so many steps before the last one.
    pub fn date(&self, steps: i32) -> Day {
        let day = self.to.plus_months(-steps * self.every_months as i32);
        let ends_month = first_of_next(self.to) == self.to.plus_days(1);
        if ends_month { first_of_next(day).plus_days(-1) } else { day }
    }
}

/// The first day of the month after that of a day.
fn first_of_next(day: Day) -> Day {
    use chrono::Datelike;
    let next = day.plus_months(1);
    next.plus_days(1 - next.date().day() as i32)
}

/// What a panel is made with.
pub struct PanelPlan {
    /// What was asked for.
    pub span: PanelSpan,
    /// The configuration as of the last date; its window reaches from the first date's to there, and it has no extract
    /// about employers.
    pub plan: RunPlan,
    /// The windows of the dates.
    pub windows: Vec<DateWindow>,
}

/// The window of a date.
pub struct DateWindow {
    /// The window.
    pub window: Window,
    /// The same as the kernel uses it.
    pub kernel: KernelWindow,
}

impl PanelPlan {
    /// From the configuration, which `load` gives as of a day.
    ///
    /// # Errors
    /// The configuration is faulty, or there is no such panel.
    pub fn new(span: PanelSpan, load: impl Fn(Day) -> Result<RunPlan, ConfigError>) -> Result<Self, PanelError> {
        let dates = span.dates()?;
        let mut plan = load(span.to)?;
        let start = load(dates[0])?.window.start;
        let days = span.to.0 - start.0 + 1 + plan.window.spell_gap_days;
        if days > MOST_DAYS {
            return Err(PanelError::TooLong { span, days });
        }
        let windows = dates.into_iter().map(|date| {
            let window = load(date)?.window;
            Ok(DateWindow { kernel: KernelWindow::new(&window), window })
        });
        let windows = windows.collect::<Result<Vec<_>, PanelError>>()?;
        plan.window = Window { start, slice_starts: vec![start], recent_start: start, ..plan.window };
        let of_customers =
            |extract| extract == Entity::Customer.register() || Entity::Customer.events().contains(&extract);
        plan.extracts.retain(|config| of_customers(config.extract));
        Ok(PanelPlan { span, plan, windows })
    }

    /// The dates, ascending.
    pub fn dates(&self) -> Vec<Day> {
        self.windows.iter().map(|date| date.window.as_of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(from: &str, to: &str, every_months: u32) -> Vec<String> {
        let day = |text| Day::from_iso(text).unwrap();
        let span = PanelSpan { from: day(from), to: day(to), every_months };
        span.dates().map_or_else(|error| vec![error.to_string()], |dates| dates.iter().map(Day::to_string).collect())
    }

    #[test]
    fn month_ends_stay_month_ends() {
        assert_eq!(dates("2024-12-31", "2025-02-28", 1), ["2024-12-31", "2025-01-31", "2025-02-28"]);
        assert_eq!(dates("2024-01-01", "2024-03-31", 1), ["2024-01-31", "2024-02-29", "2024-03-31"]);
        assert_eq!(dates("2023-12-31", "2025-12-31", 12), ["2023-12-31", "2024-12-31", "2025-12-31"]);
    }

    #[test]
    fn other_days_are_clamped_each_from_the_last_date() {
        assert_eq!(dates("2025-01-01", "2025-03-30", 1), ["2025-01-30", "2025-02-28", "2025-03-30"]);
        assert_eq!(dates("2025-01-15", "2025-07-15", 3), ["2025-01-15", "2025-04-15", "2025-07-15"]);
    }

    #[test]
    fn one_date_is_no_panel() {
        assert!(dates("2025-12-01", "2025-12-31", 1)[0].starts_with("a panel has at least two dates"));
        assert!(dates("2026-01-01", "2025-12-31", 1)[0].starts_with("a panel from 2026-01-01 to 2025-12-31"));
    }
}
