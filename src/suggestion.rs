//! The name that was most likely meant by one that does not exist: in the configuration, in conditions, in headers.

/// The candidate that `name` was most likely meant to be; `None` when none is near. Case does not count.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    // A third of the letters may be wrong: more, and the suggestion would be a guess.
    let most = (name.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= most)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Help for a name that is not among the allowed ones: the nearest, or else all of them.
pub fn help_for(name: &str, allowed: &[&str]) -> Option<String> {
    match nearest(name, allowed.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if allowed.is_empty() => None,
        None => Some(format!("allowed: {}", allowed.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_near_name_is_suggested() {
        let names = ["payments", "contacts", "contacts_recent"];
        assert_eq!(nearest("payment", names), Some("payments"));
        assert_eq!(nearest("Contcats", names), Some("contacts"));
        assert_eq!(nearest("benefits", names), None);
        assert_eq!(help_for("benefits", &names).unwrap(), "allowed: payments, contacts, contacts_recent");
    }
}
