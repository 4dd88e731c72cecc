//! `datapackage.json`: the data files of a run as a Frictionless Data Package, so that R, Python and others read them typed.
//!
//! What it says of columns is what their files were written by.

use std::path::Path;

use serde_json::{Value, json};

use super::file::{Contents, OutputFile};
use super::{FolderError, Written};
use crate::calendar::Window;
use crate::schema::fields::Field;

/// Its name in the run folder.
pub const DATA_PACKAGE: &str = "datapackage.json";

/// Describes those of the files that hold data.
pub fn write_data_package(folder: &Path, window: &Window, written: &[Written]) -> Result<Written, FolderError> {
    let package = format!("{:#}\n", package(window, written));
    let mut file = OutputFile::create(folder, DATA_PACKAGE, Contents::Aggregates)?;
    file.append(package.as_bytes())?;
    file.finish()
}

fn package(window: &Window, written: &[Written]) -> Value {
    let resources: Vec<Value> = written.iter().filter_map(resource).collect();
    json!({
        "profile": "data-package",
        "name": format!("vardag-{}", window.as_of),
        "title": format!("Everyday life of customers, {} to {}", window.start, window.as_of),
        "resources": resources,
    })
}

/// A file of data; `None` of a page, a workbook, the configuration.
fn resource(written: &Written) -> Option<Value> {
    let (name, extension) = written.file.rsplit_once('.')?;
    let hash = format!("blake3:{}", written.blake3);
    match (extension, &written.fields[..]) {
        ("csv", fields @ [_, ..]) => Some(json!({
            "profile": "tabular-data-resource",
            "name": name,
            "path": written.file,
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": "\"", "doubleQuote": true, "header": true},
            "bytes": written.bytes,
            "hash": hash,
            "schema": schema(fields),
        })),
        ("parquet", _) => Some(json!({
            "profile": "data-resource",
            "name": name,
            "path": written.file,
            "format": "parquet",
            "mediatype": "application/vnd.apache.parquet",
            "bytes": written.bytes,
            "hash": hash,
        })),
        _ => None,
    }
}

fn schema(fields: &[Field]) -> Value {
    let mut schema = json!({
        "fields": fields.iter().map(descriptor).collect::<Vec<_>>(),
        "missingValues": [""],
    });
    let key: Vec<&str> = fields.iter().filter(|field| field.is_key).map(|field| &*field.name).collect();
    if !key.is_empty() {
        schema["primaryKey"] = key.into();
    }
    schema
}

fn descriptor(field: &Field) -> Value {
    let mut descriptor = json!({"name": field.name, "type": field.field_type.name()});
    let texts = [("title", &field.title), ("description", &field.meaning), ("unit", &field.unit)];
    for (key, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        descriptor[key] = json!(text);
    }
    descriptor
}
