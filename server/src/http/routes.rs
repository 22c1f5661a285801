//! Routes with their descriptions: what is routed is described, so the `OpenAPI` document cannot drift from the router.

use axum::{Router, routing::MethodRouter};
use serde_json::Value;

/// A router being built, and the description of each of its operations.
#[derive(Debug, Default)]
pub struct Routes {
    /// The router, each route with its own narrow state.
    pub router: Router,
    /// What the routes do, in the order they were added.
    pub operations: Vec<Operation>,
}

/// The description of one method on one path.
#[derive(Clone, Debug)]
pub struct Operation {
    /// `get`, `post` or `delete`.
    pub method: &'static str,
    /// The path as documented: `/tiles/{style}/{z}/{x}/{y}.png`.
    pub path: &'static str,
    /// What it does, in Vietnamese then English.
    pub summary: &'static str,
    /// Query parameters: name and meaning.
    pub query: Vec<(&'static str, &'static str)>,
    /// JSON Schema of the body, where there is one.
    pub body: Option<Value>,
    /// Status of the good answer.
    pub status: u16,
    /// Media types of the good answer.
    pub media_types: Vec<&'static str>,
}

impl Operation {
    fn new(method: &'static str, path: &'static str, summary: &'static str) -> Self {
        Self {
            method,
            path,
            summary,
            query: vec![],
            body: None,
            status: 200,
            media_types: vec!["application/json"],
        }
    }

    /// Reading at a path.
    pub fn get(path: &'static str, summary: &'static str) -> Self {
        Self::new("get", path, summary)
    }

    /// Sending a JSON body to a path.
    pub fn post(path: &'static str, summary: &'static str, body: Value) -> Self {
        Self {
            body: Some(body),
            ..Self::new("post", path, summary)
        }
    }

    /// Ending what a path names.
    pub fn delete(path: &'static str, summary: &'static str) -> Self {
        Self::new("delete", path, summary)
    }

    /// Adds a query parameter.
    #[must_use]
    pub fn query(mut self, name: &'static str, meaning: &'static str) -> Self {
        self.query.push((name, meaning));
        self
    }

    /// Says what the good answer is, when it is not 200 with JSON.
    #[must_use]
    pub fn answers(mut self, status: u16, media_types: &[&'static str]) -> Self {
        self.status = status;
        self.media_types = media_types.to_vec();
        self
    }

    /// The path for the router, whose parameters fill whole segments: `{y}.png` becomes `{y}`.
    pub fn route_path(&self) -> String {
        let whole = |segment: &str| match segment.find('}') {
            Some(end) if segment.starts_with('{') => segment[..=end].to_owned(),
            _ => segment.to_owned(),
        };
        self.path
            .split('/')
            .map(whole)
            .collect::<Vec<_>>()
            .join("/")
    }
}

impl Routes {
    /// Adds a route whose handler answers one or more documented operations that share its path.
    #[must_use]
    pub fn on(
        mut self,
        operations: impl IntoIterator<Item = Operation>,
        handler: MethodRouter,
    ) -> Self {
        let first = self.operations.len();
        self.operations.extend(operations);
        if let Some(operation) = self.operations.get(first) {
            self.router = self.router.route(&operation.route_path(), handler);
        }
        self
    }

    /// Adds the routes of another part.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.operations.extend(other.operations);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_fills_a_whole_segment_for_the_router() {
        let route = |path| Operation::get(path, "").route_path();
        assert_eq!(
            route("/tiles/{style}/{z}/{x}/{y}@2x.png"),
            "/tiles/{style}/{z}/{x}/{y}"
        );
        assert_eq!(
            route("/fonts/{fontstack}/{range}.pbf"),
            "/fonts/{fontstack}/{range}"
        );
        assert_eq!(route("/jobs/{id}/result.csv"), "/jobs/{id}/result.csv");
    }
}
