//! Arrow Flight SQL, on the same address as HTTP: ADBC, JDBC, `DBeaver` and Python read the layers as a database's tables.
//!
//! The server keeps nothing between calls. The handle of a statement is the statement itself, with its parameters once they
//! are bound, so any server over the same twin can go on with it, and none has to forget it.

mod describing;
mod statement;

use std::{pin::Pin, sync::Arc};

use arrow::{
    array::RecordBatch, datatypes::Schema, error::ArrowError, ipc::writer::IpcWriteOptions,
};
use arrow_flight::{
    Action, FlightData, FlightDescriptor, FlightEndpoint, FlightInfo, IpcMessage, SchemaAsIpc,
    Ticket,
    decode::FlightRecordBatchStream,
    encode::FlightDataEncoderBuilder,
    error::FlightError,
    flight_service_server::FlightServiceServer,
    sql::{
        ActionClosePreparedStatementRequest, ActionCreatePreparedStatementRequest,
        ActionCreatePreparedStatementResult, CommandGetCatalogs, CommandGetDbSchemas,
        CommandGetSqlInfo, CommandGetTableTypes, CommandGetTables, CommandPreparedStatementQuery,
        CommandPreparedStatementUpdate, CommandStatementQuery, CommandStatementUpdate,
        DoPutPreparedStatementResult, ProstMessageExt, SqlInfo, TicketStatementQuery,
        metadata::SqlInfoDataBuilder,
        server::{FlightSqlService, PeekableFlightDataStream},
    },
};
use engine::{Engine, TwinSnapshot};
use futures::{Stream, StreamExt as _, TryStreamExt as _, stream};
use prost::{Message as _, bytes::Bytes};
use tonic::{Code, Request, Response, Status, metadata::MetadataMap};

use self::statement::Statement;
use crate::{
    answers::{Answers, Question},
    error::{Refusal, RequestError},
    http::datetime::OnDay,
    offload::Offload,
};

/// The header of a call that names a day, as `datetime=` does in an address.
const DAY_HEADER: &str = "datetime";

/// Batches of parameters that are read: one with a row, and what empty ones a client may send around it.
const MOST_PARAMETER_BATCHES: usize = 4;

type Rows = Pin<Box<dyn Stream<Item = Result<FlightData, Status>> + Send>>;

/// The layers as a database.
#[derive(Clone, Debug)]
pub struct Flight {
    engine: Arc<Engine>,
    threads: Offload,
    answers: Answers,
}

impl Flight {
    /// The service to be routed under its own path.
    pub fn service(
        engine: Arc<Engine>,
        threads: Offload,
        answers: Answers,
    ) -> FlightServiceServer<Self> {
        FlightServiceServer::new(Self {
            engine,
            threads,
            answers,
        })
    }

    async fn snapshot(&self, headers: &MetadataMap) -> Result<Arc<TwinSnapshot>, Status> {
        let day = headers.get(DAY_HEADER).map(|value| {
            let text = value.to_str().unwrap_or_default();
            OnDay::parse(text)
        });
        let day = day.transpose().map_err(refused)?.unwrap_or_default();
        let snapshot = day.snapshot(&self.engine, &self.threads).await;
        snapshot.map_err(refused)
    }

    async fn question(
        &self,
        statement: &Statement,
        headers: &MetadataMap,
    ) -> Result<Question, Status> {
        Ok(Question {
            snapshot: self.snapshot(headers).await?,
            query: statement.query.clone(),
            params: statement.params()?,
        })
    }

    /// What a statement will answer with, and the ticket to fetch it.
    async fn info<T>(
        &self,
        statement: &Statement,
        ticket: &impl ProstMessageExt,
        request: Request<T>,
    ) -> Result<Response<FlightInfo>, Status> {
        let question = self.question(statement, request.metadata()).await?;
        let described = self.answers.describe(question).await.map_err(refused)?;
        one_endpoint(&described.schema, ticket)
    }

    async fn rows<T>(
        &self,
        statement: &Statement,
        request: Request<T>,
    ) -> Result<Response<Rows>, Status> {
        let question = self.question(statement, request.metadata()).await?;
        let (schema, batches) = self.answers.batches(question).await.map_err(refused)?;
        let batches = batches.map_err(|error| FlightError::Tonic(Box::new(refused(error))));
        let rows = FlightDataEncoderBuilder::new()
            .with_schema(schema)
            .build(batches)
            .map_err(Status::from);
        Ok(Response::new(rows.boxed()))
    }
}

/// What a client is told: the words of the same refusal over HTTP.
#[expect(clippy::needless_pass_by_value, reason = "called with map_err")]
fn refused(error: RequestError) -> Status {
    error.log();
    let problem = error.problem();
    let code = match error {
        RequestError::Refused { what, .. } => match what {
            Refusal::ReadOnly => Code::PermissionDenied,
            Refusal::Limit => Code::ResourceExhausted,
            _ => Code::InvalidArgument,
        },
        RequestError::TooMany { .. } => Code::Unavailable,
        RequestError::Deadline { .. } => Code::DeadlineExceeded,
        RequestError::Internal { .. } => Code::Internal,
        _ => Code::InvalidArgument,
    };
    Status::new(code, problem.detail)
}

/// An answer that this server alone gives, in one part.
fn one_endpoint(
    schema: &Schema,
    ticket: &impl ProstMessageExt,
) -> Result<Response<FlightInfo>, Status> {
    let ticket = Ticket::new(ticket.as_any().encode_to_vec());
    let info = FlightInfo::new()
        .try_with_schema(schema)
        .map_err(|error| Status::internal(error.to_string()))?
        .with_endpoint(FlightEndpoint::new().with_ticket(ticket))
        .with_ordered(true);
    Ok(Response::new(info))
}

/// What the protocol's builders have made.
fn one_batch(built: arrow_flight::error::Result<RecordBatch>) -> Result<Response<Rows>, Status> {
    let batch = built.map_err(Status::from)?;
    let rows = FlightDataEncoderBuilder::new()
        .with_schema(batch.schema())
        .build(stream::iter([Ok(batch)]))
        .map_err(Status::from);
    Ok(Response::new(rows.boxed()))
}

fn schema_bytes(schema: &Schema) -> Result<Bytes, Status> {
    let options = IpcWriteOptions::default();
    let message = IpcMessage::try_from(SchemaAsIpc::new(schema, &options));
    Ok(message.map_err(not_written)?.0)
}

fn not_written(error: ArrowError) -> Status {
    refused(RequestError::internal("describe these columns", error))
}

/// A server that is only read has nothing to write to.
fn read_only() -> Status {
    Status::permission_denied(
        "only queries are allowed here: write one SELECT, WITH, VALUES or EXPLAIN",
    )
}

#[tonic::async_trait]
impl FlightSqlService for Flight {
    type FlightService = Self;

    async fn get_flight_info_statement(
        &self,
        command: CommandStatementQuery,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        let statement = Statement::new(command.query);
        let ticket = TicketStatementQuery {
            statement_handle: statement.to_handle(),
        };
        self.info(&statement, &ticket, request).await
    }

    async fn do_get_statement(
        &self,
        ticket: TicketStatementQuery,
        request: Request<Ticket>,
    ) -> Result<Response<Rows>, Status> {
        let statement = Statement::of_handle(&ticket.statement_handle)?;
        self.rows(&statement, request).await
    }

    async fn do_action_create_prepared_statement(
        &self,
        command: ActionCreatePreparedStatementRequest,
        request: Request<Action>,
    ) -> Result<ActionCreatePreparedStatementResult, Status> {
        let statement = Statement::new(command.query);
        let question = self.question(&statement, request.metadata()).await?;
        let described = self.answers.describe(question).await.map_err(refused)?;
        Ok(ActionCreatePreparedStatementResult {
            prepared_statement_handle: statement.to_handle(),
            dataset_schema: schema_bytes(&described.schema)?,
            parameter_schema: schema_bytes(&described.parameters)?,
        })
    }

    async fn do_action_close_prepared_statement(
        &self,
        _: ActionClosePreparedStatementRequest,
        _: Request<Action>,
    ) -> Result<(), Status> {
        Ok(())
    }

    async fn do_put_prepared_statement_query(
        &self,
        command: CommandPreparedStatementQuery,
        request: Request<PeekableFlightDataStream>,
    ) -> Result<DoPutPreparedStatementResult, Status> {
        let statement = Statement::of_handle(&command.prepared_statement_handle)?;
        let messages = request.into_inner().map_err(FlightError::from);
        let rows = FlightRecordBatchStream::new_from_flight_data(messages);
        let rows: Vec<_> = rows.take(MOST_PARAMETER_BATCHES).try_collect().await?;
        Ok(DoPutPreparedStatementResult {
            prepared_statement_handle: Some(statement.with_params(&rows)?.to_handle()),
        })
    }

    async fn get_flight_info_prepared_statement(
        &self,
        command: CommandPreparedStatementQuery,
        request: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        let statement = Statement::of_handle(&command.prepared_statement_handle)?;
        self.info(&statement, &command, request).await
    }

    async fn do_get_prepared_statement(
        &self,
        command: CommandPreparedStatementQuery,
        request: Request<Ticket>,
    ) -> Result<Response<Rows>, Status> {
        let statement = Statement::of_handle(&command.prepared_statement_handle)?;
        self.rows(&statement, request).await
    }

    async fn do_put_statement_update(
        &self,
        _: CommandStatementUpdate,
        _: Request<PeekableFlightDataStream>,
    ) -> Result<i64, Status> {
        Err(read_only())
    }

    async fn do_put_prepared_statement_update(
        &self,
        _: CommandPreparedStatementUpdate,
        _: Request<PeekableFlightDataStream>,
    ) -> Result<i64, Status> {
        Err(read_only())
    }

    async fn get_flight_info_catalogs(
        &self,
        command: CommandGetCatalogs,
        _: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        one_endpoint(&command.into_builder().schema(), &command)
    }

    async fn do_get_catalogs(
        &self,
        command: CommandGetCatalogs,
        _: Request<Ticket>,
    ) -> Result<Response<Rows>, Status> {
        one_batch(describing::catalogs(command))
    }

    async fn get_flight_info_schemas(
        &self,
        command: CommandGetDbSchemas,
        _: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        one_endpoint(&command.clone().into_builder().schema(), &command)
    }

    async fn do_get_schemas(
        &self,
        command: CommandGetDbSchemas,
        _: Request<Ticket>,
    ) -> Result<Response<Rows>, Status> {
        one_batch(describing::schemas(command))
    }

    async fn get_flight_info_tables(
        &self,
        command: CommandGetTables,
        _: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        one_endpoint(&command.clone().into_builder().schema(), &command)
    }

    async fn do_get_tables(
        &self,
        command: CommandGetTables,
        request: Request<Ticket>,
    ) -> Result<Response<Rows>, Status> {
        let snapshot = self.snapshot(request.metadata()).await?;
        one_batch(describing::tables(command, &snapshot))
    }

    async fn get_flight_info_table_types(
        &self,
        command: CommandGetTableTypes,
        _: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        one_endpoint(&command.into_builder().schema(), &command)
    }

    async fn do_get_table_types(
        &self,
        command: CommandGetTableTypes,
        _: Request<Ticket>,
    ) -> Result<Response<Rows>, Status> {
        one_batch(describing::table_types(command))
    }

    async fn get_flight_info_sql_info(
        &self,
        command: CommandGetSqlInfo,
        _: Request<FlightDescriptor>,
    ) -> Result<Response<FlightInfo>, Status> {
        one_endpoint(SqlInfoDataBuilder::schema(), &command)
    }

    async fn do_get_sql_info(
        &self,
        command: CommandGetSqlInfo,
        _: Request<Ticket>,
    ) -> Result<Response<Rows>, Status> {
        one_batch(describing::server(command))
    }

    async fn register_sql_info(&self, _: i32, _: &SqlInfo) {}
}
