//! The tables of a run as sheets.

use super::sheet::{Kind, Sheet, Value};
use crate::history::{Cause, Movements};
use crate::i18n::Language;
use crate::outputs::RowsEntry;
use crate::report::run_snapshots::{Disclosure, Followed};
use crate::report::sections::MAIN;
use crate::report::{Content, MaskedBreakdown, printable};
use crate::schema::features::{At, FEATURES};
use crate::statistics::{EmployerSummary, Summary};

/// All sheets that have something to show.
pub(super) fn all(content: &Content<'_>) -> Vec<Sheet> {
    let mut sheets = vec![summary(content), features(content)];
    let breakdowns = content.breakdowns.iter().filter(|masked| !masked.breakdown.groups.is_empty());
    for masked in breakdowns {
        let mut sheet = breakdown(content, masked);
        // Two long names may be alike in the characters that a sheet's name has room for.
        let number = sheets.len();
        if sheets.iter().any(|other| other.name.eq_ignore_ascii_case(&sheet.name)) {
            sheet.name = format!("by {number}");
        }
        sheets.push(sheet);
    }
    sheets.extend(content.movements.map(movements));
    sheets.extend(content.movements.and_then(split));
    sheets.extend(content.movements.map(movements_by_rule));
    sheets.push(over_time(content));
    sheets.extend((!content.employers.is_empty()).then(|| employers(content)));
    sheets.extend([accounting(content), faults(content), codes(content), rules(content)]);
    sheets
}

/// The columns of the summary figures.
fn summary_columns(sheet: &mut Sheet) {
    let meanings = [
        ("share_pct", Kind::Tenths, "per cent of customers"),
        ("contacts_per_year", Kind::Hundredths, "all contacts / all observed years"),
        ("handling_minutes_per_application", Kind::Tenths, "minutes; the mean of the customers' own averages"),
        ("handling_minutes_pooled", Kind::Tenths, "minutes; all minutes / all handled applications"),
        ("applications_by_employer_pct", Kind::Tenths, "per cent of the applications, filed by an employer"),
        ("applications_by_partner_pct", Kind::Tenths, "per cent of the applications, filed by another authority"),
    ];
    for name in Summary::columns() {
        let known = meanings.iter().find(|(known, ..)| *known == name);
        let of_way = (&name[..], Kind::Tenths, "per cent of the applications, by way of applying");
        let (_, kind, meaning) = known.copied().unwrap_or(of_way);
        sheet.column(&name, kind, meaning);
    }
}

/// Whether a column of the summary is of the customers who have a handling time.
fn is_minutes(column: &str) -> bool {
    column.starts_with("handling_minutes")
}

fn summary(content: &Content<'_>) -> Sheet {
    let mut sheet = Sheet::new("category_summary", "The main figures per category, and reference figures beside them");
    sheet.column("category", Kind::Text, "its name in files; all: everybody");
    sheet.column("name", Kind::Text, "its name for people");
    sheet.column("customers", Kind::Count, "how many");
    summary_columns(&mut sheet);
    sheet.column("reference_share_pct", Kind::Tenths, "per cent of customers, as published");
    sheet.column("reference_contacts_per_year", Kind::Hundredths, "as published");
    sheet.column("reference_handling_minutes_per_application", Kind::Tenths, "minutes, as published");
    let hides_figures = content.hides_figures();
    let hides_minutes = content.hides_feature(At::handling_minutes_per_application as usize);
    for (place, figures) in content.figures.iter().enumerate() {
        let category = content.config.customers.categories.iter().find(|category| category.name == figures.name);
        let name = category.map_or("", |category| Language::En.of(&category.names));
        let mut row = vec![Value::from(figures.name.as_str()), Value::from(name), Value::from(figures.customers)];
        for (column, value) in Summary::columns().iter().zip(figures.summary.values()) {
            let few = if is_minutes(column) { hides_minutes[place] } else { hides_figures[place] };
            // The number of customers is told of every category, however small.
            row.push(Value::from(value).or_hidden(few && column != "share_pct"));
        }
        let reference = category.map(|category| category.reference).unwrap_or_default();
        let of_reference =
            [reference.share_pct, reference.contacts_per_year, reference.handling_minutes_per_application];
        row.extend(of_reference.map(|figure| Value::from(figure.unwrap_or(f64::NAN))));
        sheet.row(row);
    }
    sheet
}

fn features(content: &Content<'_>) -> Sheet {
    let mut sheet = Sheet::new("feature_statistics", "The distribution of every feature per category");
    sheet.column("category", Kind::Text, "all: everybody");
    sheet.column("feature", Kind::Text, "its name in files");
    sheet.column("unit", Kind::Text, "the unit of its values");
    sheet.column("meaning", Kind::Text, "what it is");
    sheet.column("n", Kind::Count, "customers who have it");
    sheet.column("sum", Kind::Hundredths, "of its values");
    sheet.column("mean", Kind::Hundredths, "of its values");
    sheet.column("sd", Kind::Hundredths, "standard deviation (n − 1)");
    for name in ["p10", "p25", "median", "p75", "p90"] {
        sheet.column(name, Kind::Hundredths, "quantile of type 7, as in R and numpy by default");
    }
    let single = "left out, since they are values of single persons; feature_statistics.csv has them";
    sheet.remarks.push(("min, max", single));
    let hidden: Vec<Vec<bool>> = (0..content.features.len()).map(|at| content.hides_feature(at)).collect();
    for (place, category) in content.figures.iter().enumerate() {
        for ((at, figures), name) in category.features.iter().enumerate().zip(content.features) {
            let (unit, meaning) = match FEATURES.get(at) {
                Some(feature) => (feature.unit, feature.meaning),
                None => derived(content, name),
            };
            let texts = [category.name.as_str(), name, unit, meaning].map(Value::from);
            let [_, quantiles @ .., _] = figures.quantiles;
            let numbers = [figures.sum.double(), figures.mean, figures.sd].into_iter().chain(quantiles);
            let numbers = [Value::from(figures.n)].into_iter().chain(numbers.map(Value::from));
            sheet.row(texts.into_iter().chain(numbers.map(|number| number.or_hidden(hidden[at][place]))));
        }
    }
    sheet
}

/// Unit and meaning of a feature of the configuration.
fn derived<'a>(content: &Content<'a>, name: &str) -> (&'a str, &'a str) {
    let feature = content.config.customers.derived_features.iter().find(|feature| feature.name == name);
    feature.map_or(("", ""), |feature| (&feature.unit, Language::En.of(&feature.meaning)))
}

fn breakdown(content: &Content<'_>, masked: &MaskedBreakdown<'_>) -> Sheet {
    let breakdown = masked.breakdown;
    let meaning = "The main figures by group and category, with small groups masked";
    let mut sheet = Sheet::new(&format!("by {}", breakdown.dimensions.join(" x ")), meaning);
    for dimension in &breakdown.dimensions {
        sheet.column(dimension, Kind::Text, "the group; empty: not known");
    }
    sheet.column("category", Kind::Text, "all: everybody in the group");
    sheet.column("customers", Kind::Count, "how many");
    summary_columns(&mut sheet);
    let main = || MAIN.iter().map(|at| *at as usize).chain(FEATURES.len()..content.features.len());
    // A pair has thousands of groups, of which few are large enough for more than the summary.
    let shown: Vec<usize> = if breakdown.dimensions.len() > 1 { Vec::new() } else { main().collect() };
    for at in &shown {
        let name = content.features.get(*at).map_or("", String::as_str);
        sheet.column(&format!("{name}_mean"), Kind::Hundredths, "mean over the customers who have it");
        sheet.column(&format!("{name}_median"), Kind::Hundredths, "median over the customers who have it");
    }
    let hides: Vec<_> = shown.iter().map(|at| masked.hides_feature(*at)).collect();
    let hides_minutes = masked.hides_minutes();
    let columns = Summary::columns();
    let names = content.figures.iter().map(|category| category.name.as_str());
    let all = content.categories().len();
    for (place, group) in breakdown.groups.iter().enumerate() {
        for ((at, figures), name) in group.categories.iter().enumerate().zip(names.clone()) {
            let category = (at < all).then_some(at);
            let is_hidden = masked.is_hidden(place, category);
            let mut row: Vec<Value> =
                group.values.iter().map(|value| Value::from(printable(value.as_deref().unwrap_or("")))).collect();
            row.push(Value::from(name));
            row.push(Value::from(figures.customers).or_hidden(is_hidden));
            for (column, value) in columns.iter().zip(figures.summary.values()) {
                let few = is_minutes(column) && hides_minutes(place, category);
                row.push(Value::from(value).or_hidden(is_hidden || few));
            }
            for (at, hides) in shown.iter().zip(&hides) {
                let few = is_hidden || hides(place, category);
                let middle = figures.features.get(*at);
                let values = middle.map_or([f64::NAN; 2], |middle| [middle.mean, middle.median]);
                row.extend(values.map(|value| Value::from(value).or_hidden(few)));
            }
            sheet.row(row);
        }
    }
    sheet
}

fn movements(movements: &Movements) -> Sheet {
    let mut sheet = Sheet::new("movements", "Customers by category in the last run and in this one");
    sheet.column("from", Kind::Text, "category in the last run; empty: not there then");
    sheet.column("to", Kind::Text, "category now; empty: no longer there");
    sheet.column("customers", Kind::Count, "how many");
    sheet.column("row_pct", Kind::Tenths, "per cent of the customers of that category who are in both runs");
    for (from, row) in movements.from.iter().zip(&movements.matrix) {
        let sum: u64 = row.iter().sum();
        for (to, customers) in movements.to.iter().zip(row) {
            let share = Value::from(100.0 * *customers as f64 / sum as f64);
            sheet.row([Value::from(from.as_str()), Value::from(to.as_str()), Value::from(*customers), share]);
        }
    }
    for (to, customers) in movements.to.iter().zip(&movements.entered) {
        sheet.row([Value::Missing, Value::from(to.as_str()), Value::from(*customers)]);
    }
    for (from, customers) in movements.from.iter().zip(&movements.left) {
        sheet.row([Value::from(from.as_str()), Value::Missing, Value::from(*customers)]);
    }
    sheet
}

/// What the rules moved and what life moved, where it can be told apart.
fn split(movements: &Movements) -> Option<Sheet> {
    let Cause::Split { by_rules, by_behaviour } = &movements.cause else { return None };
    let mut sheet = Sheet::new("movements_split", "Movements by changed rules, and by what happened in lives since");
    sheet.column("cause", Kind::Text, "rules: the old features under the new rules; behaviour: from there to now");
    sheet.column("from", Kind::Text, "category before");
    sheet.column("to", Kind::Text, "category after");
    sheet.column("customers", Kind::Count, "how many");
    for (cause, names, counts) in [("rules", &movements.from, by_rules), ("behaviour", &movements.to, by_behaviour)] {
        for (from, row) in names.iter().zip(counts) {
            for (to, customers) in movements.to.iter().zip(row) {
                let texts = [cause, from.as_str(), to.as_str()].map(Value::from);
                sheet.row(texts.into_iter().chain([Value::from(*customers)]));
            }
        }
    }
    Some(sheet)
}

fn movements_by_rule(movements: &Movements) -> Sheet {
    let mut sheet = Sheet::new("movements_by_rule", "Changes of category by the rules that decided");
    sheet.column("from", Kind::Text, "category in the last run");
    sheet.column("from_rule", Kind::Text, "the rule that decided then");
    sheet.column("to", Kind::Text, "category now");
    sheet.column("to_rule", Kind::Text, "the rule that decided now");
    sheet.column("customers", Kind::Count, "how many");
    for movement in &movements.by_rule {
        let texts = [&movement.from, &movement.from_rule, &movement.to, &movement.to_rule];
        let texts = texts.map(|text| Value::from(text.as_str()));
        sheet.row(texts.into_iter().chain([Value::from(movement.customers)]));
    }
    sheet
}

/// Not by the name `history`, which Excel keeps for itself.
fn over_time(content: &Content<'_>) -> Sheet {
    let mut sheet = Sheet::new("over_time", "The main figures of every good run in the folder and of this one");
    sheet.column("as_of", Kind::Text, "the last day of the run's window");
    sheet.column("category", Kind::Text, "all: everybody");
    sheet.column("customers", Kind::Count, "how many");
    sheet.column("share_pct", Kind::Tenths, "per cent of customers");
    sheet.column("contacts_per_year", Kind::Hundredths, "all contacts / all observed years");
    sheet.column("handling_minutes_per_application", Kind::Tenths, "minutes; the mean of the customers' own averages");
    sheet.column("handling_minutes_pooled", Kind::Tenths, "minutes; all minutes / all handled applications");
    for moment in content.snapshots() {
        for point in &moment.run.categories {
            let texts = [moment.run.as_of.as_str(), &point.category].map(Value::from);
            let told = Followed::ALL.map(|followed| moment.tell(&point.category, followed));
            let numbers = told.map(|told| Value::from(told.figure()).or_hidden(told == Disclosure::Hidden));
            sheet.row(texts.into_iter().chain([Value::from(point.customers)]).chain(numbers));
        }
    }
    sheet
}

fn employers(content: &Content<'_>) -> Sheet {
    let mut sheet = Sheet::new("employer_summary", "The main figures of employers by category");
    sheet.column("category", Kind::Text, "the category; all: all employers");
    sheet.column("employers", Kind::Count, "how many");
    sheet.column("active", Kind::Count, "with an inbound contact or an application in the window");
    let meanings = [
        (Kind::Tenths, "per cent of all active employers"),
        (Kind::Hundredths, "all contacts / all applications"),
        (Kind::Hundredths, "mean of the channels that active employers used"),
        (Kind::Tenths, "per cent of applications made online"),
        (Kind::Hundredths, "all requests / all applications"),
        (Kind::Tenths, "minutes; all minutes / all handled applications"),
        (Kind::Hundredths, "all applications / active employers"),
    ];
    for (name, (kind, meaning)) in EmployerSummary::RATIOS.into_iter().zip(meanings) {
        sheet.column(name, kind, meaning);
    }
    for figures in content.employers {
        let counts = [figures.customers, figures.summary.active].map(Value::from);
        let ratios = figures.summary.ratios().map(Value::from);
        sheet.row([Value::from(figures.name.as_str())].into_iter().chain(counts).chain(ratios));
    }
    sheet
}

fn accounting(content: &Content<'_>) -> Sheet {
    let meaning = "Where every row went: records = filtered + rejected + duplicates + future + out_of_scope + in_use";
    let mut sheet = Sheet::new("accounting", meaning);
    sheet.column("extract", Kind::Text, "its name");
    for (name, meaning) in [
        ("records", "records read"),
        ("filtered", "the header again"),
        ("rejected", "rejected, orphans included"),
        ("orphans", "of nobody in the register"),
        ("duplicates", "of an id that an earlier row has"),
        ("future", "dated after the window"),
        ("out_of_scope", "of customers who are not counted"),
        ("in_use", "in use"),
    ] {
        sheet.column(name, Kind::Count, meaning);
    }
    sheet.column("newest_event", Kind::Text, "the date of the newest event up to the window's last day");
    for extract in content.extracts {
        let rows = &extract.rows;
        let RowsEntry { records, filtered, rejected, orphans, duplicates, future, out_of_scope, in_use } = *rows;
        let counts = [records, filtered, rejected, orphans, duplicates, future, out_of_scope, in_use];
        let newest = Value::from(extract.newest_event.as_deref().unwrap_or(""));
        sheet.row([Value::from(extract.extract)].into_iter().chain(counts.map(Value::from)).chain([newest]));
    }
    sheet
}

fn faults(content: &Content<'_>) -> Sheet {
    let mut sheet = Sheet::new("rejects_by_reason", "Faults of rejected rows; a row may have several");
    sheet.column("extract", Kind::Text, "its name");
    sheet.column("reason", Kind::Text, "as in rejects.csv");
    sheet.column("faults", Kind::Count, "how many");
    for extract in content.extracts {
        for (reason, count) in &extract.faults {
            sheet.row([Value::from(extract.extract), Value::from(*reason), Value::from(*count)]);
        }
    }
    sheet
}

fn codes(content: &Content<'_>) -> Sheet {
    let mut sheet = Sheet::new("unknown_codes", "Codes that the configuration does not know");
    sheet.column("extract", Kind::Text, "its name");
    sheet.column("column", Kind::Text, "where the code stands");
    sheet.column("code", Kind::Text, "as the extract has it");
    sheet.column("rows", Kind::Count, "how many rows have it");
    for extract in content.extracts {
        for (column, named, other) in extract.unknown_codes() {
            let mut row = |code: &str, rows: u64| {
                let texts = [extract.extract, column, code].map(Value::from);
                sheet.row(texts.into_iter().chain([Value::from(rows)]));
            };
            named.iter().for_each(|(code, rows)| row(&printable(code), *rows));
            if other.codes > 0 {
                row(&format!("(other codes, not named: {})", other.codes), other.rows);
            }
        }
    }
    sheet
}

fn rules(content: &Content<'_>) -> Sheet {
    let mut sheet = Sheet::new("rules", "The rules in force, in order: the first that is true decides");
    sheet.column("order", Kind::Count, "from 1");
    sheet.column("rule", Kind::Text, "its name in labels; default: who is left");
    sheet.column("category", Kind::Text, "where it leads");
    sheet.column("when", Kind::Wide, "its condition");
    for language in Language::ALL {
        sheet.column(&format!("reason_{}", language.code()), Kind::Wide, "why, in words");
    }
    let config = content.config;
    let category = |at: usize| config.customers.categories.get(at).map_or("", |category| category.name.as_str());
    for (order, rule) in (1u64..).zip(&config.customers.rules) {
        let texts = [rule.name.as_str(), category(rule.category), &rule.when];
        let texts = texts.into_iter().chain(Language::ALL.map(|language| language.of(&rule.reason)));
        sheet.row([Value::from(order)].into_iter().chain(texts.map(Value::from)));
    }
    let order = Value::from(config.customers.rules.len() as u64 + 1);
    sheet.row([
        order,
        Value::from(crate::rules::DEFAULT_RULE),
        Value::from(category(config.customers.default_category)),
    ]);
    sheet
}
