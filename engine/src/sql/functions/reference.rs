//! What each spatial and H3 function takes and gives, with an example that a test runs. `docs/sql-functions.md` is written
//! from here.

mod aggregates;
mod cells;
mod constructors;
mod making;
mod measures;
mod moving;
mod predicates;
mod reading;
mod windows;
mod writing;

/// One function as an analyst reads about it.
#[derive(Clone, Copy, Debug)]
pub struct FunctionReference {
    /// Its name, lower case; SQL reads it in any case.
    pub name: &'static str,
    /// Other names of it.
    pub aliases: &'static [&'static str],
    /// What it takes and gives, without the name.
    pub signature: &'static str,
    /// What the answer is, with its unit.
    pub gives: &'static str,
    /// What null and EMPTY give.
    pub empty: &'static str,
    /// Which CRS it takes, and that of the answer.
    pub crs: &'static str,
    /// An expression, or a query.
    pub example: &'static str,
    /// The answer of the example as text.
    pub result: &'static str,
}

/// Functions of one use.
#[derive(Clone, Copy, Debug)]
pub struct Chapter {
    /// What they do.
    pub title: &'static str,
    /// What holds for all of them; may be empty.
    pub note: &'static str,
    /// The functions.
    pub functions: &'static [FunctionReference],
}

/// Every spatial and H3 function of a session, by use.
pub const FUNCTION_REFERENCE: &[Chapter] = &[
    Chapter {
        title: "Making geometries of text, bytes and numbers",
        note: "Without an SRID, or with SRID 0, coordinates are longitude and latitude, OGC:CRS84.",
        functions: constructors::ENTRIES,
    },
    Chapter {
        title: "Writing geometries",
        note: "",
        functions: writing::ENTRIES,
    },
    Chapter {
        title: "Reading off a geometry",
        note: "",
        functions: reading::ENTRIES,
    },
    Chapter {
        title: "Measuring",
        note: "Planar, in the units of the CRS, but for the functions named Spheroid. For metres of longitude and latitude use those, or ST_Transform to a VN-2000 plane.",
        functions: measures::ENTRIES,
    },
    Chapter {
        title: "Asking about two geometries",
        note: "All follow the DE-9IM; a filter or join with a constant geometry, or between two layers, uses the index.",
        functions: predicates::ENTRIES,
    },
    Chapter {
        title: "Making geometries of geometries",
        note: "Polygons that cross themselves are read by the even-odd rule: what is inside of an odd number of rings is area. Vertices of the input stay exactly where they are; crossings are exact to a billionth of the extent.",
        functions: making::ENTRIES,
    },
    Chapter {
        title: "Moving geometries",
        note: "",
        functions: moving::ENTRIES,
    },
    Chapter {
        title: "Aggregates",
        note: "Nulls are passed over; no rows give null.",
        functions: aggregates::ENTRIES,
    },
    Chapter {
        title: "Window functions",
        note: "With OVER (); PARTITION BY asks for each part apart.",
        functions: windows::ENTRIES,
    },
    Chapter {
        title: "H3 cells",
        note: "Cells are unsigned whole numbers; where one is read, its hexadecimal text will do, and a column named h3… is shown so. A value that is no cell fails the query.",
        functions: cells::ENTRIES,
    },
];

const HEAD: &str = "# Spatial and H3 functions of SQL

Made by the test `the_function_reference_is_current` of `engine` from `engine/src/sql/functions/reference/`; run it with \
`UPDATE_DOCS=1` to write this file again. Every example is run by a test.

Beside these there is all of DataFusion's SQL. A function that is not named here is not offered; rasters are not tables. \
Geometries of different CRSs are refused: use `ST_Transform`. In arguments, `point`, `line` and `polygon` are geometries of \
that kind.
";

/// The reference as a Markdown document.
pub fn function_document() -> String {
    let chapters = FUNCTION_REFERENCE.iter().map(Chapter::text);
    std::iter::once(HEAD.to_owned()).chain(chapters).collect()
}

impl Chapter {
    fn text(&self) -> String {
        let note = if self.note.is_empty() {
            String::new()
        } else {
            format!("\n{}\n", self.note)
        };
        let functions = self.functions.iter().map(FunctionReference::text);
        format!(
            "\n## {}\n{note}{}",
            self.title,
            functions.collect::<String>()
        )
    }
}

impl FunctionReference {
    fn text(&self) -> String {
        let aliases = if self.aliases.is_empty() {
            String::new()
        } else {
            format!(" Also called {}.", self.aliases.join(", "))
        };
        format!(
            "\n### {0}\n\n`{0}{1}`\n\n{2}{aliases}\n\nNull and EMPTY: {3}. CRS: {4}.\n\n```sql\n{5}\n-- {6}\n```\n",
            self.name, self.signature, self.gives, self.empty, self.crs, self.example, self.result
        )
    }
}
