//! What features are called on pages for people, in three languages.
//!
//! The catalogue's meanings are definitions, for analysts; these are short labels that a customer understands. They
//! begin with a capital letter, as headings of rows and axes do.

use super::catalogue::{FEATURES, position};
use crate::language::Language;

/// A feature's words: label and unit, each in the order of [`Language::ALL`].
struct Wording {
    label: [&'static str; 3],
    unit: [&'static str; 3],
}

const fn counted(sv: &'static str, fi: &'static str, en: &'static str) -> Wording {
    measured(sv, fi, en, ["", "", ""])
}

const fn measured(sv: &'static str, fi: &'static str, en: &'static str, unit: [&'static str; 3]) -> Wording {
    Wording { label: [sv, fi, en], unit }
}

const MINUTES: [&str; 3] = ["min", "min", "min"];
const EUROS: [&str; 3] = ["€", "€", "€"];
const YEARS: [&str; 3] = ["år", "v", "y"];

/// In the order of the catalogue. Where the label says what is counted, there is no unit.
const WORDINGS: [Wording; FEATURES.len()] = [
    counted("Kontakter", "Yhteydenotot", "Contacts"),
    counted("Kontakter per år", "Yhteydenotot vuodessa", "Contacts a year"),
    counted("Kontaktkanaler", "Yhteydenottokanavat", "Contact channels"),
    counted(
        "Kontakter de senaste 90 dagarna",
        "Yhteydenotot viimeisten 90 päivän aikana",
        "Contacts in the last 90 days",
    ),
    counted("Kontakter från myndigheten", "Viranomaisen yhteydenotot", "Contacts from the agency"),
    counted(
        "Kontakter från myndigheten utan svar",
        "Viranomaisen yhteydenotot, joihin ei vastattu",
        "Contacts from the agency without reply",
    ),
    counted("Ansökningar", "Hakemukset", "Applications"),
    counted("Ansökningar på papper", "Paperihakemukset", "Applications on paper"),
    counted("Muntliga ansökningar", "Suulliset hakemukset", "Oral applications"),
    counted(
        "Ansökningar för kundens räkning",
        "Asiakkaan puolesta tehdyt hakemukset",
        "Applications on the customer's behalf",
    ),
    counted("Ansökningar på nätet", "Verkkohakemukset", "Applications online"),
    counted("Ansökningar på annat sätt", "Muulla tavalla tehdyt hakemukset", "Applications in other ways"),
    counted("Ansökningar från arbetsgivare", "Työnantajan jättämät hakemukset", "Applications by employers"),
    counted(
        "Ansökningar från annan myndighet eller förening",
        "Toisen viranomaisen tai järjestön jättämät hakemukset",
        "Applications by other authorities or associations",
    ),
    counted("Sökta förmåner", "Haetut etuudet", "Benefits applied for"),
    counted("Handlagda ansökningar", "Käsitellyt hakemukset", "Handled applications"),
    measured("Handläggningstid", "Käsittelyaika", "Handling time", MINUTES),
    measured("Handläggningstid per ansökan", "Käsittelyaika hakemusta kohti", "Handling time per application", MINUTES),
    counted("Begäranden om tilläggsuppgifter", "Lisäselvityspyynnöt", "Requests for clarification"),
    counted("Automatiska beslut", "Automaattiset päätökset", "Automatic decisions"),
    counted("Avslagna ansökningar", "Hylätyt hakemukset", "Rejected applications"),
    counted("Utbetalningar", "Maksut", "Payments"),
    measured("Utbetalt belopp", "Maksettu summa", "Amount paid", EUROS),
    counted("Utbetalda förmåner", "Maksetut etuudet", "Benefits paid"),
    counted("Dagar med förmån", "Päivät, joilta on saatu etuutta", "Days with a benefit"),
    counted(
        "Dagar med minst två förmåner",
        "Päivät, joilta on saatu vähintään kahta etuutta",
        "Days with at least two benefits",
    ),
    counted("Flest förmåner samtidigt", "Eniten etuuksia yhtä aikaa", "Most benefits at once"),
    counted("Förmånsperioder som börjat", "Alkaneet etuusjaksot", "Benefit periods begun"),
    counted("Förmånsperioder som upphört", "Päättyneet etuusjaksot", "Benefit periods ended"),
    counted(
        "Månader med stöd i sista hand",
        "Kuukaudet, joilta on saatu viimesijaista tukea",
        "Months with last-resort assistance",
    ),
    counted(
        "Månader i följd med stöd i sista hand",
        "Peräkkäiset kuukaudet, joilta on saatu viimesijaista tukea",
        "Months in a row with last-resort assistance",
    ),
    counted(
        "Månader med förmån som ersätter inkomst",
        "Kuukaudet, joilta on saatu tuloja korvaavaa etuutta",
        "Months with a benefit in place of income",
    ),
    counted("Livshändelser", "Elämäntapahtumat", "Life events"),
    counted("Dagar som kund under perioden", "Päivät asiakkaana jaksolla", "Days as a customer in the period"),
    measured("Tid som kund under perioden", "Aika asiakkaana jaksolla", "Time as a customer in the period", YEARS),
    measured("Ålder", "Ikä", "Age", YEARS),
];

/// What a feature is called; a feature of the configuration, which has no words here, by its own name.
pub fn label(feature: &str, language: Language) -> &str {
    position(feature).map_or(feature, |at| language.pick(WORDINGS[at].label))
}

/// The unit that follows a feature's values; empty where the label says what is counted, and for features of the
/// configuration.
pub fn unit(feature: &str, language: Language) -> &'static str {
    position(feature).map_or("", |at| language.pick(WORDINGS[at].unit))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The table is in the order of the catalogue: a feature that is moved or added there must be so here.
    #[test]
    fn words_stand_beside_their_features() {
        let english = |feature| label(feature, Language::En);
        for (feature, words) in [
            ("contacts", "Contacts"),
            ("outbound_unreached", "Contacts from the agency without reply"),
            ("applications_other", "Applications in other ways"),
            ("applications_by_partner", "Applications by other authorities or associations"),
            ("handling_minutes", "Handling time"),
            ("payments", "Payments"),
            ("max_concurrent_benefits", "Most benefits at once"),
            ("income_months", "Months with a benefit in place of income"),
            ("age", "Age"),
        ] {
            assert_eq!(english(feature), words);
        }
        assert_eq!(unit("paid_eur", Language::Fi), "€");
        assert_eq!((label("my_own", Language::Sv), unit("my_own", Language::Sv)), ("my_own", ""));
    }

    #[test]
    fn every_feature_has_a_label_of_its_own_in_every_language() {
        for language in Language::ALL {
            let labels: BTreeSet<&str> = FEATURES.iter().map(|feature| label(feature.name, language)).collect();
            assert_eq!(labels.len(), FEATURES.len(), "{language:?}");
            assert!(labels.iter().all(|label| label.starts_with(char::is_uppercase)), "{labels:?}");
        }
    }
}
