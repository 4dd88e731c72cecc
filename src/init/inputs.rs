//! The files that are looked at: arguments expanded as the reader expands them, of many alike a few, and how the
//! configuration names them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::extract::ExtractError;
use crate::extract::files::expand;

/// Of files that differ in digits alone, such as a file per day, as many are looked at.
const MOST_ALIKE: usize = 12;
/// How deep a folder of Hive-style partitions is walked into.
const MOST_FOLDERS_DEEP: usize = 8;

/// A file that is looked at.
#[derive(Debug, Clone)]
pub struct Input {
    /// Where it is, absolute.
    pub path: PathBuf,
    /// Files alike that are not looked at, and taken to be like it.
    pub unseen: Vec<PathBuf>,
}

/// The files that the arguments name, and what is wrong with those that name none.
pub fn find(arguments: &[PathBuf], from: &Path) -> (Vec<Input>, Vec<ExtractError>) {
    let (mut paths, mut errors) = (Vec::new(), Vec::new());
    for argument in arguments {
        let path = from.join(argument);
        let found = match path.is_dir() {
            true => hive_files(&path, MOST_FOLDERS_DEEP)
                .ok_or_else(|| ExtractError::IsFolder { file: argument.to_string_lossy().into_owned() }),
            false => expand(&argument.to_string_lossy(), from),
        };
        match found {
            Ok(found) => paths.extend(found),
            Err(error) => errors.push(error),
        }
    }
    let mut known = BTreeSet::new();
    paths.retain(|path| known.insert(path.clone()));
    (few_of_many(paths), errors)
}

/// The files below a folder that has folders such as `month=2025-02`; `None` if it has none.
fn hive_files(folder: &Path, deep: usize) -> Option<Vec<PathBuf>> {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).ok()?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    entries.retain(|path| !name(path).starts_with(['.', '_']));
    let is_hive = |path: &PathBuf| path.is_dir() && name(path).split_once('=').is_some_and(|(key, _)| !key.is_empty());
    let in_partition = name(folder).contains('=');
    if !in_partition && !entries.iter().any(is_hive) {
        return None;
    }
    let mut files = Vec::new();
    for path in entries {
        if is_hive(&path) && deep > 0 {
            files.extend(hive_files(&path, deep - 1).unwrap_or_default());
        } else if path.is_file() {
            files.push(path);
        }
    }
    Some(files)
}

/// Of files whose paths differ in digits alone the first, the last and some between.
fn few_of_many(paths: Vec<PathBuf>) -> Vec<Input> {
    let alike = |path: &Path| {
        let text = path.to_string_lossy();
        let digitless: String = text.chars().filter(|character| !character.is_ascii_digit()).collect();
        // Partitions differ in their values.
        let parts: Vec<&str> =
            digitless.split('/').map(|part| part.split_once('=').map_or(part, |(key, _)| key)).collect();
        parts.join("/")
    };
    let mut families: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for path in paths {
        let key = alike(&path);
        let family = families.entry(key.clone()).or_default();
        if family.is_empty() {
            order.push(key);
        }
        family.push(path);
    }
    let mut inputs = Vec::new();
    for family in order.iter().filter_map(|key| families.remove(key)) {
        let last = family.len() - 1;
        let seen: BTreeSet<usize> = match family.len() <= MOST_ALIKE {
            true => (0..family.len()).collect(),
            false => (0..MOST_ALIKE).map(|step| step * last / (MOST_ALIKE - 1)).collect(),
        };
        let first = inputs.len();
        inputs.extend(seen.iter().map(|at| Input { path: family[*at].clone(), unseen: Vec::new() }));
        let unseen = family.iter().enumerate().filter(|(at, _)| !seen.contains(at));
        inputs[first].unseen = unseen.map(|(_, path)| path.clone()).collect();
    }
    inputs
}

/// How a configuration in a folder names files: by a glob if one matches them and no other, else one by one.
pub fn names(files: &[PathBuf], folder: &Path) -> Vec<String> {
    let mut sorted: Vec<PathBuf> = files.to_vec();
    sorted.sort_by(|a, b| a.as_os_str().as_encoded_bytes().cmp(b.as_os_str().as_encoded_bytes()));
    let relative = |path: &Path| path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
    let glob = glob(&sorted).map(|glob| relative(Path::new(&glob)));
    let matches = |glob: &String| expand(glob, folder).is_ok_and(|found| found == sorted);
    match glob.filter(|glob| sorted.len() > 1 && matches(glob)) {
        Some(glob) => vec![glob],
        None => files.iter().map(|path| relative(path)).collect(),
    }
}

/// The glob of what paths have in common.
fn glob(paths: &[PathBuf]) -> Option<String> {
    let names: Option<Vec<&str>> = paths.iter().map(|path| path.file_name()?.to_str()).collect();
    let parents: Option<Vec<&str>> = paths.iter().map(|path| path.parent()?.to_str()).collect();
    let (names, parents) = (names?, parents?);
    if parents.windows(2).all(|pair| pair[0] == pair[1]) {
        let prefix = before_numbers(&common(&names, false)).to_owned();
        let shortened: Vec<&str> = names.iter().filter_map(|name| name.get(prefix.len()..)).collect();
        let suffix = common(&shortened, true);
        let suffix = suffix.trim_start_matches(|character: char| character.is_ascii_digit());
        return Some(format!("{}/{prefix}*{suffix}", parents.first()?));
    }
    let ending = paths.first()?.extension()?.to_str()?;
    let mut above = paths.first()?.parent()?;
    while !paths.iter().all(|path| path.starts_with(above)) {
        above = above.parent()?;
    }
    Some(format!("{}/**/*.{ending}", above.to_str()?))
}

/// A beginning without the numbers at its end, which begin alike this year: `pay_` of `pay_2025-0`.
fn before_numbers(start: &str) -> &str {
    let is_number = |character: char| character.is_ascii_digit();
    let is_date = |character: char| is_number(character) || matches!(character, '-' | '_' | '.');
    let name = start.trim_end_matches(is_date);
    match (name.is_empty(), start[name.len()..].starts_with(is_number)) {
        (true, _) => start.trim_end_matches(is_number),
        (false, true) => name,
        (false, false) => &start[..start.len().min(name.len() + 1)],
    }
}

/// The longest beginning, or end, that all names share.
fn common(names: &[&str], at_end: bool) -> String {
    let Some((first, others)) = names.split_first() else { return String::new() };
    let lengths = (0..=first.len()).rev().filter(|length| {
        let at = if at_end { first.len() - length } else { *length };
        first.is_char_boundary(at)
    });
    let part = |length: usize| if at_end { &first[first.len() - length..] } else { &first[..length] };
    let is_shared =
        |part: &str| others.iter().all(|name| if at_end { name.ends_with(part) } else { name.starts_with(part) });
    lengths.map(part).find(|part| is_shared(part)).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(names: &[&str]) -> (tempfile::TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "a,b\n").unwrap();
        }
        let paths = names.iter().map(|name| folder.path().join(name)).collect();
        (folder, paths)
    }

    #[test]
    fn parts_by_month_are_named_by_a_glob_that_matches_no_other_file() {
        let (folder, paths) = folder_with(&["p/pay_2025-01.csv", "p/pay_2025-02.csv", "p/other.csv"]);
        assert_eq!(names(&paths[..2], folder.path()), ["p/pay_*.csv"]);
        assert_eq!(names(&paths[..1], folder.path()), ["p/pay_2025-01.csv"]);
        let (folder, paths) = folder_with(&["phone.csv", "web.csv", "x.csv"]);
        assert_eq!(names(&paths[..2], folder.path()), ["phone.csv", "web.csv"]);
        let (folder, paths) = folder_with(&["pay/m=1/a.parquet", "pay/m=2/a.parquet"]);
        assert_eq!(names(&paths, folder.path()), ["pay/**/*.parquet"]);
        let (inputs, errors) = find(&["pay".into(), "pay/m=1".into(), "no".into(), "*.txt".into()], folder.path());
        // Whether a plain path leads anywhere is told when it is looked at.
        assert_eq!((inputs.len(), errors.len()), (3, 1));
    }

    #[test]
    fn of_a_file_per_day_a_few_are_looked_at() {
        let paths: Vec<PathBuf> = (1000..1365).map(|day| PathBuf::from(format!("/x/c{day}.csv"))).collect();
        let inputs = few_of_many(paths.clone());
        assert_eq!(inputs.len(), 12);
        assert_eq!((&inputs[0].path, &inputs[11].path), (&paths[0], &paths[364]));
        assert_eq!(inputs[0].unseen.len(), 365 - 12);
    }

    #[test]
    fn a_folder_is_none_of_files() {
        let (folder, _) = folder_with(&["a/b.csv"]);
        let (inputs, errors) = find(&["a".into()], folder.path());
        assert!(inputs.is_empty());
        assert!(errors[0].to_string().contains("a is a folder: name its files"));
    }
}
