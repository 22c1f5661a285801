// What a result says, in a sentence or two that anyone can read.

import type { Attributes, FeatureCollection } from "../api/types";
import { landUse } from "../text/land_codes";
import { t } from "../text/language";
import { formatArea, formatNumber, type Language } from "../text/number";
import { hotClassOf, isHotSpots } from "./hot_class";

const topCount = 3;

/** A total of conflicts in the server's summary. */
interface Total {
  parcel_code?: string;
  plan_code?: string;
  unit?: string;
  name?: string | null;
  parcels: number;
  overlap_ha: number;
}

function conflictSentences(summary: Record<string, unknown>, rows: readonly Attributes[], language: Language): string[] {
  if (rows.length === 0) return [t("result.conflictsNone")];
  const total_m2 = rows.reduce((sum, row) => sum + Number(row["overlap_m2"] ?? 0), 0);
  const parcels = typeof summary["conflicting_parcels"] === "number" ? summary["conflicting_parcels"] : rows.length;
  const figures = { parcels: formatNumber(parcels, language), area: formatArea(total_m2, language), count: formatNumber(rows.length, language) };
  const area = (total: Total): string => formatArea(total.overlap_ha * 10_000, language);
  const pairs = listOf<Total>(summary["by_codes"]).map((total) => `${shortUse(total.parcel_code, language)} → ${shortUse(total.plan_code, language)} (${area(total)})`);
  const units = listOf<Total>(summary["by_unit"]).map((total) => `${total.name ?? total.unit ?? "?"} (${area(total)})`);
  return [
    t("result.conflicts", figures),
    ...(pairs.length > 0 ? [t("result.conflictsTop", { list: pairs.join("; ") })] : []),
    ...(units.length > 0 ? [t("result.conflictsUnits", { list: units.join("; ") })] : []),
  ];
}

function listOf<Item>(value: unknown): Item[] {
  return Array.isArray(value) ? (value.slice(0, topCount) as Item[]) : [];
}

function shortUse(code: unknown, language: Language): string {
  if (typeof code !== "string") return "?";
  const words = landUse(code, language);
  return words ? (words.split(" · ")[1] ?? code) : code;
}

function hotSentences(summary: Record<string, unknown>, rows: readonly Attributes[], language: Language): string[] {
  const hot = rows.filter((row) => hotClassOf(row) > 0).length;
  const cold = rows.filter((row) => hotClassOf(row) < 0).length;
  const count = formatNumber(rows.length, language);
  if (hot + cold === 0) return [t("result.hotNone", { count })];
  const named = listOf<{ place: string | null; z: number }>(summary["hot_spots"]).filter((spot) => spot.place !== null);
  const list = named.map((spot) => `${spot.place ?? ""} (z = ${formatNumber(spot.z, language, 1)})`).join("; ");
  const sentences = [t("result.hot", { hot: formatNumber(hot, language), cold: formatNumber(cold, language), count })];
  return list === "" ? sentences : [...sentences, t("result.hotTop", { list })];
}

/** What the server warns of, in the language. */
export function warningsOf(summary: Record<string, unknown>, language: Language): string[] {
  const { warnings } = summary;
  if (!Array.isArray(warnings)) return [];
  return (warnings as Record<string, unknown>[]).map((warning) => String(warning[language] ?? warning["code"] ?? ""));
}

/** The sentences for a result. */
export function sentencesOf(
  analysis: string,
  summary: Record<string, unknown>,
  data: FeatureCollection,
  language: Language,
): string[] {
  const rows = data.features.map((feature) => feature.properties ?? {});
  if (analysis.includes("conflict")) return conflictSentences(summary, rows, language);
  if (isHotSpots(rows[0] ?? {})) return hotSentences(summary, rows, language);
  return [t("result.generic", { count: formatNumber(rows.length, language) })];
}
