//! The upper levels of a packed R-tree over entries in a given order.

use std::ops::{ControlFlow, Range};

use layers::Extent;

/// Entries under one node, and nodes under one node of the level above.
pub(super) const FAN_OUT: usize = 16;

/// What a search does with a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visit {
    /// Nothing below can matter.
    Skip,
    /// Something below may.
    Enter,
    /// Everything below does, untested.
    All,
}

/// The extents of runs of 16 entries, of 16 such runs, and so on up to the root.
///
/// The order of the entries is the tree's order, so a node is a range of entries. It is as good a tree as neighbours in that
/// order are neighbours in the plane: rows sorted by H3 cell or Hilbert value, edges along a ring.
#[derive(Clone, Debug, Default)]
pub(crate) struct Levels {
    entries: usize,
    /// The lowest level first; none where one run holds all entries.
    levels: Vec<Vec<Extent>>,
}

impl Levels {
    /// Builds the levels bottom up.
    ///
    /// # Complexity
    /// O(n); n/15 extents are kept.
    pub(crate) fn new(entries: usize, extent_of: impl Fn(usize) -> Extent) -> Self {
        let mut levels = Vec::new();
        let mut below = entries;
        while below > FAN_OUT {
            let level: Vec<Extent> = (0..below)
                .step_by(FAN_OUT)
                .map(|start| {
                    let run = start..(start + FAN_OUT).min(below);
                    let extents = run.map(|at| {
                        levels
                            .last()
                            .map_or_else(|| extent_of(at), |level: &Vec<Extent>| level[at])
                    });
                    extents.fold(Extent::EMPTY, |all, extent| all.union(&extent))
                })
                .collect();
            below = level.len();
            levels.push(level);
        }
        Self { entries, levels }
    }

    /// Walks down from the root, in the order of the entries and no further than a share of them: `node` decides about each
    /// node; `run` gets the entries of the lowest nodes that were entered, and of whole nodes where all was taken (`true`).
    pub(crate) fn walk<B>(
        &self,
        share: &Range<usize>,
        node: &mut impl FnMut(&Extent) -> Visit,
        run: &mut impl FnMut(Range<usize>, bool) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        match self.levels.last() {
            None if share.is_empty() => ControlFlow::Continue(()),
            None => run(share.clone(), false),
            Some(_) => self.walk_under(None, share, node, run),
        }
    }

    fn walk_under<B>(
        &self,
        parent: Option<Node>,
        share: &Range<usize>,
        node: &mut impl FnMut(&Extent) -> Visit,
        run: &mut impl FnMut(Range<usize>, bool) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let Children::Nodes(level, nodes) = self.children(parent) else {
            return ControlFlow::Continue(());
        };
        for at in nodes {
            let entries = self.entries_under(level, at);
            let entries = entries.start.max(share.start)..entries.end.min(share.end);
            if entries.is_empty() {
                continue;
            }
            match node(&self.levels[level][at]) {
                Visit::Skip => {}
                Visit::All => run(entries, true)?,
                Visit::Enter if level == 0 => run(entries, false)?,
                Visit::Enter => self.walk_under(Some(Node { level, at }), share, node, run)?,
            }
        }
        ControlFlow::Continue(())
    }

    /// The nodes of the level below a node.
    fn nodes_under(&self, level: usize, at: usize) -> Range<usize> {
        at * FAN_OUT..((at + 1) * FAN_OUT).min(self.levels[level - 1].len())
    }

    /// The entries below a node.
    fn entries_under(&self, level: usize, at: usize) -> Range<usize> {
        let span = FAN_OUT.pow(u32::try_from(level + 1).expect("few levels"));
        at * span..((at + 1) * span).min(self.entries)
    }

    /// What lies under a node; under the root where there is none. For searches in an order of their own.
    pub(super) fn children(&self, node: Option<Node>) -> Children {
        match node {
            None => match self.levels.last() {
                None => Children::Entries(0..self.entries),
                Some(root) => Children::Nodes(self.levels.len() - 1, 0..root.len()),
            },
            Some(Node { level: 0, at }) => Children::Entries(self.entries_under(0, at)),
            Some(Node { level, at }) => Children::Nodes(level - 1, self.nodes_under(level, at)),
        }
    }

    /// The extent of a node.
    pub(super) fn extent(&self, node: Node) -> &Extent {
        &self.levels[node.level][node.at]
    }

    /// Bytes of memory it takes.
    pub(crate) fn bytes(&self) -> usize {
        self.levels.iter().map(Vec::len).sum::<usize>() * size_of::<Extent>()
    }
}

/// A place in the tree.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) level: usize,
    pub(super) at: usize,
}

/// What lies under a node.
#[derive(Clone, Debug)]
pub(super) enum Children {
    /// Nodes of one level.
    Nodes(usize, Range<usize>),
    /// Entries.
    Entries(Range<usize>),
}
