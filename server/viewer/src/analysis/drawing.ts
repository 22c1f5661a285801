// How a result is drawn and explained: colours by what it says, and the legend that goes with them.

import type { Attributes, Feature, FeatureCollection } from "../api/types";
import { extentOf } from "../map/extent";
import type { Paint } from "../map/overlay";
import { attributeName } from "../text/attributes";
import { formatMeasure, type Language } from "../text/number";
import type { Key } from "../text/vi";
import { hotClasses, hotClassOf, hotColors, isHotSpots } from "./hot_class";

export interface LegendLine {
  color: string;
  label: { key: Key } | { text: string };
  count: number;
}

export interface Drawing {
  paint: Paint;
  /** The features with `__color`, `__row` and, where it matters, `__weak` added. */
  data: FeatureCollection;
  legend: LegendLine[];
  /** The attribute the colours or sizes say, for the first sorting of the table. */
  leading: string | null;
}

const conflictColor = "#c2185b";
const ramp = ["#fde0a8", "#f8b26a", "#ec7d4e", "#cf4446", "#8f1d44"];
const plainColor = "#8e44ad";

const resultPaint: Paint = {
  fill: ["get", "__color"],
  fillOpacity: ["case", ["boolean", ["get", "__weak"], false], 0.1, 0.66],
  line: ["get", "__line"],
  lineWidth: ["interpolate", ["linear"], ["zoom"], 9, 0.6, 14, 2],
  radius: 6,
};

function paintEach(data: FeatureCollection, colors: (attributes: Attributes, row: number) => [fill: string, line: string, weak?: boolean]): FeatureCollection {
  const features = data.features.map((feature, row) => {
    const attributes = feature.properties ?? {};
    const [fill, line, weak = false] = colors(attributes, row);
    return { ...feature, properties: { ...attributes, __row: row, __color: fill, __line: line, __weak: weak } };
  });
  return { type: "FeatureCollection", features };
}

function drawHotSpots(data: FeatureCollection): Drawing {
  const counts = new Map<number, number>();
  const painted = paintEach(data, (attributes) => {
    const hotClass = hotClassOf(attributes);
    counts.set(hotClass, (counts.get(hotClass) ?? 0) + 1);
    return [hotColors[hotClass], hotClass === 0 ? "rgba(110, 124, 130, 0.28)" : "#ffffff", hotClass === 0];
  });
  const legend = hotClasses
    .filter((hotClass) => counts.has(hotClass))
    .map((hotClass) => ({
      color: hotColors[hotClass],
      label: { key: `hot.${hotClass}` as Key },
      count: counts.get(hotClass) ?? 0,
    }));
  const first = data.features[0]?.properties ?? {};
  const leading = ["gi_star", "z", "z_score", "gi_z", "gi"].find((name) => name in first) ?? null;
  return { paint: resultPaint, data: painted, legend, leading };
}

/** Points in the middle of features, so that small ones are seen from afar; gone where the features themselves are seen. */
function markersOf(data: FeatureCollection): Feature[] {
  return data.features.flatMap((feature): Feature[] => {
    const extent = extentOf(feature.geometry);
    if (!extent) return [];
    const coordinates = [(extent.min_x + extent.max_x) / 2, (extent.min_y + extent.max_y) / 2];
    return [{ ...feature, geometry: { type: "Point", coordinates }, properties: { ...feature.properties, __marker: true } }];
  });
}

function drawConflicts(data: FeatureCollection): Drawing {
  const painted = paintEach(data, () => [conflictColor, conflictColor]);
  painted.features.push(...markersOf(painted));
  const paint: Paint = {
    ...resultPaint,
    fillOpacity: 0.42,
    radius: ["interpolate", ["linear"], ["zoom"], 8, 4, 12, 6],
    lineWidth: ["interpolate", ["linear"], ["zoom"], 8, 2, 16, 2.5],
  };
  const legend: LegendLine[] = [{ color: conflictColor, label: { key: "result.conflict" }, count: data.features.length }];
  return { paint, data: painted, legend, leading: "overlap_m2" };
}

/** Quantile breaks of a list of numbers, for a ramp of at most `classes` colours. */
export function quantileBreaks(values: readonly number[], classes: number): number[] {
  const sorted = [...values].sort((left, right) => left - right);
  const breaks: number[] = [];
  for (let step = 1; step < classes; step += 1) {
    const value = sorted[Math.floor((step * sorted.length) / classes)];
    if (value !== undefined && value !== breaks.at(-1) && value !== sorted[0]) breaks.push(value);
  }
  return breaks;
}

function drawGraduated(data: FeatureCollection, attribute: string, language: Language): Drawing {
  const valueOf = (attributes: Attributes): number => Number(attributes[attribute] ?? 0);
  const breaks = quantileBreaks(data.features.map((feature) => valueOf(feature.properties ?? {})), ramp.length);
  const classOf = (value: number): number => breaks.filter((limit) => value >= limit).length;
  const counts = Array.from({ length: breaks.length + 1 }, () => 0);
  const painted = paintEach(data, (attributes) => {
    const row = classOf(valueOf(attributes));
    counts[row] = (counts[row] ?? 0) + 1;
    return [ramp[row] ?? plainColor, "#ffffff"];
  });
  const legend = counts.map((count, row) => {
    const from = breaks[row - 1];
    const to = breaks[row];
    const text = from === undefined ? `< ${formatMeasure(to ?? 0, language)}` : `≥ ${formatMeasure(from, language)}`;
    return { color: ramp[row] ?? plainColor, label: { text: `${attributeName(attribute, language)} ${text}` }, count };
  });
  return { paint: resultPaint, data: painted, legend, leading: attribute };
}

/** The drawing of a result: by class for hot spots, one strong colour for conflicts, else by the last number it carries. */
export function drawingOf(analysis: string, data: FeatureCollection, language: Language): Drawing {
  const first = data.features[0]?.properties ?? {};
  if (isHotSpots(first)) return drawHotSpots(data);
  if (analysis.includes("conflict")) return drawConflicts(data);
  const numbers = Object.keys(first).filter((name) => typeof first[name] === "number" && !["fid", "h3"].includes(name));
  const attribute = numbers.at(-1);
  if (attribute !== undefined) return drawGraduated(data, attribute, language);
  const painted = paintEach(data, () => [plainColor, plainColor]);
  const legend: LegendLine[] = [{ color: plainColor, label: { key: "result.feature" }, count: data.features.length }];
  return { paint: resultPaint, data: painted, legend, leading: null };
}
