//! `[report]`: in which languages, under whose name, beside whose figures, and whether there is a workbook.

use super::model::ReportSettings;
use super::reader::Reader;
use crate::i18n::Language;
use crate::suggestion::help_for;

/// The settings of report and workbook.
pub(super) fn read(root: &Reader) -> ReportSettings {
    root.section("report", |table| ReportSettings {
        languages: languages(table),
        workbook: table.flag("workbook").unwrap_or_default(),
        agency: table.text("agency").unwrap_or_default().to_owned(),
        reference: table.text("reference").unwrap_or_default().to_owned(),
    })
}

/// Each named once, in the order of [`Language::ALL`].
fn languages(table: &Reader) -> Vec<Language> {
    let wanted = table.texts("languages").unwrap_or_default();
    for code in wanted.iter().filter(|code| Language::from_code(code).is_none()) {
        let known = Language::ALL.map(Language::code);
        table.problem("languages", format!("there is no report in `{code}`"), help_for(code, &known));
    }
    Language::ALL.into_iter().filter(|language| wanted.iter().any(|code| code == language.code())).collect()
}
