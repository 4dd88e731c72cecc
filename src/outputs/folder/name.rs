//! What the folders of runs and panels are called.

use std::fmt;

use super::HELD;
use crate::calendar::Day;

/// The name of a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FolderName {
    /// Of a run, by its day.
    Run(Day),
    /// Of a panel, by the days that it goes from and to.
    Panel(Day, Day),
}

impl fmt::Display for FolderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FolderName::Run(as_of) => as_of.fmt(f),
            FolderName::Panel(from, to) => write!(f, "{from}_{to}"),
        }
    }
}

impl FolderName {
    /// Whether it is of a run.
    pub fn is_run(self) -> bool {
        matches!(self, FolderName::Run(_))
    }
}

/// Characters of a day.
const DAY: usize = "2025-12-31".len();

/// The folder's name that a name goes on with behind a prefix: of a run or a panel, with or without the mark of those
/// held.
pub(super) fn behind<'a>(name: &'a str, prefix: &str) -> Option<&'a str> {
    let rest = name.strip_prefix(prefix)?;
    let is_day = |at: usize| rest.get(at..at + DAY).and_then(Day::from_iso).is_some();
    let length = match is_day(0) {
        false => return None,
        true if rest[DAY..].starts_with('_') && is_day(DAY + 1) => 2 * DAY + 1,
        true => DAY,
    };
    let held = rest[length..].starts_with(HELD);
    rest.get(..length + if held { HELD.len() } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_behind_a_prefix() {
        assert_eq!(behind(".aside-2025-12-31", ".aside-"), Some("2025-12-31"));
        assert_eq!(behind(".aside-2025-12-31.held-2", ".aside-"), Some("2025-12-31.held"));
        assert_eq!(behind(".aside-2025-12-31-2", ".aside-"), Some("2025-12-31"));
        assert_eq!(behind(".aside-2024-12-31_2025-12-31-2", ".aside-"), Some("2024-12-31_2025-12-31"));
        assert_eq!(behind(".aside-2024-12-31_2025-12-31.held", ".aside-"), Some("2024-12-31_2025-12-31.held"));
        assert_eq!(behind(".aside-2024-12-31_draft", ".aside-"), Some("2024-12-31"));
        assert_eq!(behind(".aside-backup", ".aside-"), None);
        assert_eq!(behind("2025-12-31", ".aside-"), None);
    }
}
