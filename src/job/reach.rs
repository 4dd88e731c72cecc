//! Rules that cannot take anybody, since no benefit that they need is among the payments.
//!
//! Such a run looks like any other, but for a category that is smaller than it should be; usually a map of benefits is
//! missing.

use polars::prelude::PolarsResult;

use super::{Job, Warning};
use crate::config::{Benefit, Extract};
use crate::intake::ExtractAccount;
use crate::rules::Tracer;

/// Benefits of a kind, of which none is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnpaidBenefits {
    /// What they are, as the catalogue says it.
    pub kind: &'static str,
    /// Their codes.
    pub codes: Vec<String>,
}

/// A kind of benefits, and the features that are 0 for everybody where none of them is paid.
struct Kind {
    name: &'static str,
    has: fn(&Benefit) -> bool,
    features: &'static [&'static str],
}

const KINDS: [Kind; 4] = [
    Kind {
        name: "last_resort",
        has: |benefit| benefit.last_resort,
        features: &["last_resort_months", "last_resort_streak"],
    },
    Kind {
        name: "income_replacing or last_resort",
        has: |benefit| benefit.income_replacing || benefit.last_resort,
        features: &["income_months"],
    },
    Kind { name: "life_event", has: |benefit| benefit.life_event.is_some(), features: &["life_events"] },
    Kind {
        name: "countable",
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
    pub(super) fn unreachable_rules(&self, accounts: &[ExtractAccount]) -> PolarsResult<Option<Warning>> {
        let account = |extract| accounts.iter().find(|account| account.extract == extract);
        let payments = account(Extract::Payments);
        let is_paid = |benefit: &Benefit| payments.is_some_and(|own| own.benefits_in_use.contains(&benefit.code));
        // Life events come from elsewhere as well, and a benefit that the catalogue lacks is a countable one.
        let from_elsewhere = |kind: &Kind| match kind.name {
            "life_event" => account(Extract::LifeEvents).is_some_and(|own| own.rows.in_use > 0),
            "countable" => payments.is_some_and(|own| !own.unknown_benefits.is_empty()),
            _ => false,
        };
        let benefits = &self.plan.benefits;
        let is_unpaid =
            |kind: &&Kind| !benefits.iter().any(|own| (kind.has)(own) && is_paid(own)) && !from_elsewhere(kind);
        let unpaid: Vec<&Kind> = KINDS.iter().filter(is_unpaid).collect();
        let rule_set = &self.plan.customers;
        let tracer = Tracer::new(rule_set);
        let features: Vec<&str> = unpaid.iter().flat_map(|kind| kind.features).copied().collect();
        let rules = tracer.unreachable(&features)?;
        if rules.is_empty() {
            return Ok(None);
        }
        let mut needed = Vec::new();
        for kind in unpaid {
            if !tracer.unreachable(kind.features)?.is_empty() {
                let codes = benefits.iter().filter(|benefit| (kind.has)(benefit)).map(|benefit| benefit.code.clone());
                needed.push(UnpaidBenefits { kind: kind.name, codes: codes.collect() });
            }
        }
        let rules = rules.into_iter().map(|at| rule_set.rules[at].name.clone()).collect();
        Ok(Some(Warning::UnreachableRules { rules, of: rule_set.rules.len(), needed }))
    }
}
