//! Panics. A library may panic at damaged input, which is caught and passes without a word; any other panic is a fault
//! of ours, and is said in a line.

use std::cell::Cell;
use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

thread_local! {
    /// Whether a panic of this thread is caught by [`caught`].
    static EXPECTED: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic was said already; others follow from it.
static SAID: AtomicBool = AtomicBool::new(false);

/// Does work that may panic; `None` if it did.
pub fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    let outer = EXPECTED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work)).ok();
    EXPECTED.set(outer);
    done
}

/// Does all the work of the program, with panics said as one line; `None` if there was one.
pub fn said<T>(work: impl FnOnce() -> T) -> Option<T> {
    std::panic::set_hook(Box::new(say));
    catch_unwind(AssertUnwindSafe(work)).ok()
}

/// The panic's own words are left out: they may quote data.
fn say(panic: &PanicHookInfo<'_>) {
    let is_expected = EXPECTED.try_with(Cell::get).unwrap_or_default();
    if is_expected || SAID.swap(true, Ordering::Relaxed) {
        return;
    }
    let place = panic.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
    let backtrace = std::backtrace::Backtrace::capture();
    let mut stderr = std::io::stderr().lock();
    let _ = writeln!(stderr, "error: this is a fault of vardag{place}: please report it");
    if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
        let _ = writeln!(stderr, "{backtrace}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_caught_is_caught_and_expected_only_meanwhile() {
        assert_eq!(caught(|| 3), Some(3));
        let inside = caught(|| {
            assert!(EXPECTED.get());
            assert!(caught(|| [0].get(1).copied().expect("an index")).is_none());
            EXPECTED.get()
        });
        assert_eq!((inside, EXPECTED.get()), (Some(true), false));
    }
}
