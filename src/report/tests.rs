//! The page of a made-up run that has something of everything.

use super::page::page;
use super::{Content, MaskedBreakdown};
use crate::calendar::{Day, Window};
use crate::config::{RunPlan, from_text};
use crate::history::{CategoryPoint, Cause, HistoryEntry, Movements, RuleMovement};
use crate::i18n::Language;
use crate::intake::OtherCodes;
use crate::outputs::{ExtractEntry, RowsEntry};
use crate::statistics::{
    ALL, Breakdown, CategoryFigures, EmployerSummary, FeatureFigures, Group, GroupFigures, MeanMedian, Summary, Total,
};

const CONFIG: &str = r#"
[report]
agency = "Myndighet <&> Co"
[extracts.contacts]
files = "contacts.csv"
[extracts.applications]
files = "applications.csv"
[extracts.payments]
files = "payments.csv"
"#;

/// Everything that a [`Content`] borrows.
pub(super) struct Run {
    config: RunPlan,
    window: Window,
    features: Vec<String>,
    figures: Vec<CategoryFigures>,
    breakdowns: Vec<Breakdown>,
    employers: Vec<CategoryFigures<EmployerSummary>>,
    movements: Option<Movements>,
    history: Vec<HistoryEntry>,
    extracts: Vec<ExtractEntry>,
    warnings: Vec<String>,
    held_because: Vec<String>,
}

impl Run {
    pub(super) fn content(&self) -> Content<'_> {
        Content {
            config: &self.config,
            window: &self.window,
            registered: true,
            features: &self.features,
            figures: &self.figures,
            breakdowns: MaskedBreakdown::all(&self.breakdowns, self.config.breakdowns.min_group),
            employers: &self.employers,
            movements: self.movements.as_ref(),
            history: &self.history,
            extracts: &self.extracts,
            warnings: &self.warnings,
            held_because: &self.held_because,
        }
    }

    fn page(&self, language: Language) -> String {
        page(&self.content(), language).unwrap()
    }

    /// A run with nobody in it, and the first of its kind.
    pub(super) fn empty() -> Run {
        let config = from_text(CONFIG, "/".as_ref(), |as_of| as_of.day(Day(0))).unwrap();
        let features: Vec<String> =
            crate::schema::features::FEATURES.iter().map(|feature| feature.name.to_owned()).collect();
        let names = config.customers.categories.iter().map(|category| category.name.clone()).chain([ALL.to_owned()]);
        let figures = names
            .map(|name| CategoryFigures {
                name,
                customers: 0,
                summary: summary(f64::NAN, f64::NAN, f64::NAN),
                features: vec![feature(0, [f64::NAN; 7]); features.len()],
            })
            .collect();
        Run {
            window: Window::new(Day::from_iso("2025-12-31").unwrap(), 12, None, 31, 30),
            config,
            features,
            figures,
            breakdowns: Vec::new(),
            employers: Vec::new(),
            movements: None,
            history: Vec::new(),
            extracts: Vec::new(),
            warnings: Vec::new(),
            held_because: Vec::new(),
        }
    }

    /// A run that has something of everything.
    pub(super) fn whole() -> Run {
        let mut run = Run::empty();
        let figures = [(79_000, 0.4, 26.0), (11_000, 0.9, 25.0), (10_000, 6.5, 39.0), (100_000, 1.1, 28.0)];
        for (category, (customers, contacts, minutes)) in run.figures.iter_mut().zip(figures) {
            category.customers = customers;
            category.summary = summary(customers as f64 / 1000.0, contacts, minutes);
            let spread = [0.0, 0.0, 1.0, 2.5, 4.0, 8.0, 900.0].map(|value| value * contacts);
            category.features.iter_mut().for_each(|of| *of = feature(customers, spread));
        }
        run.breakdowns = vec![
            breakdown("age_group", &[("18-24", [700, 200, 100]), ("25-34", [1500, 400, 5])]),
            breakdown("municipality", &MUNICIPALITIES),
        ];
        run.employers = employers();
        run.movements = Some(movements());
        run.history = vec![past("2025-10-31", [80.0, 11.0, 9.0]), past("2025-11-30", [79.4, 11.0, 9.6])];
        run.extracts = vec![extract()];
        run.warnings = vec!["applications: method codes that are not mapped count as other: \"FAX\"".to_owned()];
        run.held_because = vec!["contacts: 2 % of the records are malformed".to_owned()];
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

fn summary(share_pct: f64, contacts_per_year: f64, minutes: f64) -> Summary {
    Summary {
        share_pct,
        contacts_per_year,
        handling_minutes_per_application: minutes,
        handling_minutes_pooled: minutes,
        applications_pct: [15.0, 3.0, 5.0, 75.5, 1.5],
        applications_by_employer_pct: 6.5,
        applications_by_partner_pct: 0.8,
    }
}

fn feature(n: u64, quantiles: [f64; 7]) -> FeatureFigures {
    FeatureFigures { n, sum: Total::Whole(0), mean: quantiles[3], sd: f64::NAN, quantiles, extremes: None }
}

fn breakdown(dimension: &str, groups: &[(&str, [u64; 3])]) -> Breakdown {
    let group = |(name, customers): &(&str, [u64; 3])| {
        let all: u64 = customers.iter().sum();
        let figures = |of: u64| GroupFigures {
            customers: of,
            summary: summary(100.0 * of as f64 / all as f64, 1.25, 28.0),
            features: vec![MeanMedian { n: of, mean: 1.0, median: 0.0 }; crate::schema::features::FEATURES.len()],
        };
        let categories = customers.iter().copied().chain([all]).map(figures).collect();
        Group { values: vec![Some((*name).to_owned())], categories }
    };
    Breakdown { dimensions: vec![dimension.to_owned()], groups: groups.iter().map(group).collect() }
}

fn employers() -> Vec<CategoryFigures<EmployerSummary>> {
    let summary = |at: usize| EmployerSummary {
        active: 90,
        share_pct: 20.0,
        contacts_per_application: 3.0 / (at + 1) as f64,
        channels_per_employer: 1.5,
        online_pct: 20.0 * (at + 1) as f64,
        clarifications_per_application: f64::NAN,
        handling_minutes_pooled: 31.0,
        applications_per_active: 2.0,
    };
    let figures = |(at, name): (usize, &str)| CategoryFigures {
        name: name.to_owned(),
        customers: 1000,
        summary: summary(at),
        features: Vec::new(),
    };
    ["small", "medium", "large", "unknown", ALL].into_iter().enumerate().map(figures).collect()
}

fn movements() -> Movements {
    let names = || ["regular", "irregular", "support"].map(str::to_owned).to_vec();
    Movements {
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

fn past(as_of: &str, shares: [f64; 3]) -> HistoryEntry {
    let [regular, irregular, support] = shares;
    let names = [("regular", regular), ("irregular", irregular), ("support", support), (ALL, 100.0)].into_iter();
    let point = |(name, share_pct): (&str, f64)| CategoryPoint {
        category: name.to_owned(),
        customers: (share_pct * 1000.0) as u64,
        share_pct,
        contacts_per_year: 0.4,
        handling_minutes_per_application: f64::NAN,
        handling_minutes_pooled: f64::NAN,
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

/// What a reader sees: the text between tags, a line each.
fn text_of(page: &str) -> String {
    let body = page.split_once("<body>").unwrap().1;
    let texts = body.split('<').filter_map(|piece| Some(piece.split_once('>')?.1.trim()));
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Holds every tag to be closed in its turn, and every id to be there once.
fn assert_well_formed(page: &str) {
    const VOID: [&str; 4] = ["meta", "!DOCTYPE", "br", "hr"];
    let (mut open, mut ids) = (Vec::new(), std::collections::BTreeSet::new());
    for piece in page.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').unwrap_or_else(|| panic!("no end of a tag: {piece}"));
        let name = tag.split_whitespace().next().unwrap_or_default();
        if let Some(closed) = name.strip_prefix('/') {
            assert_eq!(open.pop(), Some(closed.to_owned()), "before {piece}");
        } else if !tag.ends_with('/') && !VOID.contains(&name) {
            open.push(name.to_owned());
        }
        if let Some((_, rest)) = tag.split_once(" id=\"") {
            let id = rest.split('"').next().unwrap_or_default();
            assert!(ids.insert(id.to_owned()), "two of the id {id}");
        }
    }
    assert!(open.is_empty(), "{open:?} not closed");
    for reference in page.split("aria-labelledby=\"").skip(1) {
        for id in reference.split('"').next().unwrap_or_default().split(' ') {
            assert!(ids.contains(id), "no {id} on the page");
        }
    }
}

#[test]
fn pages_are_well_formed_in_every_language_whatever_there_is_to_show() {
    for run in [Run::whole(), Run::empty()] {
        for language in Language::ALL {
            let page = run.page(language);
            assert_well_formed(&page);
            assert!(page.contains(&format!("<html lang=\"{}\">", language.code())));
            for tell in ["NaN", "inf", "{", "http:", "https:", "<script", "<link", "url("] {
                let body = page.split_once("</style>").unwrap().1.replace("http://www.w3.org/2000/svg", "");
                assert!(!body.contains(tell), "{tell} in {language:?}");
            }
        }
    }
}

#[test]
fn what_comes_from_data_is_never_markup() {
    let page = Run::whole().page(Language::Sv);
    assert!(page.contains("Myndighet &lt;&amp;&gt; Co") && page.contains("Raseborg &lt;&amp;&gt;"));
    assert!(!page.contains("<&>"));
}

#[test]
fn masked_figures_are_nowhere_on_the_page() {
    let text = text_of(&Run::whole().page(Language::En));
    // 400 and 5 of 1,905 aged 25 to 34: each could be worked out from the other.
    assert!(text.contains("78.7%") && !text.contains("21.0%") && !text.contains("0.3%"), "{text}");
    // Of Sottunga and Kökar nothing is told but that they are there.
    for small in ["Sottunga", "Kökar"] {
        let rest = text.split(&format!("\n{small}\n")).nth(1).unwrap();
        assert!(rest.starts_with("[c]\n[c]\n[c]\n[c]\n[c]\n[c]"), "{rest}");
        assert_eq!(text.matches(&format!("\n{small}\n")).count(), 1);
    }
}

#[test]
fn groups_that_deviate_most_come_first_and_age_groups_by_age() {
    let text = text_of(&Run::whole().page(Language::En));
    let place = |name: &str| text.rfind(&format!("\n{name}\n")).unwrap();
    assert!(place("Raseborg &lt;&amp;&gt;") < place("Åbo") && place("Mariehamn") < place("Sottunga"));
    assert!(text.contains("within chance"));
    assert!(place("18-24") < place("25-34"));
    assert!(text.contains("+19.0 points, Everyday life that requires support"), "{text}");
}

#[test]
fn the_page_as_it_is_read() {
    insta::assert_snapshot!(text_of(&Run::whole().page(Language::En)));
}

#[test]
fn what_a_run_has_nothing_of_has_no_section() {
    let text = text_of(&Run::empty().page(Language::Fi));
    assert!(text.contains("Aiempaa ajoa, johon verrata, ei ole."));
    for title in ["Ryhmittäin", "Siirtymät", "Ajan mittaan", "Työnantajat"] {
        assert!(!text.contains(title), "{title}");
    }
}

/// Of the categories so many customers, and all of them have every feature.
fn with_customers(mut run: Run, customers: [u64; 4]) -> Run {
    for (category, customers) in run.figures.iter_mut().zip(customers) {
        category.customers = customers;
        category.summary.share_pct = 100.0 * customers as f64 / 100_000.0;
        category.features.iter_mut().for_each(|feature| feature.n = customers);
    }
    run
}

impl Run {
    /// A run of whose categories one has five customers.
    pub(super) fn with_a_small_category() -> Run {
        with_customers(Run::whole(), [90_000, 9_995, 5, 100_000])
    }

    /// A run with a group whose name has characters that nothing can show.
    pub(super) fn with_control_characters() -> Run {
        let mut run = Run::whole();
        run.breakdowns[1].groups[1].values = vec![Some("Marie\u{1}hamn\u{0}".to_owned())];
        run
    }
}

#[test]
fn a_category_of_few_is_told_by_its_size_only() {
    let page = Run::with_a_small_category().page(Language::En);
    let text = text_of(&page).replace('\u{a0}', " ");
    let card = text.split("\nEveryday life that requires support\n").nth(1).unwrap();
    assert!(card.starts_with("0.0%\n5 customers"), "{card}");
    // Contacts a year are 6.5 and handling takes 39 minutes, of this category only; as published they are 6.5 and 39.
    assert!(!text.contains("6.50") && !text.contains("39.0"), "{text}");
    // The next smallest category, which could be told from the sums, is masked with it; the largest is not.
    let rows = |name: &str| {
        let head = format!("\n{name}\n");
        let rows = text.split(&head).skip(1);
        rows.filter(|row| row.starts_with("[c]\n[c]\n[c]\n[c]\n[c]")).count()
    };
    assert!(rows("Everyday life that requires support") > 5 && rows("Irregular everyday life") > 5, "{text}");
    assert_eq!((rows("Regular everyday life"), rows("All customers")), (0, 0));
    assert_eq!(text.matches("[c]: fewer than 10 customers").count(), 5, "{text}");
    // The history has them at this run only.
    let contacts = text.split("\n31 December 2025\n").skip(1).find(|rest| rest.starts_with("0.40\n[c]\n[c]"));
    assert!(contacts.is_some() && text.contains("\n30 November 2025\n0.40\n0.40\n0.40"), "{text}");
}

#[test]
fn a_held_run_is_none_of_the_good_ones() {
    let mut run = Run::whole();
    assert!(text_of(&run.page(Language::Sv)).contains("2 till antalet, och den här körningen, som hålls tillbaka."));
    run.held_because.clear();
    assert!(text_of(&run.page(Language::Sv)).contains("Alla godkända körningar i mappen, 3 till antalet."));
}

/// The made-up run, whose last run called the categories so.
fn with_last_categories(names: [&str; 3]) -> Run {
    let mut run = Run::whole();
    for (point, name) in run.history[1].categories.iter_mut().zip(names) {
        point.category = name.to_owned();
    }
    run
}

#[test]
fn a_new_category_is_said_to_be_new_and_a_former_one_stays_in_the_history() {
    let run = with_last_categories(["regular", "irregular", "heavy"]);
    for (language, words) in
        [(Language::Sv, "ny kategori"), (Language::Fi, "uusi luokka"), (Language::En, "new category")]
    {
        // In the card's three rows, and in the table of shares.
        assert_eq!(text_of(&run.page(language)).matches(&format!("–\n{words}")).count(), 4);
    }
    let text = text_of(&run.page(Language::En)).replace('\u{a0}', " ");
    assert!(text.contains("support\nheavy\n31 October 2025\n80.0\n11.0\n9.0\n–\n30 November 2025"), "{text}");
    assert!(text.contains("\n30 November 2025\n79.4\n11.0\n–\n9.6\n"), "{text}");
}

#[test]
fn a_last_run_of_other_categories_is_not_compared_with() {
    let text = text_of(&with_last_categories(["a", "b", "c"]).page(Language::En)).replace('\u{a0}', " ");
    let overview = text.split("\nWays to apply\n").nth(1).unwrap();
    assert!(overview.contains("The last run (30 November 2025) has other categories."), "{overview}");
    assert!(!overview.contains("Last run") && !overview.contains("new category"));
}

#[test]
fn one_customer_is_one_and_what_cannot_be_shown_is_replaced() {
    let one = with_customers(Run::empty(), [1, 0, 0, 1]);
    assert!(text_of(&one.page(Language::Sv)).contains("\n1 kund\n"));
    assert!(text_of(&one.page(Language::Fi)).contains("\n1 asiakas\n"));
    let page = Run::with_control_characters().page(Language::Fi);
    assert!(page.contains(">Marie\u{fffd}hamn\u{fffd}<"));
    assert!(!page.contains(|character: char| character.is_control() && character != '\n'));
}

#[test]
fn causes_that_cannot_be_told_apart_are_said_to_be() {
    let mut run = Run::whole();
    let cause = |cause: Cause| Some(Movements { cause, ..movements() });
    run.movements = cause(Cause::CannotTell { differs: vec!["window.months".to_owned()] });
    assert!(
        text_of(&run.page(Language::Sv)).contains("Mellan körningarna har mer än reglerna ändrats: window.months.")
    );
    run.movements = cause(Cause::Behaviour);
    assert!(text_of(&run.page(Language::Sv)).contains("Reglerna är desamma i båda körningarna."));
}
