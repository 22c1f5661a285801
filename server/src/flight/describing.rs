//! What there is to ask: catalog, schema, tables, and what the server can do.

use arrow::array::RecordBatch;
use arrow_flight::{
    error::Result,
    sql::{
        CommandGetCatalogs, CommandGetDbSchemas, CommandGetSqlInfo, CommandGetTableTypes,
        CommandGetTables, SqlInfo, SqlSupportedTransaction, metadata::SqlInfoDataBuilder,
    },
};
use engine::{TwinSnapshot, sql};

const TABLE: &str = "TABLE";

pub(super) fn catalogs(command: CommandGetCatalogs) -> Result<RecordBatch> {
    let mut rows = command.into_builder();
    rows.append(sql::CATALOG);
    rows.build()
}

pub(super) fn schemas(command: CommandGetDbSchemas) -> Result<RecordBatch> {
    let mut rows = command.into_builder();
    rows.append(sql::CATALOG, sql::SCHEMA);
    rows.build()
}

pub(super) fn table_types(command: CommandGetTableTypes) -> Result<RecordBatch> {
    let mut rows = command.into_builder();
    rows.append(TABLE);
    rows.build()
}

/// Every layer that has rows.
pub(super) fn tables(command: CommandGetTables, snapshot: &TwinSnapshot) -> Result<RecordBatch> {
    let mut rows = command.into_builder();
    for layer in sql::tables(snapshot) {
        let (name, schema) = (&layer.meta.id, layer.batch.schema_ref());
        rows.append(sql::CATALOG, sql::SCHEMA, name.as_str(), TABLE, schema)?;
    }
    rows.build()
}

pub(super) fn server(command: CommandGetSqlInfo) -> Result<RecordBatch> {
    let mut infos = SqlInfoDataBuilder::new();
    infos.append(SqlInfo::FlightSqlServerName, "Lục Đầu");
    infos.append(SqlInfo::FlightSqlServerVersion, env!("CARGO_PKG_VERSION"));
    infos.append(SqlInfo::FlightSqlServerArrowVersion, "1.3");
    infos.append(SqlInfo::FlightSqlServerReadOnly, true);
    infos.append(SqlInfo::FlightSqlServerSql, true);
    infos.append(SqlInfo::FlightSqlServerSubstrait, false);
    infos.append(
        SqlInfo::FlightSqlServerTransaction,
        SqlSupportedTransaction::None as i32,
    );
    infos.append(SqlInfo::FlightSqlServerCancel, false);
    infos.append(SqlInfo::FlightSqlServerBulkIngestion, false);
    infos.append(SqlInfo::SqlIdentifierQuoteChar, "\"");
    command.into_builder(&infos.build()?).build()
}
