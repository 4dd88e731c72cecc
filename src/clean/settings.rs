//! The configuration that runs on the files: the one in force, its extracts being these files.

use toml_edit::{DocumentMut, Item, Table, TableLike, value};

use super::EXCLUSIVE_END;
use crate::config::{Extract, Repeats, RunPlan};

/// A file of rows in use.
#[derive(Debug, Clone, Copy)]
pub struct CleanFile {
    /// Its extract.
    pub extract: Extract,
    /// Its rows.
    pub rows: u64,
    /// Whether the ends of its periods are in [`EXCLUSIVE_END`].
    pub has_exclusive_ends: bool,
}

const HEAD: &str = "\
# Written by `vardag clean`: the configuration that was in force, on the rows in use. These have canonical columns, codes and
# types, and no duplicates, orphans or future rows.

";

/// The text of the configuration.
///
/// # Errors
/// The configuration in force is no TOML, which it always is.
pub fn settings(plan: &RunPlan, files: &[CleanFile]) -> Result<String, toml_edit::TomlError> {
    let mut document: DocumentMut = plan.in_force.parse()?;
    // The dialects and mappings were those of the originals.
    document.remove("dialect");
    let mut extracts = Table::new();
    extracts.set_implicit(true);
    for extract in Extract::ALL {
        let mut own = Table::new();
        match files.iter().find(|file| file.extract == extract) {
            None if extract.required() => own["absent"] = value(true),
            None => continue,
            Some(file) => {
                own["files"] = value(format!("{}.parquet", extract.name()));
                let config = plan.extracts.iter().find(|config| config.extract == extract);
                if config.is_some_and(|config| config.repeats == Repeats::Spells) {
                    own["history"] = value(true);
                }
                if file.has_exclusive_ends {
                    let mut end = toml_edit::InlineTable::new();
                    end.insert("column", EXCLUSIVE_END.into());
                    end.insert("exclusive", true.into());
                    let mut columns = Table::new();
                    columns["period_end"] = value(end);
                    own["columns"] = Item::Table(columns);
                }
            }
        }
        extracts[extract.name()] = Item::Table(own);
    }
    document["extracts"] = Item::Table(extracts);
    // No row in use is no fault of these files: what was acceptable of the originals is of them.
    for file in files.iter().filter(|file| file.rows == 0) {
        if let Some(limits) = document["limits"].or_insert(Item::Table(Table::new())).as_table_like_mut() {
            set(limits, &[file.extract.name(), "may_be_empty"]);
        }
    }
    // A model is of the originals' codes and mappings, and its path starts at their configuration.
    if let Some(early_warning) = document.get_mut("early_warning").and_then(Item::as_table_like_mut) {
        early_warning.remove("model");
    }
    // Never beside the runs on the originals.
    if let Some(outputs) = document["outputs"].or_insert(Item::Table(Table::new())).as_table_like_mut() {
        outputs.insert("folder", value("runs"));
    }
    Ok(format!("{HEAD}{document}"))
}

/// Sets a flag of a table in a table.
fn set(table: &mut dyn TableLike, path: &[&str; 2]) {
    let [name, key] = path;
    let inner = table.entry(name).or_insert(Item::Table(Table::new()));
    if let Some(inner) = inner.as_table_like_mut() {
        inner.insert(key, value(true));
    }
}
