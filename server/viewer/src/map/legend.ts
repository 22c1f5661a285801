// The legend of a layer, read from the style that draws it.

import type { LayerSpecification } from "maplibre-gl";

import { casesOf, equality, plainAt } from "./expression";
import { dataLayerOf } from "./style_layers";

export type SwatchShape = "fill" | "line" | "circle" | "raster" | "text";

/** One line of a legend: what is drawn, for which value of which attribute (none: for all features). */
export interface LegendEntry {
  shape: SwatchShape;
  color: string;
  outline: string | null;
  width_px: number;
  dashed: boolean;
  attribute: string | null;
  value: string | null;
  /** Whether a filter that names no value keeps some features from this entry. */
  isPart: boolean;
}

const legendZoom = 14;

/** The value of the entry for all features that no other entry names. */
export const otherValue = "*";

/** The colours in which the server draws land-cover classes. */
const landCover: [value: string, color: string][] = [
  ["10", "#bfd8ae"],
  ["20", "#d3dfb4"],
  ["30", "#dfeac0"],
  ["40", "#f0f1d3"],
  ["50", "#e9e2dc"],
  ["80", "#b9d9e8"],
  ["90", "#cce2d5"],
];

interface Drawn {
  shape: SwatchShape;
  color: unknown;
  outline: unknown;
  width_px: number;
  dashed: boolean;
}

function drawnBy(layer: LayerSpecification): Drawn | null {
  const paint = (layer.paint ?? {}) as Record<string, unknown>;
  const number = (name: string, otherwise: number): number => Number(plainAt(paint[name], legendZoom) ?? otherwise);
  const base = { outline: null, width_px: 1, dashed: false };
  switch (layer.type) {
    case "fill":
      return { ...base, shape: "fill", color: paint["fill-color"] ?? "#000000", outline: paint["fill-outline-color"] };
    case "line":
      return {
        ...base,
        shape: "line",
        color: paint["line-color"] ?? "#000000",
        width_px: Math.min(6, Math.max(1, number("line-width", 1))),
        dashed: paint["line-dasharray"] !== undefined,
      };
    case "circle":
      return {
        ...base,
        shape: "circle",
        color: paint["circle-color"] ?? "#000000",
        outline: paint["circle-stroke-color"],
        width_px: Math.min(8, Math.max(3, number("circle-radius", 4))),
      };
    case "symbol":
      return { ...base, shape: "text", color: paint["text-color"] ?? "#000000" };
    case "raster":
    case "hillshade":
      return { ...base, shape: "raster", color: "#8a8f86" };
    default:
      return null;
  }
}

function colorAt(expression: unknown): string | null {
  const color = plainAt(expression, legendZoom);
  return typeof color === "string" ? color : null;
}

function entriesOf(layer: LayerSpecification): LegendEntry[] {
  const drawn = drawnBy(layer);
  if (!drawn) return [];
  const entry = (color: string, attribute: string | null, value: string | null): LegendEntry => ({
    ...drawn,
    color,
    outline: colorAt(drawn.outline),
    attribute,
    value,
    isPart: false,
  });
  const cases = casesOf(drawn.color, legendZoom);
  if (cases && cases.cases.length > 0) {
    const known = cases.cases.map(({ label, output }) => entry(colorAt(output) ?? "#888888", cases.attribute, label));
    const rest = cases.hasRest ? colorAt(drawn.color) : null;
    const isNew = rest !== null && known.every((other) => other.color !== rest);
    return isNew ? [...known, entry(rest, cases.attribute, otherValue)] : known;
  }
  const color = colorAt(drawn.color) ?? "#888888";
  const filter = "filter" in layer ? equality(layer.filter) : null;
  const isPart = "filter" in layer && layer.filter !== undefined && layer.type !== "symbol";
  if (!filter || filter.values.length === 0) return [{ ...entry(color, null, null), isPart }];
  return filter.values.map((value) => entry(color, filter.attribute, value));
}

function isCategorical(layer: LayerSpecification, id: string): boolean {
  return layer.type === "raster" && /land_?cover/.test(id);
}

const rank: Record<SwatchShape, number> = { text: 0, line: 1, circle: 2, fill: 2, raster: 2 };

/**
 * The legend of one data layer, from all style layers of the map: one entry for each distinct value. Where several style
 * layers draw the same value, the fill or circle wins over its outline, and a line over the casing drawn below it.
 */
export function legendOf(layers: readonly LayerSpecification[], id: string): LegendEntry[] {
  const byValue = new Map<string, LegendEntry>();
  let severalLayers = false;
  for (const layer of layers) {
    if (dataLayerOf(layer) !== id) continue;
    if (isCategorical(layer, id)) {
      return landCover.map(([value, color]) => swatch(color, "land_cover", value));
    }
    const drawnHere = entriesOf(layer);
    severalLayers ||= drawnHere.some((entry) => entry.value !== null) && [...byValue.values()].some((entry) => entry.value !== null);
    for (const entry of drawnHere) {
      const key = entry.value ?? "";
      const before = byValue.get(key);
      if (!before) byValue.set(key, entry);
      else if (rank[entry.shape] > rank[before.shape]) byValue.set(key, { ...entry, outline: entry.outline ?? before.color });
      else if (entry.shape === "line" && before.shape === "line") byValue.set(key, { ...entry, outline: before.color === entry.color ? null : before.color });
      else if (entry.shape === "line" && before.shape === "fill") byValue.set(key, { ...before, outline: entry.color });
    }
  }
  const plain = byValue.get("");
  for (const entry of byValue.values()) {
    if (plain && plain.shape === "line" && !plain.isPart && entry.shape === "line" && entry !== plain) entry.outline ??= plain.color;
  }
  const hasValues = [...byValue.values()].some((entry) => entry.value !== null);
  if (plain?.isPart && hasValues) Object.assign(plain, { attribute: otherValue, value: otherValue });
  // What the style draws last lies on top and matters most; the values of one choice stay as written.
  const entries = severalLayers ? [...byValue.values()].reverse() : [...byValue.values()];
  const drawn = entries.filter((entry) => entry.shape !== "text");
  const chosen = drawn.length > 0 ? drawn : entries;
  const valued = chosen.filter((entry) => entry.value !== null);
  return valued.length > 1 ? valued : chosen.slice(0, 1);
}

/** A filled swatch, for legends that no style layer describes. */
export function swatch(color: string, attribute: string | null, value: string | null): LegendEntry {
  return { shape: "fill", color, outline: null, width_px: 1, dashed: false, attribute, value, isPart: false };
}
