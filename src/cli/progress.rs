//! Progress bars, one per extract with its bytes, records and speed; on a terminal only.

use std::collections::HashMap;
use std::io::{self, IsTerminal};
use std::sync::Arc;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::config::Extract;
use crate::extract::{Progress, Unwatched};
use crate::job::Job;

/// A bar per extract.
struct Bars {
    all: MultiProgress,
    bars: HashMap<Extract, (ProgressBar, ProgressBar)>,
}

impl Progress for Bars {
    fn bytes(&self, extract: Extract, bytes: u64) {
        if let Some((bar, _)) = self.bars.get(&extract) {
            bar.inc(bytes);
        }
    }

    fn records(&self, extract: Extract, records: u64) {
        if let Some((bar, counted)) = self.bars.get(&extract) {
            counted.inc(records);
            bar.set_message(format!("{} rows", counted.position()));
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        // The results speak for themselves; a terminal is left as it was.
        let _ = self.all.clear();
    }
}

/// Bars for the job's extracts where someone can see them.
pub fn of_job(job: &Job<'_>, quiet: bool) -> Arc<dyn Progress> {
    if quiet || !io::stderr().is_terminal() {
        return Arc::new(Unwatched);
    }
    let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
    let bar = |(extract, bytes): (Extract, u64)| {
        let bar = all.add(ProgressBar::new(bytes));
        bar.set_style(style());
        bar.set_prefix(extract.name());
        (extract, (bar, ProgressBar::hidden()))
    };
    let bars = job.inputs().map(bar).collect();
    Arc::new(Bars { all, bars })
}

/// A bar for a count of customers.
pub fn of_customers(customers: u64, quiet: bool) -> ProgressBar {
    counting("customers", customers, quiet)
}

/// A bar for the dates of a panel.
pub fn of_dates(dates: usize, quiet: bool) -> ProgressBar {
    counting("dates", dates as u64, quiet)
}

/// A bar for a count, where someone can see it.
fn counting(what: &str, count: u64, quiet: bool) -> ProgressBar {
    if quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{prefix} {wide_bar} {human_pos}/{human_len} {per_sec} {eta}");
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(count).with_style(style).with_prefix(what.to_owned())
}

fn style() -> ProgressStyle {
    let template =
        "{prefix:>21} {wide_bar} {decimal_bytes:>10}/{decimal_total_bytes} {decimal_bytes_per_sec:>12} {eta:>4} {msg}";
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
