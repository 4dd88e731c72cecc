//! Rules that cannot take anybody, since no benefit that they need is among the payments.
//!
//! Such a run looks like any other, but for a category that is smaller than it should be; usually a map of benefits is
//! missing.

use polars::prelude::PolarsResult;

use super::Job;
use crate::config::{Benefit, Extract};
use crate::i18n::{Message, Value, messages};
use crate::intake::ExtractAccount;
use crate::rules::Tracer;

/// A kind of benefits, and the features that are 0 for everybody where none of them is paid.
struct Kind {
    /// What the catalogue says of them; one of these is enough.
    settings: &'static [&'static str],
    has: fn(&Benefit) -> bool,
    features: &'static [&'static str],
}

const KINDS: [Kind; 4] = [
    Kind {
        settings: &["last_resort"],
        has: |benefit| benefit.last_resort,
        features: &["last_resort_months", "last_resort_streak"],
    },
    Kind {
        settings: &["income_replacing", "last_resort"],
        has: |benefit| benefit.income_replacing || benefit.last_resort,
        features: &["income_months"],
    },
    Kind { settings: &["life_event"], has: |benefit| benefit.life_event.is_some(), features: &["life_events"] },
    Kind {
        settings: &["countable"],
        has: |benefit| benefit.countable,
        features: &[
            "benefits_paid",
            "benefit_days",
            "concurrent_days",
            "max_concurrent_benefits",
            "benefit_starts",
            "benefit_ends",
        ],
    },
];

impl Job<'_> {
    /// What is to be said of rules that cannot take anybody.
    pub(super) fn unreachable_rules(&self, accounts: &[ExtractAccount]) -> PolarsResult<Option<Message>> {
        let account = |extract| accounts.iter().find(|account| account.extract == extract);
        let payments = account(Extract::Payments);
        let is_paid = |benefit: &Benefit| payments.is_some_and(|own| own.benefits_in_use.contains(&benefit.code));
        // Life events come from elsewhere as well, and a benefit that the catalogue lacks is a countable one.
        let from_elsewhere = |kind: &Kind| match kind.settings {
            ["life_event"] => account(Extract::LifeEvents).is_some_and(|own| own.rows.in_use > 0),
            ["countable"] => payments.is_some_and(|own| !own.unknown_benefits.is_empty()),
            _ => false,
        };
        let benefits = &self.plan.benefits;
        let is_unpaid =
            |kind: &&Kind| !benefits.iter().any(|own| (kind.has)(own) && is_paid(own)) && !from_elsewhere(kind);
        let unpaid: Vec<&Kind> = KINDS.iter().filter(is_unpaid).collect();
        let rule_set = &self.plan.customers;
        // The usual case: nothing is evaluated for it.
        if unpaid.is_empty() {
            return Ok(None);
        }
        let tracer = Tracer::new(rule_set);
        let features: Vec<&str> = unpaid.iter().flat_map(|kind| kind.features).copied().collect();
        let rules = tracer.unreachable(&features)?;
        if rules.is_empty() {
            return Ok(None);
        }
        let mut needed = Vec::new();
        for kind in unpaid {
            if !tracer.unreachable(kind.features)?.is_empty() {
                needed.push(kind.message(benefits));
            }
        }
        let names: Vec<&str> = rules.iter().map(|at| rule_set.rules[*at].name.as_str()).collect();
        let needed = needed.into_iter().reduce(messages::either_list);
        Ok(Some(messages::unreachable_rules(rules.len(), rule_set.rules.len(), some_of(names), needed)))
    }
}

impl Kind {
    /// What they are, with their codes.
    fn message(&self, benefits: &[Benefit]) -> Message {
        let settings = self.settings.iter().map(|setting| Value::from(*setting));
        let kind = settings.reduce(|first, second| messages::either(first, second).into());
        let codes = benefits.iter().filter(|benefit| (self.has)(benefit)).map(|benefit| benefit.code.as_str());
        let codes: Vec<&str> = codes.collect();
        match codes.is_empty() {
            true => messages::kind_without_benefits(kind),
            false => messages::kind_of_benefits(kind, some_of(codes)),
        }
    }
}

/// The first names of a list, and how many more there are.
fn some_of(mut names: Vec<&str>) -> Value {
    const NAMED: usize = 8;
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    if more == 0 { names.into() } else { messages::and_more(names, more).into() }
}
