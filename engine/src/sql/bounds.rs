//! How long a query may be, judged by its text before a tree is made of it.
//!
//! Chains such as `1 + 1 + 1 + …` nest one level per operator. The parser reads them in a loop, but whoever plans, clones
//! or drops the tree walks it recursively, so a long chain would end the whole process by overflowing a stack.

use datafusion::sql::sqlparser::{
    dialect::PostgreSqlDialect,
    tokenizer::{Token, Tokenizer},
};

use super::SqlError;

/// The longest query text; planning time grows faster than the text.
const MOST_QUERY_BYTES: usize = 256 << 10;

/// The most words and operators; values and commas are free, as long lists of them do not nest. A level takes at least one
/// of them, and the stack of a SQL thread has room for ten times that many levels.
const MOST_WORDS: usize = 2_000;

/// Refuses a query that is too long to be planned.
pub(super) fn check(query: &str) -> Result<(), SqlError> {
    let length = query.len();
    if length > MOST_QUERY_BYTES {
        let message =
            format!("the query is {length} bytes long, more than the {MOST_QUERY_BYTES} allowed");
        return Err(SqlError::Invalid { message });
    }
    // What cannot be cut into words is told by the parser, with its place.
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, query)
        .tokenize()
        .unwrap_or_default();
    let words = tokens.iter().filter(|token| is_word(token)).count();
    if words > MOST_WORDS {
        let message = format!(
            "the query has {words} words and operators, more than the {MOST_WORDS} allowed: write a long chain of OR as one IN (…), or ask in several queries"
        );
        return Err(SqlError::Invalid { message });
    }
    Ok(())
}

fn is_word(token: &Token) -> bool {
    !matches!(
        token,
        Token::EOF
            | Token::Whitespace(_)
            | Token::Comma
            | Token::LParen
            | Token::RParen
            | Token::Number(..)
            | Token::SingleQuotedString(_)
            | Token::Placeholder(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_pass_and_long_chains_do_not() {
        let list = vec!["-7, 'tên'"; 1_500].join(", ");
        assert_eq!(
            check(&format!("SELECT 1 WHERE 1 IN ({list})")),
            Ok(()),
            "values are free"
        );
        let chain = vec!["1"; 3_000].join(" + ");
        let refused = check(&format!("SELECT {chain}")).unwrap_err();
        assert!(
            refused.to_string().contains("words and operators"),
            "{refused}"
        );
        let long = check(&format!("SELECT '{}'", "x".repeat(300_000))).unwrap_err();
        assert!(long.to_string().contains("bytes long"), "{long}");
        assert_eq!(check("SELECT 'open"), Ok(()), "the parser's to tell");
    }
}
