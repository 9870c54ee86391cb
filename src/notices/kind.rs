//! What there may be notices about.

use core::fmt;

/// One kind of trouble, or of news.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A direction's delay has been bad for long: `SOFT_RED` or `RED`.
    Congestion,
    /// A rate is at its floor and the delay is still too long.
    Floor,
    /// The router does not answer, or does not let us work.
    Router,
    /// Neither ICMP nor TCP gets an answer.
    WanDown,
    /// The line cannot be measured, though it may be there.
    Blind,
    /// New latency-sensitive connections go over the alternate.
    Steering,
    /// The steering rule is missing, refused, or does nothing.
    Rule,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Congestion,
        Self::Floor,
        Self::Router,
        Self::WanDown,
        Self::Blind,
        Self::Steering,
        Self::Rule,
    ];

    /// The word of the config file and of JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Congestion => "congestion",
            Self::Floor => "floor",
            Self::Router => "router",
            Self::WanDown => "wan_down",
            Self::Blind => "blind",
            Self::Steering => "steering",
            Self::Rule => "rule",
        }
    }

    /// How much it matters while it lasts. Nobody can configure it away.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Steering => Severity::Info,
            Self::Congestion | Self::Floor | Self::Blind => Severity::Warning,
            Self::Router | Self::WanDown | Self::Rule => Severity::Critical,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// How much something matters.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Severity {
    /// To know.
    Info,
    /// The line is worse than it should be.
    Warning,
    /// Control is lost, or the line.
    Critical,
}

impl Severity {
    /// The word of JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// Some of the kinds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Kinds(u8);

impl Kinds {
    /// What is told of a WAN.
    pub const OF_A_WAN: Self = Self::NONE
        .with(Kind::Congestion)
        .with(Kind::Floor)
        .with(Kind::Router)
        .with(Kind::WanDown)
        .with(Kind::Blind);
    /// What is told of steering.
    pub const OF_STEERING: Self = Self::NONE
        .with(Kind::Steering)
        .with(Kind::Rule)
        .with(Kind::Router);
    /// No kind.
    pub const NONE: Self = Self(0);

    /// These, and one more.
    #[must_use]
    pub const fn with(self, kind: Kind) -> Self {
        Self(self.0 | 1 << kind as u8)
    }

    /// Whether it is one of them.
    pub const fn contain(self, kind: Kind) -> bool {
        self.0 & 1 << kind as u8 != 0
    }
}

/// `congestion, floor`
impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut kinds = Kind::ALL.into_iter().filter(|&kind| self.contain(kind));
        let Some(first) = kinds.next() else {
            return f.write_str("none");
        };
        write!(f, "{first}")?;
        kinds.try_for_each(|kind| write!(f, ", {kind}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_those_that_were_named() {
        let two = Kinds::NONE.with(Kind::Floor).with(Kind::Rule);
        for kind in Kind::ALL {
            let told = Kinds::OF_A_WAN.contain(kind) || Kinds::OF_STEERING.contain(kind);
            assert!(told && !Kinds::NONE.contain(kind), "{kind}");
            assert_eq!(
                two.contain(kind),
                matches!(kind, Kind::Floor | Kind::Rule),
                "{kind}"
            );
        }
        assert_eq!(two.to_string(), "floor, rule");
        assert_eq!(Kinds::NONE.to_string(), "none");
    }
}
