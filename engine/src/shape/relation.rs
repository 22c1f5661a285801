//! The topological predicates, named as in OGC Simple Features.

use std::cell::OnceCell;

use geo::{PreparedGeometry, Relate as _, relate::IntersectionMatrix};

use super::{Position, Shape, Side};

/// A predicate of two geometries. EMPTY is disjoint from everything, and equal to EMPTY.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Intersects,
    Contains,
    Within,
    Covers,
    CoveredBy,
    Touches,
    Crosses,
    Overlaps,
    Equals,
    Disjoint,
}

/// What is known of two geometries without looking at where their boundaries meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Nesting {
    /// They share no point.
    Apart,
    /// The second lies in the interior of the first, which is an area.
    Holds,
    /// The first lies in the interior of the second, which is an area.
    LiesIn,
}

impl Relation {
    /// Every one of them.
    pub(crate) const ALL: [Self; 10] = [
        Self::Intersects,
        Self::Contains,
        Self::Within,
        Self::Covers,
        Self::CoveredBy,
        Self::Touches,
        Self::Crosses,
        Self::Overlaps,
        Self::Equals,
        Self::Disjoint,
    ];

    /// The name of its SQL function.
    pub(crate) fn function(self) -> &'static str {
        match self {
            Self::Intersects => "st_intersects",
            Self::Contains => "st_contains",
            Self::Within => "st_within",
            Self::Covers => "st_covers",
            Self::CoveredBy => "st_coveredby",
            Self::Touches => "st_touches",
            Self::Crosses => "st_crosses",
            Self::Overlaps => "st_overlaps",
            Self::Equals => "st_equals",
            Self::Disjoint => "st_disjoint",
        }
    }

    /// The same with its operands exchanged.
    pub(crate) fn inverse(self) -> Self {
        match self {
            Self::Contains => Self::Within,
            Self::Within => Self::Contains,
            Self::Covers => Self::CoveredBy,
            Self::CoveredBy => Self::Covers,
            same => same,
        }
    }

    /// Whether it holds between two geometries.
    ///
    /// # Complexity
    /// O(m log n) for m segments of the smaller and n of the larger where their boundaries do not meet, and for
    /// `Intersects` and `Disjoint` always; O((m + n) log (m + n)) otherwise.
    pub(crate) fn holds(self, a: &Shape<'_>, b: &Shape<'_>) -> bool {
        self.holds_between(a, b, &OnceCell::new())
    }

    /// The same for many `b`: what the first that needs it prepares of `a` serves the others.
    pub(crate) fn holds_between<'a>(
        self,
        a: &'a Shape<'_>,
        b: &Shape<'_>,
        prepared: &OnceCell<Prepared<'a>>,
    ) -> bool {
        if self == Self::Disjoint {
            return !Self::Intersects.holds_between(a, b, prepared);
        }
        let (of_a, of_b) = (a.extent(), b.extent());
        if !of_a.intersects(of_b) {
            return self == Self::Equals && of_a.is_empty() && of_b.is_empty();
        }
        match self {
            Self::Contains | Self::Covers if !of_a.covers(of_b) => return false,
            Self::Within | Self::CoveredBy if !of_b.covers(of_a) => return false,
            Self::Equals if of_a != of_b => return false,
            Self::Intersects => return a.intersects(b),
            _ => {}
        }
        match (a.as_point(), b.as_point()) {
            (Some(a), Some(b)) => return a == b && self.holds_for_one_point(),
            (None, Some(point)) if a.is_areal() => return self.holds_at(a.locate(point)),
            (Some(point), None) if b.is_areal() => return self.inverse().holds_at(b.locate(point)),
            _ => {}
        }
        match nesting(a, b) {
            Some(nesting) => self.holds_when(nesting),
            None => self.holds_in(
                &prepared
                    .get_or_init(|| Prepared::from(a.geometry()))
                    .relate(b.geometry()),
            ),
        }
    }

    /// Whether it holds between an area and whatever lies in its interior.
    pub(crate) fn holds_for_interior(self) -> bool {
        self.holds_when(Nesting::Holds)
    }

    /// Whether it holds between an area and a point on its boundary.
    pub(crate) fn holds_for_boundary(self) -> bool {
        matches!(self, Self::Intersects | Self::Covers | Self::Touches)
    }

    fn holds_when(self, nesting: Nesting) -> bool {
        match nesting {
            Nesting::Apart => self == Self::Disjoint,
            Nesting::Holds => matches!(self, Self::Intersects | Self::Contains | Self::Covers),
            Nesting::LiesIn => matches!(self, Self::Intersects | Self::Within | Self::CoveredBy),
        }
    }

    /// Whether it holds between an area and a point there.
    fn holds_at(self, position: Position) -> bool {
        match position {
            Position::Inside => self.holds_when(Nesting::Holds),
            Position::Boundary => self.holds_for_boundary(),
            Position::Outside => self == Self::Disjoint,
        }
    }

    /// Whether it holds between a point and itself.
    fn holds_for_one_point(self) -> bool {
        !matches!(
            self,
            Self::Touches | Self::Crosses | Self::Overlaps | Self::Disjoint
        )
    }

    fn holds_in(self, matrix: &IntersectionMatrix) -> bool {
        match self {
            Self::Intersects => matrix.is_intersects(),
            Self::Contains => matrix.is_contains(),
            Self::Within => matrix.is_within(),
            Self::Covers => matrix.is_covers(),
            Self::CoveredBy => matrix.is_coveredby(),
            Self::Touches => matrix.is_touches(),
            Self::Crosses => matrix.is_crosses(),
            Self::Overlaps => matrix.is_overlaps(),
            Self::Equals => matrix.is_equal_topo(),
            Self::Disjoint => matrix.is_disjoint(),
        }
    }
}

/// A geometry with the graph that the DE-9IM matrix needs; of one thread.
pub(crate) type Prepared<'a> = PreparedGeometry<'a, &'a geo::Geometry<f64>>;

/// How two geometries lie, where no segments of theirs meet; none where they do, or where parts differ.
fn nesting(a: &Shape<'_>, b: &Shape<'_>) -> Option<Nesting> {
    match (a.side_of(b.extent()), b.side_of(a.extent())) {
        (Side::Outside, _) | (_, Side::Outside) => return Some(Nesting::Apart),
        (Side::Inside, _) => return Some(Nesting::Holds),
        (_, Side::Inside) => return Some(Nesting::LiesIn),
        (Side::Across, Side::Across) => {}
    }
    if a.edges().meet(b.edges()) {
        return None;
    }
    let (b_in_a, a_in_b) = (parts_in(b, a)?, parts_in(a, b)?);
    // A part inside, and yet a ring of the area inside the part: the part lies around a hole.
    match (b_in_a, a_in_b) {
        (false, false) => Some(Nesting::Apart),
        (true, false) if !rings_in(a, b) => Some(Nesting::Holds),
        (false, true) if !rings_in(b, a) => Some(Nesting::LiesIn),
        _ => None,
    }
}

/// Whether all parts of `a` begin in the area of `b` (true) or all outside of it (false); none where parts differ.
fn parts_in(a: &Shape<'_>, b: &Shape<'_>) -> Option<bool> {
    if !b.edges().has_area() {
        return Some(false);
    }
    let mut inside = a
        .edges()
        .parts()
        .iter()
        .map(|start| b.locate(*start) != Position::Outside);
    let first = inside.next()?;
    inside.all(|other| other == first).then_some(first)
}

/// Whether a ring of `a` begins in the area of `b`.
fn rings_in(a: &Shape<'_>, b: &Shape<'_>) -> bool {
    b.edges().has_area()
        && a.edges()
            .ring_starts()
            .any(|start| b.locate(start) != Position::Outside)
}
