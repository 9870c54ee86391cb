//! One row of the table.

use std::borrow::Cow;
use std::sync::Arc;

use super::tier::Tier;

/// A row on its way into the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Seconds since 1970, UTC: the start of the time it stands for.
    pub at: i64,
    /// `wan_name`.
    pub wan: Arc<str>,
    /// One of [`super::metric`], or any other name of an older database.
    pub metric: Cow<'static, str>,
    /// In the unit that the name ends with.
    pub value: f64,
    /// JSON.
    pub labels: Option<Cow<'static, str>>,
}

impl Row {
    /// As it will be read.
    pub fn sample(&self, tier: Tier) -> Sample<'_> {
        Sample {
            at: self.at,
            wan: &self.wan,
            metric: &self.metric,
            value: self.value,
            labels: self.labels.as_deref(),
            tier,
        }
    }
}

/// A row on its way out; lives as long as one step of the query.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample<'a> {
    /// Seconds since 1970, UTC.
    pub at: i64,
    /// `wan_name`.
    pub wan: &'a str,
    /// The metric's name.
    pub metric: &'a str,
    /// Its value.
    pub value: f64,
    /// JSON.
    pub labels: Option<&'a str>,
    /// How much time it stands for.
    pub tier: Tier,
}

impl Sample<'_> {
    /// Keeps it.
    pub fn to_row(self) -> Row {
        Row {
            at: self.at,
            wan: self.wan.into(),
            metric: self.metric.to_owned().into(),
            value: self.value,
            labels: self.labels.map(|labels| labels.to_owned().into()),
        }
    }
}
