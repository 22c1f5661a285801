//! What can be asked: tables with their columns, and functions.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use datafusion::arrow::datatypes::Field;
use layers::LayerKind;
use serde::Serialize;

use super::{
    about::{comment_of_column, comment_of_layer},
    functions::Guard,
    session,
};
use crate::{CancelToken, LayerSnapshot, TwinSnapshot, output::type_name};

/// Tables and functions, as `GET /sql/schema` tells them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SqlSchema {
    /// One per layer that has rows, by name.
    pub tables: Vec<SqlTable>,
    /// Names of scalar, aggregate and window functions, each once, in order.
    pub functions: Vec<String>,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SqlTable {
    /// The layer's id.
    pub name: String,
    /// What it is: the layer's title in both languages.
    pub comment: String,
    /// Its columns in order.
    pub columns: Vec<SqlColumn>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SqlColumn {
    /// Its name.
    pub name: String,
    /// Its type in a word, as in an answer.
    #[serde(rename = "type")]
    pub kind: String,
    /// What it means, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

impl SqlColumn {
    /// Describes a column.
    pub fn of(field: &Field) -> Self {
        Self {
            name: field.name().clone(),
            kind: type_name(field),
            comment: None,
        }
    }
}

/// The layers a query over this snapshot may name: those that have rows.
pub fn tables(snapshot: &TwinSnapshot) -> impl Iterator<Item = &Arc<LayerSnapshot>> {
    let layers = snapshot.layers.values();
    layers.filter(|layer| layer.meta.kind != LayerKind::Raster)
}

/// The tables and functions a query over this snapshot may name.
pub fn schema(snapshot: &TwinSnapshot) -> SqlSchema {
    let tables = tables(snapshot).map(|layer| SqlTable {
        name: layer.meta.id.to_string(),
        comment: comment_of_layer(&layer.meta),
        columns: layer
            .batch
            .schema_ref()
            .fields()
            .iter()
            .map(|field| SqlColumn {
                comment: comment_of_column(&layer.meta, field.name()).map(Into::into),
                ..SqlColumn::of(field)
            })
            .collect(),
    });
    SqlSchema {
        tables: tables.collect(),
        functions: function_names(),
    }
}

/// The names of all functions, in order.
pub(super) fn function_names() -> Vec<String> {
    let guard = Guard::new(CancelToken::new(), Duration::ZERO);
    let Ok(state) = session::open(
        &Arc::new(TwinSnapshot::default()),
        guard,
        session::Rules::All,
    ) else {
        return Vec::new();
    };
    let scalar = state.scalar_functions().keys();
    let names = scalar
        .chain(state.aggregate_functions().keys())
        .chain(state.window_functions().keys());
    names
        .collect::<BTreeSet<_>>()
        .into_iter()
        .cloned()
        .collect()
}
