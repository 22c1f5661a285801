//! Addresses of databases and services: which sources are no files, and an address as it may be shown, without secrets.

use std::{
    borrow::Cow,
    ffi::OsString,
    path::{Path, PathBuf},
};

use crate::ReadError;

/// Keys whose values are secrets, in connection strings and in the queries of URLs.
const SECRET_KEYS: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "pass",
    "pwd",
    "sslpassword",
    "secret",
    "token",
    "access_token",
    "apikey",
    "api_key",
    "key",
    "sig",
    "signature",
];

/// What stands where a secret was.
const HIDDEN: &str = "***";

/// Whether a source is a file or a folder of this machine, not the address of a database or a service.
pub(crate) fn is_file(path: &Path) -> bool {
    let address = path.to_string_lossy();
    !address.contains("://") && !address.starts_with("/vsi") && !names_driver(&address)
}

/// `PG:…`, `WFS:…` and the like; one letter is a drive.
fn names_driver(address: &str) -> bool {
    let prefix = address.split(':').next().unwrap_or_default();
    prefix.len() > 1
        && prefix.len() < address.len()
        && prefix
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// A source as errors, reports and the catalog may name it.
pub(crate) fn shown(path: &Path) -> Cow<'_, Path> {
    if is_file(path) {
        return Cow::Borrowed(path);
    }
    let address = path.to_string_lossy();
    let hidden = without_secrets(&address).into_owned();
    Cow::Owned(PathBuf::from(OsString::from(hidden)))
}

/// A source that cannot be read further.
pub(crate) fn failed(path: &Path, detail: String) -> ReadError {
    let shown = shown(path).into();
    if is_file(path) {
        ReadError::Damaged {
            path: shown,
            detail,
        }
    } else {
        ReadError::NoAnswer {
            address: shown,
            detail,
        }
    }
}

/// Text without the passwords of the URLs and connection strings in it.
pub(crate) fn without_secrets(text: &str) -> Cow<'_, str> {
    if !text.contains(['=', '@']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(without_values(&without_users(text)))
}

/// Hides what stands between `://user:` and `@`.
fn without_users(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after.find(['/', '?', '#', ' ', '"', '\'']);
        let authority = &after[..end.unwrap_or(after.len())];
        rest = after;
        let user = authority.rfind('@').map(|end| &authority[..end]);
        if let Some((name, _)) = user.and_then(|user| user.split_once(':')) {
            out.push_str(name);
            out.push(':');
            out.push_str(HIDDEN);
            rest = &after[user.map_or(0, str::len)..];
        }
    }
    out + rest
}

/// Hides the values of [`SECRET_KEYS`]. Where it is unclear how far one goes, more is hidden rather than less.
fn without_values(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let is_url = text.contains("://");
    while let Some(at) = rest.find('=') {
        let (before, after) = rest.split_at(at + 1);
        out.push_str(before);
        rest = after;
        let key = before.trim_end_matches('=').trim_end();
        let key = key
            .rsplit(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_'))
            .next()
            .unwrap_or_default();
        if !SECRET_KEYS.contains(&key.to_ascii_lowercase().as_str()) {
            continue;
        }
        out.push_str(HIDDEN);
        rest = &after[value_length(after, is_url)..];
    }
    out + rest
}

/// The length of the value that a text begins with, quoted as libpq has it or not.
fn value_length(text: &str, is_url: bool) -> usize {
    let blank = text.len() - text.trim_start().len();
    let value = &text[blank..];
    if let Some(quoted) = value.strip_prefix('\'') {
        let mut escaped = false;
        let end = quoted.find(|letter| {
            let ends = letter == '\'' && !escaped;
            escaped = letter == '\\' && !escaped;
            ends
        });
        return end.map_or(text.len(), |end| blank + 1 + end + 1);
    }
    let ends = |letter: char| letter.is_whitespace() || (is_url && matches!(letter, '&' | '#'));
    blank + value.find(ends).unwrap_or(value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: &str) {
        assert_eq!(shown(Path::new(address)), Path::new(expected));
    }

    #[test]
    fn passwords_of_connection_strings_are_hidden() {
        check(
            "PG:host=localhost password=s3cret dbname=tinh",
            "PG:host=localhost password=*** dbname=tinh",
        );
        check("PG:password = 'a b\\' c' user=x", "PG:password =*** user=x");
        check("PG:PASSWORD=a&b=c,d", "PG:PASSWORD=***");
        check("PG:password='never closed user=x", "PG:password=***");
        check(
            "MYSQL:db,user=x,password=y,tables=z",
            "MYSQL:db,user=x,password=***",
        );
        check("PG:dbname=tinh user=x", "PG:dbname=tinh user=x");
        check("PG:password=", "PG:password=***");
    }

    #[test]
    fn passwords_and_keys_of_urls_are_hidden() {
        check(
            "postgresql://an:p%40ss@db.local/tinh?sslmode=require",
            "postgresql://an:***@db.local/tinh?sslmode=require",
        );
        check(
            "WFS:https://an:a:b@c@host/wfs",
            "WFS:https://an:***@host/wfs",
        );
        check(
            "OAPIF:https://host/api?token=abc&limit=5",
            "OAPIF:https://host/api?token=***&limit=5",
        );
        check("https://an@host/x.geojson", "https://an@host/x.geojson");
        check("https://host/a@b:c.json", "https://host/a@b:c.json");
    }

    #[test]
    fn a_file_is_named_as_it_is() {
        for name in [
            "/data/a=b.shp",
            "C:\\data\\thua.shp",
            "password=1.shp",
            "pg:x",
        ] {
            check(name, name);
            assert!(is_file(Path::new(name)), "{name}");
        }
        for address in [
            "PG:dbname=x",
            "/vsicurl/x",
            "https://host/a.json",
            "ES:http://x",
        ] {
            assert!(!is_file(Path::new(address)), "{address}");
        }
    }
}
