//! A made-up panel for the tests of tables and of the page: 14 months, in which customers move, come and go.

use super::made_up_run::Run;
use crate::calendar::Day;
use crate::statistics::{ABSENT, CategoryFigures, PanelFigures, Sequences};

/// Everything that the page of a panel is made of.
pub(crate) struct Panel {
    pub(crate) run: Run,
    pub(crate) sequences: Sequences,
    pub(crate) figures: Vec<Vec<CategoryFigures>>,
    pub(crate) panel: PanelFigures,
}

impl Panel {
    /// With so many customers.
    pub(crate) fn of(customers: usize) -> Self {
        let run = Run::whole();
        let to = Day::from_iso("2025-12-31").unwrap();
        let dates: Vec<Day> = (0..14).rev().map(|months| to.plus_days(1).plus_months(-months).plus_days(-1)).collect();
        // One customer in ten is absent for some months, two move between the second and the third category.
        let category = |customer: usize, date: usize| match (customer % 10, (customer / 10 + date) % 14) {
            (0, phase) if phase < 5 => ABSENT,
            (1, phase) if phase < 9 => 1,
            (1, _) => 2,
            (2, phase) if phase < 3 => 1,
            (3, _) => 2,
            _ => 0,
        };
        let of_date = |date: usize| (0..customers).map(|customer| category(customer, date)).collect();
        let categories = (0..dates.len()).map(of_date).collect();
        let sequences = Sequences { dates, categories };
        let panel = PanelFigures::of(&sequences, 3);
        let figures = vec![run.figures.clone(); sequences.dates.len()];
        Panel { run, sequences, figures, panel }
    }
}
