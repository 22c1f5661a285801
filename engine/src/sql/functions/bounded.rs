//! Plain SQL functions whose answer may be far larger than their arguments.
//!
//! Operators account for their memory, functions do not: `repeat('x', 10000000000)` would be computed before any limit is
//! asked. Texts that grow are checked first; functions that only make long lists are not offered.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array as _, AsArray as _},
        compute::cast,
        datatypes::{DataType, FieldRef, Int64Type},
    },
    common::{config::ConfigOptions, exec_err},
    error::Result,
    execution::{FunctionRegistry as _, SessionState},
    logical_expr::{
        ColumnarValue, Expr, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl,
        Signature,
        simplify::{ExprSimplifyResult, SimplifyContext},
    },
};

/// The most bytes such a function may make for one batch of rows.
const MOST_BYTES: i64 = 64 << 20;

/// Functions whose second argument says how long the text becomes, and whether it multiplies the first.
const GROWING: [(&str, bool); 3] = [("repeat", true), ("lpad", false), ("rpad", false)];

/// Functions that only make long lists.
const NOT_OFFERED: [&str; 4] = ["array_repeat", "array_resize", "generate_series", "range"];

/// Puts the bounds into a session.
///
/// # Errors
/// When the session refuses a function.
pub(in crate::sql) fn bound(state: &mut SessionState) -> Result<()> {
    for name in NOT_OFFERED {
        state.deregister_udf(name)?;
    }
    for (name, multiplies) in GROWING {
        let function = state.udf(name)?;
        state.register_udf(Arc::new(ScalarUDF::new_from_impl(Bounded {
            function,
            multiplies,
        })))?;
    }
    Ok(())
}

/// A function that is not called when its answer would be too long.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Bounded {
    function: Arc<ScalarUDF>,
    multiplies: bool,
}

impl Bounded {
    /// An upper bound of the bytes of the answer.
    fn bytes(&self, args: &ScalarFunctionArgs) -> Result<i64> {
        let [text, count, ..] = args.args.as_slice() else {
            return Ok(0);
        };
        let counts = cast(&*count.to_array(args.number_rows)?, &DataType::Int64)?;
        let texts = cast(&*text.to_array(args.number_rows)?, &DataType::LargeUtf8)?;
        let (counts, texts) = (counts.as_primitive::<Int64Type>(), texts.as_string::<i64>());
        let bytes = (0..args.number_rows).map(|row| {
            let count = if counts.is_null(row) {
                0
            } else {
                counts.value(row).max(0)
            };
            let length = if texts.is_null(row) {
                0
            } else {
                i64::try_from(texts.value(row).len()).unwrap_or(i64::MAX)
            };
            if self.multiplies {
                count.saturating_mul(length)
            } else {
                count
            }
        });
        Ok(bytes.fold(0, i64::saturating_add))
    }
}

impl ScalarUDFImpl for Bounded {
    fn name(&self) -> &str {
        self.function.name()
    }

    fn aliases(&self) -> &[String] {
        self.function.aliases()
    }

    fn signature(&self) -> &Signature {
        self.function.signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.function.return_type(types)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs<'_>) -> Result<FieldRef> {
        self.function.return_field_from_args(args)
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.function.coerce_types(types)
    }

    fn with_updated_config(&self, _: &ConfigOptions) -> Option<ScalarUDF> {
        None
    }

    fn simplify(&self, args: Vec<Expr>, _: &SimplifyContext) -> Result<ExprSimplifyResult> {
        Ok(ExprSimplifyResult::Original(args))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let bytes = self.bytes(&args)?;
        if bytes > MOST_BYTES {
            return exec_err!(
                "{} would make {bytes} bytes of text, more than the {MOST_BYTES} allowed",
                self.name()
            );
        }
        self.function.invoke_with_args(args)
    }
}
