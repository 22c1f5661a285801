// The rows of a result table: which columns, in which order, which rows.

import type { Attributes } from "../api/types";
import { fold } from "../text/fold";

export interface Sorting {
  column: string;
  descending: boolean;
}

const hidden = new Set(["fid", "h3", "geom", "geometry", "bbox", "parcel_fid", "plan_fid", "p_threshold", "status"]);

/** What a reader looks for first; columns not named here follow in the order they come. */
const firstColumns = ["name", "place", "ma_xa", "so_to", "so_thua", "ma_dat", "ma_qh", "overlap_m2", "share", "cell", "class", "count", "z", "p"];

/** The columns worth showing: those with a value somewhere, without ours and those that only refer to rows elsewhere. */
export function columnsOf(rows: readonly Attributes[]): string[] {
  const columns = new Set<string>();
  for (const row of rows) {
    for (const [name, value] of Object.entries(row)) {
      if (!hidden.has(name) && !name.startsWith("__") && value !== null && value !== undefined) columns.add(name);
    }
  }
  const position = (name: string): number => (firstColumns.includes(name) ? firstColumns.indexOf(name) : firstColumns.length);
  return [...columns].sort((left, right) => position(left) - position(right));
}

/** Compares two values: numbers by size, texts by Vietnamese order, nothing last. */
export function compareValues(left: unknown, right: unknown): number {
  const leftNone = left === null || left === undefined;
  const rightNone = right === null || right === undefined;
  if (leftNone || rightNone) return Number(leftNone) - Number(rightNone);
  if (typeof left === "number" && typeof right === "number") return left - right;
  return String(left).localeCompare(String(right), "vi", { numeric: true });
}

/** The numbers of the rows to show: those that hold `text` in some column, in the order of `sorting`. */
export function arrange(rows: readonly Attributes[], columns: readonly string[], sorting: Sorting | null, text: string): number[] {
  const wanted = fold(text.trim());
  const holds = (row: Attributes): boolean => wanted === "" || columns.some((name) => fold(String(row[name] ?? "")).includes(wanted));
  const chosen = rows.flatMap((row, number) => (holds(row) ? [number] : []));
  if (!sorting) return chosen;
  const { column, descending } = sorting;
  const sign = descending ? -1 : 1;
  return chosen.sort((left, right) => {
    const [a, b] = [rows[left]?.[column], rows[right]?.[column]];
    const none = Number(a === null || a === undefined) - Number(b === null || b === undefined);
    return none !== 0 ? none : sign * compareValues(a, b) || left - right;
  });
}
