// A result: drawn on the map, said in words, with legend, table, provenance and downloads.

import type { Map as MapLibre } from "maplibre-gl";

import * as api from "../api/client";
import type { AnalysisInfo, FeatureCollection, JobResult } from "../api/types";
import { drawingOf, type Drawing, type LegendLine } from "../analysis/drawing";
import { sentencesOf, warningsOf } from "../analysis/summary";
import { ResultTable } from "../analysis/table";
import { boundsOf, extentOf, unionOf } from "../map/extent";
import { clearOverlay, highlightPaint, removeOverlay, showOverlay } from "../map/overlay";
import { attributeName } from "../text/attributes";
import { language, t, titleOf } from "../text/language";
import { formatMoment, formatNumber } from "../text/number";
import { fill, h } from "../ui/dom";
import { icon } from "../ui/icon";

interface Shown {
  info: AnalysisInfo;
  place: HTMLElement;
  result: JobResult;
  data: FeatureCollection;
  drawing: Drawing;
}

export class ResultView {
  readonly #map: MapLibre;
  readonly #table = new ResultTable();
  #shown: Shown | null = null;

  constructor(map: MapLibre) {
    this.#map = map;
  }

  /** Fetches the features of a result and shows everything about it. */
  async show(info: AnalysisInfo, place: HTMLElement, result: JobResult): Promise<void> {
    const data = await api.features(result.links.geojson);
    const drawing = drawingOf(info.name, data, language());
    this.#shown = { info, place, result, data, drawing };
    removeOverlay(this.#map, "result");
    showOverlay(this.#map, "result", drawing.data, drawing.paint, "highlight");
    this.#openTable();
    this.write();
    this.#zoomToAll();
  }

  clear(): void {
    if (this.#shown) fill(this.#shown.place);
    this.#shown = null;
    removeOverlay(this.#map, "result");
    clearOverlay(this.#map, "highlight");
    this.#table.close();
  }

  /** Writes the words again: the language changed. */
  write(): void {
    const shown = this.#shown;
    if (!shown) return;
    const { result, data } = shown;
    const drawing = drawingOf(shown.info.name, data, language());
    fill(
      shown.place,
      h("div", { class: "result-text" }, ...sentencesOf(shown.info.name, result.summary, data, language()).map((text) => h("p", {}, text))),
      ...warningsOf(result.summary, language()).map((text) => h("p", { class: "warning" }, icon("info"), text)),
      data.features.length === 0 ? h("p", { class: "hint" }, t("result.empty")) : legendList(drawing.legend),
      h("h3", {}, t("result.download")),
      this.#downloads(result),
      provenanceOf(result.provenance),
      h("button", { type: "button", class: "button quiet small", click: () => this.clear() }, icon("close"), t("result.clear")),
    );
    this.#table.write();
  }

  #downloads(result: JobResult): HTMLElement {
    const formats: [keyof JobResult["links"], string][] = [
      ["geojson", "GeoJSON"],
      ["csv", "CSV"],
      ["arrow", "Arrow"],
    ];
    const links = formats.map(([format, text]) =>
      h("a", { class: "button quiet small", href: api.addressOf(result.links[format]), download: true, "data-testid": `download-${format}` }, icon("download"), text),
    );
    return h("div", { class: "downloads" }, ...links);
  }

  #openTable(): void {
    const shown = this.#shown;
    if (!shown || shown.data.features.length === 0) return;
    this.#table.open({
      title: () => titleOf(shown.info),
      data: shown.data,
      leading: shown.drawing.leading,
      chosen: (row) => this.#zoomToRow(row),
    });
  }

  #zoomToAll(): void {
    const extents = (this.#shown?.data.features ?? []).flatMap((feature) => extentOf(feature.geometry) ?? []);
    const whole = unionOf(extents);
    // The table has just taken room from the map, which would notice only later.
    this.#map.resize();
    if (whole) this.#map.fitBounds(boundsOf(whole), { padding: 60, maxZoom: 14 });
  }

  #zoomToRow(row: number): void {
    const feature = this.#shown?.data.features[row];
    const extent = extentOf(feature?.geometry ?? null);
    if (!feature || !extent) return;
    showOverlay(this.#map, "highlight", { type: "FeatureCollection", features: [feature] }, { ...highlightPaint });
    this.#map.fitBounds(boundsOf(extent), { padding: 110, maxZoom: 17 });
  }
}

function legendList(lines: readonly LegendLine[]): HTMLElement {
  const rows = lines.map((line) =>
    h(
      "li",
      {},
      h("span", { class: "legend-color", style: `--color: ${line.color}` }),
      h("span", {}, "key" in line.label ? t(line.label.key) : line.label.text),
      h("span", { class: "legend-count" }, formatNumber(line.count, language())),
    ),
  );
  return h("ul", { class: "legend result-legend", "aria-label": t("result.legend") }, ...rows);
}

function provenanceText(value: unknown): string {
  if (value === null || value === undefined) return "–";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return /^\d{4}-\d{2}-\d{2}T/.test(value) ? formatMoment(value, language()) : value;
  if (typeof value !== "object") return String(value);
  return Object.entries(value).map(([name, part]) => `${name}: ${provenanceText(part)}`).join("\n");
}

function provenanceOf(provenance: Record<string, unknown>): HTMLElement {
  const rows = Object.entries(provenance).flatMap(([name, value]) => [h("dt", {}, attributeName(name, language())), h("dd", {}, provenanceText(value))]);
  return h("details", { class: "provenance" }, h("summary", {}, t("result.provenance"), icon("down")), h("dl", { class: "attributes" }, ...rows));
}
