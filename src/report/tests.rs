//! The page of a made-up run, as it is read.

use super::PanelContent;
use crate::calendar::Day;
use crate::history::{Cause, Movements};
use crate::i18n::Language;
use crate::tables::made_up_panel::Panel;
use crate::tables::made_up_run::{Run, movements, with_customers, with_last_categories};

fn page(run: &Run, language: Language) -> String {
    super::page::page(&run.content(), language).unwrap()
}

/// What a reader sees: the text between tags, a line each.
pub(super) fn text_of(page: &str) -> String {
    let body = page.split_once("<body>").unwrap().1;
    let texts = body.split('<').filter_map(|piece| Some(piece.split_once('>')?.1.trim()));
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Holds every tag to be closed in its turn, and every id to be there once.
pub(super) fn assert_well_formed(page: &str) {
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
            let page = page(&run, language);
            assert_well_formed(&page);
            assert!(page.contains(&format!("<html lang=\"{}\">", language.code())));
            for tell in ["NaN", "inf", "{", "http:", "https:", "<script", "<link", "url("] {
                let body = page.split_once("</style>").unwrap().1.replace("http://www.w3.org/2000/svg", "");
                assert!(!body.contains(tell), "{tell} in {language:?}");
            }
        }
    }
}

fn page_of_panel(panel: &Panel, language: Language) -> String {
    let content = PanelContent {
        plan: &panel.run.plan,
        dates: &panel.sequences.dates,
        figures: &panel.figures,
        panel: &panel.panel,
        registered: true,
        warnings: panel.run.content().warnings,
        held_because: &[],
    };
    super::panel::page(&content, language).unwrap()
}

#[test]
fn the_page_of_a_panel_is_well_formed_in_every_language_however_few_there_are() {
    for customers in [0, 3, 400] {
        let panel = Panel::of(customers);
        for language in Language::ALL {
            let page = page_of_panel(&panel, language);
            assert_well_formed(&page);
            for tell in ["NaN", "inf", "{"] {
                let body = page.split_once("</style>").unwrap().1;
                assert!(!body.contains(tell), "{tell} in {language:?} of {customers}");
            }
        }
    }
}

#[test]
fn the_page_of_a_panel_as_it_is_read() {
    insta::assert_snapshot!(text_of(&page_of_panel(&Panel::of(400), Language::En)));
}

#[test]
fn a_panel_of_few_tells_of_no_moves_and_of_a_panel_of_many_all_are_told() {
    let text = |customers, language| text_of(&page_of_panel(&Panel::of(customers), language)).replace('\u{a0}', " ");
    let few = text(30, Language::En);
    assert!(!few.contains("are in it on") && few.contains("So few came, or left, that it is not shown"), "{few}");
    let said = [
        (Language::En, "“Irregular everyday life” on 31 December 2024, 67% are in it on 31 December 2025"),
        (Language::Sv, "”Oregelbunden vardag” 31.12.2024 hör 67 % till kategorin 31.12.2025"),
        (Language::Fi, "”Epäsäännöllinen arki” 31.12.2024, siihen kuuluu 31.12.2025 67 %"),
    ];
    for (language, words) in said {
        let many = text(4000, language);
        assert!(many.contains(words), "{many}");
        assert_eq!(many.matches("[c]").count(), 0, "{many}");
    }
}

#[test]
fn lengths_are_in_months_however_far_dates_are_apart() {
    let mut panel = Panel::of(4000);
    let monthly = text_of(&page_of_panel(&panel, Language::En)).replace('\u{a0}', " ");
    assert!(monthly.contains("on 14 dates, 1 month apart") && monthly.contains("within 9 months"), "{monthly}");
    assert!(monthly.contains("half have ended after 3 months") && monthly.contains("\n12 months apart\n"), "{monthly}");
    let last = panel.sequences.dates.len() as i32 - 1;
    for (at, date) in panel.sequences.dates.iter_mut().enumerate() {
        *date = Day::from_iso("2025-12-31").unwrap().plus_months(3 * (at as i32 - last));
    }
    let quarterly = text_of(&page_of_panel(&panel, Language::En)).replace('\u{a0}', " ");
    assert!(quarterly.contains("on 14 dates, 3 months apart") && quarterly.contains("within 27 months"), "{quarterly}");
    assert!(quarterly.contains("half have ended after 9 months"), "{quarterly}");
    assert!(quarterly.contains("\n36 months apart\n") && !quarterly.contains("\n1 month apart\n"), "{quarterly}");
}

#[test]
fn a_panel_has_no_workbook_to_point_to() {
    let text = text_of(&page_of_panel(&Panel::of(400), Language::En));
    assert!(!text.contains("xlsx") && text.contains("in the CSV files beside this page"), "{text}");
}

#[test]
fn what_comes_from_data_is_never_markup() {
    let page = page(&Run::whole(), Language::Sv);
    assert!(page.contains("Myndighet &lt;&amp;&gt; Co") && page.contains("Raseborg &lt;&amp;&gt;"));
    assert!(!page.contains("<&>"));
}

#[test]
fn masked_figures_are_nowhere_on_the_page() {
    let text = text_of(&page(&Run::whole(), Language::En));
    // 400 and 5 of 1,905 aged 25 to 34: each could be worked out from the other.
    assert!(text.contains("78.7%") && !text.contains("21.0%") && !text.contains("0.3%"), "{text}");
    // Of Sottunga and Kökar nothing is told but that there are two such groups.
    assert!(!text.contains("Sottunga") && !text.contains("Kökar"));
    assert!(text.contains("would tell of such a group: 2."), "{text}");
}

#[test]
fn groups_are_by_their_share_in_the_heaviest_category_and_age_groups_by_age() {
    let text = text_of(&page(&Run::whole(), Language::En));
    let (text, _) = text.split_once("Groups differ in age").unwrap();
    let places = |name: &str| text.match_indices(&format!("\n{name}\n")).map(|(at, _)| at).collect::<Vec<_>>();
    // In the chart and in the table: 29.0, 10.0 and 9.95 per cent, below everybody.
    let order = ["Raseborg &lt;&amp;&gt;", "Mariehamn", "Åbo"].map(places);
    assert!(order.iter().all(|places| places.len() == 2), "{order:?}");
    assert!((0..2).all(|at| order[0][at] < order[1][at] && order[1][at] < order[2][at]), "{order:?}");
    let place = |name: &str| places(name).pop().unwrap();
    assert!(text.contains("within chance"));
    assert!(place("18-24") < place("25-34"));
    assert!(text.contains("+19.0 points, Everyday life that requires support"), "{text}");
}

#[test]
fn the_page_as_it_is_read() {
    insta::assert_snapshot!(text_of(&page(&Run::whole(), Language::En)));
}

#[test]
fn what_the_program_says_is_in_the_language_of_the_page() {
    let run = Run::whole();
    let text = |language| text_of(&page(&run, language)).replace('\u{a0}', " ");
    let said = [
        (
            Language::Sv,
            ["25 av 1000 poster har fel, 2,5 %, mer", "koder i method som konfigurationen inte känner till"],
        ),
        (
            Language::Fi,
            ["1000 tietueesta virheellisiä on 25, 2,5 %,", "sarakkeen method koodit, joita asetukset eivät"],
        ),
        (Language::En, ["25 of 1000 records are malformed, 2.5 %, more", "method codes that are not mapped count as"]),
    ];
    for (language, own) in said {
        let text = text(language);
        assert!(own.iter().all(|words| text.contains(words)), "{text}");
        let of_others = said.iter().filter(|(other, _)| *other != language).flat_map(|(_, words)| words);
        assert!(of_others.into_iter().all(|words| !text.contains(words)), "{text}");
        for message in run.content().warnings.iter().chain(run.content().held_because) {
            assert_eq!(text.contains(&message.text(Language::En).replace('"', "&quot;")), language == Language::En);
        }
    }
}

#[test]
fn what_a_run_has_nothing_of_has_no_section() {
    let text = text_of(&page(&Run::empty(), Language::Fi));
    assert!(text.contains("Aiempaa ajoa, johon verrata, ei ole."));
    for title in ["Ryhmittäin", "Siirtymät", "Ajan mittaan", "Työnantajat"] {
        assert!(!text.contains(title), "{title}");
    }
}

#[test]
fn a_category_of_few_is_told_by_its_size_only() {
    let page = page(&Run::with_a_small_category(), Language::En);
    let text = text_of(&page).replace('\u{a0}', " ");
    let card = text.split("\nEveryday life that requires support\n").nth(1).unwrap();
    assert!(card.starts_with("0.0%\n5 customers"), "{card}");
    // Contacts a year are 6.5 and handling takes 39 minutes, of this category only; as published they are 6.5 and 39.
    assert_eq!((text.matches("6.50").count(), text.matches("39.0").count()), (1, 1), "{text}");
    // The next smallest category, which could be told from the sums, is masked with it; the largest is not.
    let rows = |name: &str| {
        let head = format!("\n{name}\n");
        let rows = text.split(&head).skip(1);
        rows.filter(|row| row.starts_with("[c]\n[c]\n[c]\n[c]\n[c]")).count()
    };
    assert!(rows("Everyday life that requires support") > 5 && rows("Irregular everyday life") > 5, "{text}");
    assert_eq!((rows("Regular everyday life"), rows("All customers")), (0, 0));
    assert_eq!(text.matches("[c] means that a figure is hidden: fewer than 10").count(), 1, "{text}");
    // The history has them at this run only.
    let contacts = text.split("\n31 December 2025\n").skip(1).find(|rest| rest.starts_with("0.40\n[c]\n[c]"));
    assert!(contacts.is_some() && text.contains("\n30 November 2025\n0.40\n0.40\n0.40"), "{text}");
}

#[test]
fn the_head_compares_the_heaviest_category_with_a_year_ago_if_it_can() {
    let head = |run: &Run| {
        let page = page(run, Language::En).replace('\u{a0}', " ");
        page.split_once("class=\"headline\">").unwrap().1.split('<').next().unwrap().to_owned()
    };
    let mut run = Run::whole();
    let shares = "Of 100,000 customers, 79.0% are in “Regular everyday life”, 11.0% in “Irregular everyday life” and 10.0% in \
                  “Everyday life that requires support”.";
    assert_eq!(
        head(&run),
        format!("{shares} “Everyday life that requires support” has 400 customers more than on 30 November 2025.")
    );
    run.history[0].as_of = "2024-12-31".to_owned();
    assert!(head(&run).ends_with("has 1,000 customers more than on 31 December 2024."), "{}", head(&run));
    run.history.clear();
    assert_eq!(head(&run), shares);
}

#[test]
fn what_is_masked_as_a_whole_or_has_no_data_is_left_out_and_said_to_be() {
    let mut run = Run::whole();
    run.plan.breakdowns.min_group = 1_000_000;
    let masked = page(&run, Language::En);
    let text = text_of(&masked);
    assert!(text.contains("Not drawn, since so few have it that no category can be shown: Ways to apply."), "{text}");
    assert!(
        text.contains("Not drawn, since so few have it that no category can be shown: Contacts a year; "),
        "{text}"
    );
    assert!(text.contains("Municipality: no group can be shown, since"), "{text}");
    for chart in ["ways-chart", "distribution-contacts_per_year", "concentration", "breakdown-1", "employers-contacts"]
    {
        assert!(!masked.contains(&format!("id=\"{chart}-t\"")), "{chart}");
    }
    let empty = text_of(&page(&Run::empty(), Language::Sv));
    assert!(empty.contains("Inga uppgifter om: Kontakter per år; ") && !empty.contains("[c]"), "{empty}");
}

#[test]
fn published_figures_are_shown_only_where_asked_and_under_their_source() {
    let mut run = Run::whole();
    // Over each card, and beside the bar of the shares.
    let text = text_of(&page(&run, Language::Sv)).replace("&#x2f;", "/");
    assert_eq!(text.matches("\nFPA/Kela\n").count(), 4, "{text}");
    run.plan.report.reference.clear();
    let text = text_of(&page(&run, Language::Sv));
    assert!(!text.contains("FPA") && !text.contains("ublicera"), "{text}");
}

#[test]
fn a_held_run_is_none_of_the_good_ones() {
    let mut run = Run::whole();
    assert!(text_of(&page(&run, Language::Sv)).contains("2 till antalet, och den här körningen, som hålls tillbaka."));
    run.held_because.clear();
    assert!(text_of(&page(&run, Language::Sv)).contains("Alla godkända körningar i mappen, 3 till antalet."));
}

#[test]
fn a_new_category_is_said_to_be_new_and_a_former_one_stays_in_the_history() {
    let run = with_last_categories(["regular", "irregular", "heavy"]);
    for (language, words) in
        [(Language::Sv, "ny kategori"), (Language::Fi, "uusi luokka"), (Language::En, "new category")]
    {
        // In the card's three rows, and in the table of shares.
        assert_eq!(text_of(&page(&run, language)).matches(&format!("–\n{words}")).count(), 4);
    }
    let text = text_of(&page(&run, Language::En)).replace('\u{a0}', " ");
    assert!(text.contains("support\nheavy\n31 October 2025\n80.0%\n11.0%\n9.0%\n–\n30 November 2025"), "{text}");
    assert!(text.contains("\n30 November 2025\n79.4%\n11.0%\n–\n9.6%\n"), "{text}");
}

#[test]
fn a_last_run_of_other_categories_is_not_compared_with() {
    let text = text_of(&page(&with_last_categories(["a", "b", "c"]), Language::En)).replace('\u{a0}', " ");
    let overview = text.split("\nWays to apply\n").nth(1).unwrap();
    assert!(overview.contains("The last run (30 November 2025) has other categories."), "{overview}");
    assert!(!overview.contains("Last run") && !overview.contains("new category"));
}

#[test]
fn one_customer_is_one_and_what_cannot_be_shown_is_replaced() {
    let one = with_customers(Run::empty(), [1, 0, 0, 1]);
    assert!(text_of(&page(&one, Language::Sv)).contains("\n1 kund\n"));
    assert!(text_of(&page(&one, Language::Fi)).contains("\n1 asiakas\n"));
    let page = page(&Run::with_control_characters(), Language::Fi);
    assert!(page.contains(">Marie\u{fffd}hamn\u{fffd}<"));
    assert!(!page.contains(|character: char| character.is_control() && character != '\n'));
}

#[test]
fn causes_that_cannot_be_told_apart_are_said_to_be() {
    let mut run = Run::whole();
    let cause = |cause: Cause| Some(Movements { cause, ..movements() });
    run.movements = cause(Cause::CannotTell { differs: vec!["window.months".to_owned()] });
    assert!(
        text_of(&page(&run, Language::Sv)).contains("Mellan körningarna har mer än reglerna ändrats: window.months.")
    );
    run.movements = cause(Cause::Behaviour);
    assert!(text_of(&page(&run, Language::Sv)).contains("Reglerna är desamma i båda körningarna."));
}

#[test]
fn a_category_may_be_called_like_a_column() {
    let page_of = |names: [&str; 3]| {
        let mut run = with_last_categories(names);
        run.movements = None;
        let of_plan = run.plan.customers.categories.iter_mut().map(|category| &mut category.name);
        of_plan.zip(names).for_each(|(own, name)| *own = name.to_owned());
        run.figures.iter_mut().zip(names).for_each(|(figures, name)| figures.name = name.to_owned());
        for (point, name) in run.history[0].categories.iter_mut().zip(names) {
            point.category = name.to_owned();
        }
        page(&run, Language::En)
    };
    // People read other names, so that nothing differs.
    assert!(page_of(["category", "customers", "as_of"]) == page_of(["regular", "irregular", "support"]));
}
