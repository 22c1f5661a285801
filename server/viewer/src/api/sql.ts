// SQL texts the viewer sends. Values always travel as parameters; only names are written into the text.

/** A name quoted for SQL: `thửa "A"` becomes `"thửa ""A"""`. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The query for all attributes and the geometry of one feature; `$1` is its fid. */
export function featureQuery(layer: string): string {
  return `SELECT * FROM ${quoteName(layer)} WHERE fid = $1`;
}
