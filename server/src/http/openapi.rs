//! `/api`: the `OpenAPI` 3.0 description of every route.

use std::sync::Arc;

use axum::{Json, extract::State, routing::get};
use serde_json::{Map, Value, json};

use crate::http::routes::{Operation, Routes};

/// Adds `/api`, which describes all the routes given and itself.
pub fn describe(routes: Routes) -> Routes {
    let own = Operation::get(
        "/api",
        "Mô tả OpenAPI 3.0 này · This OpenAPI 3.0 description",
    );
    let document = Arc::new(document(routes.operations.iter().chain([&own])));
    routes.on([own], get(api).with_state(document))
}

async fn api(State(document): State<Arc<Value>>) -> Json<Arc<Value>> {
    Json(document)
}

fn document<'a>(operations: impl Iterator<Item = &'a Operation>) -> Value {
    let mut paths = Map::new();
    for operation in operations {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = describe_one(operation);
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Lục Đầu",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Bản sao số địa lý của một tỉnh: ô bản đồ, SQL, phân tích. · A province's geospatial digital twin: tiles, SQL, analyses.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": {"Problem": problem_schema()}},
    })
}

fn describe_one(operation: &Operation) -> Value {
    let content: Map<String, Value> = operation
        .media_types
        .iter()
        .map(|&media_type| (media_type.to_owned(), json!({})))
        .collect();
    let mut described = json!({
        "summary": operation.summary,
        "tags": [operation.path.split('/').find(|part| !part.is_empty()).unwrap_or("viewer")],
        "parameters": parameters(operation),
        "responses": {
            operation.status.to_string(): {"description": "OK", "content": content},
            "default": {
                "description": "Tài liệu lỗi RFC 9457 · RFC 9457 problem document",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        },
    });
    if let Some(schema) = &operation.body {
        described["requestBody"] =
            json!({"required": true, "content": {"application/json": {"schema": schema}}});
    }
    described
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let in_path = operation.path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| {
        let kind = if ["z", "x", "y"].contains(&name) { "integer" } else { "string" };
        json!({"name": name, "in": "path", "required": true, "description": meaning(name), "schema": {"type": kind}})
    });
    let in_query = operation.query.iter().map(|(name, meaning)| {
        json!({"name": name, "in": "query", "description": meaning, "schema": {"type": "string"}})
    });
    in_path.chain(in_query).collect()
}

/// What a path parameter is, in Vietnamese then English.
fn meaning(name: &str) -> &'static str {
    match name {
        "z" => "mức phóng 0–22 · zoom 0 to 22",
        "x" => "cột, từ phía tây · column, from the west",
        "y" => "hàng, từ phía bắc (XYZ) · row, from the north (XYZ)",
        "style" => "mã kiểu bản đồ, xem /styles · style id, see /styles",
        "layer" => "mã lớp, xem /layers · layer id, see /layers",
        "layers" => "các mã lớp, cách nhau dấu phẩy · layer ids, comma-separated",
        "name" => "mã phân tích, xem /analyses · analysis name, see /analyses",
        "id" => "mã việc · job id",
        "fontstack" => "tên phông chữ · font stack",
        "range" => "khoảng mã chữ, ví dụ 0-255 · code points, for example 0-255",
        _ => "tên tệp · file name",
    }
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "description": "urn:lucdau:problem:KIND"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "nearest": {"type": "string"},
            "retry_after_seconds": {"type": "integer"},
        },
    })
}
