//! A made-up run that has something of everything, for the tests of tables, of the page and of the workbook.

use super::{Content, MaskedBreakdown};
use crate::calendar::Day;
use crate::config::{AGE_GROUP, RunPlan, from_text};
use crate::early_warning::Applied;
use crate::history::{CategoryPoint, Cause, HistoryEntry, Movements, RuleMovement};
use crate::i18n::{Message, Value, messages};
use crate::intake::OtherCodes;
use crate::intake::{ExtractEntry, RowsEntry};
use crate::schema::Entity;
use crate::schema::features::At;
use crate::schema::figures::{Figure, FigureValues};
use crate::statistics::{
    ALL, Adjusted, AgeAdjusted, Breakdown, CategoryFigures, Concentration, FeatureFigures, Group, GroupFigures,
    MeanMedian, Total,
};

const CONFIG: &str = r#"
[report]
agency = "Myndighet <&> Co"
reference = "FPA/Kela"
[extracts.contacts]
files = "contacts.csv"
[extracts.applications]
files = "applications.csv"
[extracts.payments]
files = "payments.csv"
"#;

/// Everything that a [`Content`] borrows.
pub(crate) struct Run {
    pub(crate) plan: RunPlan,
    features: Vec<String>,
    pub(crate) figures: Vec<CategoryFigures>,
    concentration: Vec<Concentration>,
    pub(crate) breakdowns: Vec<Breakdown>,
    pub(crate) employers: Vec<CategoryFigures>,
    pub(crate) movements: Option<Movements>,
    pub(crate) employer_movements: Option<Movements>,
    pub(crate) early_warning: Option<Applied>,
    pub(crate) history: Vec<HistoryEntry>,
    extracts: Vec<ExtractEntry>,
    warnings: Vec<Message>,
    pub(crate) held_because: Vec<Message>,
}

impl Run {
    pub(crate) fn content(&self) -> Content<'_> {
        Content {
            plan: &self.plan,
            registered: true,
            features: &self.features,
            figures: &self.figures,
            concentration: &self.concentration,
            breakdowns: MaskedBreakdown::all(&self.breakdowns, self.plan.breakdowns.min_group),
            employers: &self.employers,
            movements: self.movements.as_ref(),
            employer_movements: self.employer_movements.as_ref(),
            early_warning: self.early_warning.as_ref(),
            history: &self.history,
            extracts: &self.extracts,
            warnings: &self.warnings,
            held_because: &self.held_because,
        }
    }

    /// A run with nobody in it, and the first of its kind.
    pub(crate) fn empty() -> Run {
        let plan = from_text(CONFIG, "/".as_ref(), |_| Day::from_iso("2025-12-31").unwrap()).unwrap();
        let features: Vec<String> =
            crate::schema::features::FEATURES.iter().map(|feature| feature.name.to_owned()).collect();
        let names = plan.customers.categories.iter().map(|category| category.name.clone()).chain([ALL.to_owned()]);
        let of_categories = names
            .map(|name| CategoryFigures {
                name,
                customers: 0,
                figures: figures(f64::NAN, f64::NAN, f64::NAN),
                features: vec![feature(0, [f64::NAN; 7]); features.len()],
            })
            .collect();
        Run {
            plan,
            features,
            figures: of_categories,
            concentration: Vec::new(),
            breakdowns: Vec::new(),
            employers: Vec::new(),
            movements: None,
            employer_movements: None,
            early_warning: None,
            history: Vec::new(),
            extracts: Vec::new(),
            warnings: Vec::new(),
            held_because: Vec::new(),
        }
    }

    /// A run that has something of everything.
    pub(crate) fn whole() -> Run {
        let mut run = Run::empty();
        let of_categories = [(79_000, 0.4, 26.0), (11_000, 0.9, 25.0), (10_000, 6.5, 39.0), (100_000, 1.1, 28.0)];
        for (category, (customers, contacts, minutes)) in run.figures.iter_mut().zip(of_categories) {
            category.customers = customers;
            category.figures = figures(customers as f64 / 1000.0, contacts, minutes);
            let spread = [0.0, 0.0, 1.0, 2.5, 4.0, 8.0, 900.0].map(|value| value * contacts);
            category.features.iter_mut().for_each(|of| *of = feature(customers, spread));
        }
        run.concentration = vec![Concentration {
            feature: At::contacts,
            top_pct: 10,
            customers: 10_000,
            share_pct: 61.5,
            by_category: vec![1_000, 2_500, 6_500],
        }];
        run.breakdowns = vec![
            breakdown("age_group", &[("18-24", [700, 200, 100]), ("25-34", [1500, 400, 5])]),
            breakdown("municipality", &MUNICIPALITIES),
        ];
        run.employers = employers();
        run.movements = Some(movements());
        run.employer_movements = Some(employer_movements());
        run.history = vec![past("2025-10-31", [80.0, 11.0, 9.0]), past("2025-11-30", [79.4, 11.0, 9.6])];
        run.extracts = vec![extract()];
        let codes = messages::code("FAX", messages::n_rows(16u64));
        run.warnings = vec![messages::unmapped_codes("applications", "method", codes)];
        let above = messages::above(Value::Number("2.5".to_owned()), "max_rejected_pct", "1");
        run.held_because = vec![messages::too_many_malformed("contacts", 25u64, 1000u64, above)];
        run
    }
}

const MUNICIPALITIES: [(&str, [u64; 3]); 5] = [
    ("Kökar", [4, 2, 2]),
    ("Mariehamn", [790, 110, 100]),
    ("Raseborg <&>", [600, 110, 290]),
    ("Sottunga", [21, 11, 9]),
    ("Åbo", [15_800, 2_210, 1_990]),
];

fn figures(share_pct: f64, contacts_per_year: f64, minutes: f64) -> FigureValues {
    FigureValues::new(Entity::Customer, |figure| match figure {
        Figure::share_pct => share_pct,
        Figure::contacts_per_year => contacts_per_year,
        Figure::applications_paper_pct => 15.0,
        Figure::applications_oral_pct => 3.0,
        Figure::applications_on_behalf_pct => 5.0,
        Figure::applications_online_pct => 75.5,
        Figure::applications_other_pct => 1.5,
        Figure::applications_by_employer_pct => 6.5,
        Figure::applications_by_partner_pct => 0.8,
        _ => minutes,
    })
}

fn feature(n: u64, quantiles: [f64; 7]) -> FeatureFigures {
    FeatureFigures { n, sum: Total::Whole(0), mean: quantiles[3], sd: f64::NAN, quantiles, extremes: None }
}

fn breakdown(dimension: &str, groups: &[(&str, [u64; 3])]) -> Breakdown {
    let group = |(name, customers): &(&str, [u64; 3])| {
        let all: u64 = customers.iter().sum();
        let of_category = |of: u64| GroupFigures {
            customers: of,
            figures: figures(100.0 * of as f64 / all as f64, 1.25, 28.0),
            features: vec![MeanMedian { n: of, mean: 1.0, median: 0.0 }; crate::schema::features::FEATURES.len()],
        };
        let categories = customers.iter().copied().chain([all]).map(of_category).collect();
        let age_adjusted = (dimension != AGE_GROUP).then(|| AgeAdjusted {
            fewest_of_an_age: 10,
            categories: customers.iter().zip([0.79, 0.11, 0.1]).map(|(of, share)| adjusted(*of, all, share)).collect(),
        });
        Group { values: vec![Some((*name).to_owned())], categories, age_adjusted }
    };
    Breakdown { dimensions: vec![dimension.to_owned()], groups: groups.iter().map(group).collect() }
}

/// Of so many customers of so many, where this share of them is expected; the interval is as wide as for most areas.
pub(crate) fn adjusted(customers: u64, all: u64, share: f64) -> Adjusted {
    let expected = all as f64 * share;
    let ratio = customers as f64 / expected;
    Adjusted { expected, ratio, ratio_low: ratio - 0.05, ratio_high: ratio + 0.05 }
}

fn employers() -> Vec<CategoryFigures> {
    let of = |at: usize| {
        FigureValues::new(Entity::Employer, |figure| match figure {
            Figure::active => 90.0,
            Figure::share_of_active_pct => 20.0,
            Figure::contacts_per_application => 3.0 / (at + 1) as f64,
            Figure::channels_per_employer => 1.5,
            Figure::online_pct => 20.0 * (at + 1) as f64,
            Figure::handling_minutes_pooled => 31.0,
            Figure::applications_per_active => 2.0,
            _ => f64::NAN,
        })
    };
    let category = |(at, name): (usize, &str)| CategoryFigures {
        name: name.to_owned(),
        customers: 1000,
        figures: of(at),
        features: vec![feature(1000, [0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 90.0]); Entity::Employer.features().len()],
    };
    ["small", "medium", "large", "unknown", ALL].into_iter().enumerate().map(category).collect()
}

pub(crate) fn movements() -> Movements {
    let names = || ["regular", "irregular", "support"].map(str::to_owned).to_vec();
    Movements {
        entity: Entity::Customer,
        old_as_of: "2025-11-30".to_owned(),
        new_as_of: "2025-12-31".to_owned(),
        from: names(),
        to: names(),
        matrix: vec![vec![78_000, 900, 100], vec![700, 9_900, 300], vec![0, 100, 9_600]],
        entered: vec![300, 100, 0],
        left: vec![200, 50, 10],
        by_rule: vec![RuleMovement {
            from: "regular".to_owned(),
            from_rule: "default".to_owned(),
            to: "irregular".to_owned(),
            to_rule: "life_event".to_owned(),
            customers: 900,
        }],
        cause: Cause::Split {
            by_rules: vec![vec![79_000, 0, 0], vec![0, 10_800, 100], vec![0, 0, 9_700]],
            by_behaviour: vec![vec![78_000, 900, 100], vec![700, 9_900, 200], vec![0, 100, 9_700]],
        },
    }
}

fn employer_movements() -> Movements {
    let names = || ["small", "medium", "large", "unknown"].map(str::to_owned).to_vec();
    Movements {
        entity: Entity::Employer,
        from: names(),
        to: names(),
        matrix: vec![vec![880, 12, 0, 0], vec![7, 90, 1, 0], vec![0, 0, 5, 0], vec![1, 0, 0, 2]],
        entered: vec![20, 1, 0, 0],
        left: vec![9, 0, 0, 1],
        by_rule: vec![RuleMovement {
            from: "small".to_owned(),
            from_rule: "small".to_owned(),
            to: "medium".to_owned(),
            to_rule: "medium".to_owned(),
            customers: 12,
        }],
        cause: Cause::Behaviour,
        ..movements()
    }
}

fn past(as_of: &str, shares: [f64; 3]) -> HistoryEntry {
    let [regular, irregular, support] = shares;
    let names = [("regular", regular), ("irregular", irregular), ("support", support), (ALL, 100.0)].into_iter();
    let point = |(name, share_pct): (&str, f64)| CategoryPoint {
        category: name.to_owned(),
        customers: (share_pct * 1000.0) as u64,
        figures: figures(share_pct, 0.4, f64::NAN),
    };
    HistoryEntry {
        as_of: as_of.to_owned(),
        months: 12,
        population: 100_000,
        categories: names.map(point).collect(),
        volumes: Vec::new(),
    }
}

fn extract() -> ExtractEntry {
    let rows = RowsEntry {
        records: 1000,
        filtered: 0,
        rejected: 20,
        orphans: 5,
        duplicates: 3,
        future: 2,
        out_of_scope: 1,
        in_use: 974,
    };
    ExtractEntry {
        extract: "applications",
        rows,
        faults: [("malformed_date", 15)].into(),
        newest_event: Some("2025-12-30".to_owned()),
        in_window: Some(970),
        oldest_in_use: Some("2024-12-20".to_owned()),
        newest_in_use: Some("2025-12-30".to_owned()),
        duplicates_that_differ: 0,
        payments_after_registration: None,
        faults_listed: 15,
        unmapped_methods: [("FAX".to_owned(), 16)].into(),
        unmapped_methods_other: OtherCodes::default(),
        unmapped_filers: [("KOMMUN".to_owned(), 14)].into(),
        unmapped_filers_other: OtherCodes::default(),
        unknown_benefits: [("<b>".to_owned(), 10), ("<i>".to_owned(), 12)].into(),
        unknown_benefits_other: OtherCodes { codes: 30, rows: 45 },
        files: Vec::new(),
    }
}

/// Of the categories so many customers, and all of them have every feature.
pub(crate) fn with_customers(mut run: Run, customers: [u64; 4]) -> Run {
    for (category, customers) in run.figures.iter_mut().zip(customers) {
        category.customers = customers;
        let share = 100.0 * customers as f64 / 100_000.0;
        let before = category.figures.clone();
        category.figures = FigureValues::new(Entity::Customer, |figure| match figure {
            Figure::share_pct => share,
            _ => before.get(figure),
        });
        category.features.iter_mut().for_each(|feature| feature.n = customers);
    }
    run
}

impl Run {
    /// A run of whose categories one has five customers.
    pub(crate) fn with_a_small_category() -> Run {
        with_customers(Run::whole(), [90_000, 9_995, 5, 100_000])
    }

    /// A run with a group whose name has characters that nothing can show.
    pub(crate) fn with_control_characters() -> Run {
        let mut run = Run::whole();
        run.breakdowns[1].groups[1].values = vec![Some("Marie\u{1}hamn\u{0}".to_owned())];
        run
    }
}

/// The made-up run, whose last run called the categories so.
pub(crate) fn with_last_categories(names: [&str; 3]) -> Run {
    let mut run = Run::whole();
    for (point, name) in run.history[1].categories.iter_mut().zip(names) {
        point.category = name.to_owned();
    }
    run
}
