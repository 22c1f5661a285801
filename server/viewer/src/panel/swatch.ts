// Small drawings of how the map shows a thing.

import type { LegendEntry } from "../map/legend";

const ns = "http://www.w3.org/2000/svg";

function shape(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(ns, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

function lineShapes(entry: LegendEntry): SVGElement[] {
  const path = "M1.5 12.5 C7 3 13 15 20.5 4.5";
  const base = { d: path, fill: "none", "stroke-linecap": "round" };
  const width = Math.min(4.5, Math.max(1.6, entry.width_px));
  const line = shape("path", { ...base, stroke: entry.color, "stroke-width": width, ...(entry.dashed ? { "stroke-dasharray": "3 3" } : {}) });
  if (!entry.outline) return [line];
  return [shape("path", { ...base, stroke: entry.outline, "stroke-width": width + 2 }), line];
}

/** The swatch of a legend entry, 22 by 16 pixels. */
export function swatchOf(entry: LegendEntry): SVGSVGElement {
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", "0 0 22 16");
  svg.setAttribute("class", "swatch");
  svg.setAttribute("aria-hidden", "true");
  const outline = entry.outline ?? "rgb(0 0 0 / 22%)";
  if (entry.shape === "line") svg.append(...lineShapes(entry));
  else if (entry.shape === "circle") {
    svg.append(shape("circle", { cx: 11, cy: 8, r: Math.min(6, entry.width_px + 1), fill: entry.color, stroke: outline, "stroke-width": 1.5 }));
  } else if (entry.shape === "raster") {
    svg.append(shape("path", { d: "M1 15 L8 4 L12 9 L15 6 L21 15 Z", fill: entry.color }), shape("path", { d: "M8 4 L12 9 L9 15 L1 15 Z", fill: "rgb(0 0 0 / 18%)" }));
  } else if (entry.shape === "text") {
    const text = shape("text", { x: 11, y: 13, "text-anchor": "middle", "font-size": 13, "font-weight": 600, fill: entry.color });
    text.textContent = "A";
    svg.append(text);
  } else {
    svg.append(shape("rect", { x: 1.5, y: 1.5, width: 19, height: 13, rx: 3, fill: entry.color, stroke: outline, "stroke-width": 1.2 }));
  }
  return svg;
}
