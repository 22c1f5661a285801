// One layer in the list: its switch, its title, and on request its legend and facts.

import type { LayerSpecification } from "maplibre-gl";

import type { LayerMeta } from "../api/types";
import { legendOf, otherValue, type LegendEntry } from "../map/legend";
import { language, t, titleOf } from "../text/language";
import { formatMeasure, formatMoment, formatNumber } from "../text/number";
import { formatValue, valueWords } from "../text/values";
import { attributeUnit } from "../text/attributes";
import { h } from "../ui/dom";
import { icon } from "../ui/icon";
import { swatchOf } from "./swatch";

export interface RowActions {
  set: (shown: boolean) => void;
  zoom: () => void;
}

const sourceLimit = 3;

export class LayerRow {
  readonly meta: LayerMeta;
  readonly element: HTMLElement;
  readonly #switch: HTMLInputElement;
  readonly #note = h("span", { class: "layer-note" });

  /** `opened` remembers, over rewrites of the list, which rows show their details. */
  constructor(meta: LayerMeta, style: readonly LayerSpecification[], opened: Set<string>, actions: RowActions) {
    this.meta = meta;
    const title = titleOf(meta);
    const id = `switch-${meta.id}`;
    const legend = legendOf(style, meta.id);
    const isTable = meta.kind.kind === "table";
    this.#switch = h("input", { type: "checkbox", role: "switch", class: "switch", id, "data-testid": `layer-switch-${meta.id}`, "aria-label": t("layers.show", { layer: title }) });
    this.#switch.addEventListener("change", () => actions.set(this.#switch.checked));
    const details = h("div", { class: "layer-details", hidden: !opened.has(meta.id) });
    const more = h("button", { type: "button", class: "icon-button more", "aria-expanded": String(opened.has(meta.id)), "aria-label": t("layers.details", { layer: title }) }, icon("down"));
    const write = (): void => details.replaceChildren(...detailsOf(meta, legend, actions));
    more.addEventListener("click", () => {
      details.hidden = !details.hidden;
      more.setAttribute("aria-expanded", String(!details.hidden));
      if (details.hidden) opened.delete(meta.id);
      else opened.add(meta.id);
      write();
    });
    if (opened.has(meta.id)) write();
    const first = legend[0];
    this.element = h(
      "li",
      { class: "layer", "data-layer": meta.id },
      h(
        "div",
        { class: "layer-line" },
        first ? swatchOf(first) : h("span", { class: "swatch swatch-none" }, icon(isTable ? "table" : "layers")),
        h("label", { class: "layer-title", for: isTable ? null : id }, h("span", {}, title), this.#note),
        more,
        isTable ? h("span", { class: "switch-gap" }) : this.#switch,
      ),
      details,
    );
  }

  /** Shows whether the layer is on, and whether the map is too far out to draw it. */
  mark(shown: boolean, isTooFar: boolean): void {
    this.#switch.checked = shown;
    this.element.classList.toggle("off", !shown && this.meta.kind.kind !== "table");
    this.#note.textContent = shown && isTooFar ? t("layers.fromZoom") : "";
  }
}


function countText(meta: LayerMeta): string {
  const count = formatNumber(meta.feature_count, language());
  if (meta.kind.kind === "raster") return t("layers.pixels", { count });
  return t(meta.kind.kind === "table" ? "layers.rows" : "layers.features", { count });
}

function entryLabel(entry: LegendEntry, layer: string): string {
  if (entry.value === null || entry.attribute === null) return "";
  if (entry.value === otherValue) return t("layers.otherValues");
  const words = valueWords(entry.attribute, entry.value, language());
  if (words !== null) return words;
  const bound = /^([<≥]?) ?(-?[\d.]+)$/.exec(entry.value);
  if (!bound || ["grade", "class"].includes(entry.attribute)) {
    return formatValue(entry.attribute, entry.value, language(), layer);
  }
  const [, sign = "", number = ""] = bound;
  return `${sign} ${formatMeasure(Number(number), language())} ${attributeUnit(entry.attribute)}`.trim();
}

function detailsOf(meta: LayerMeta, legend: readonly LegendEntry[], actions: RowActions): Node[] {
  const entries = legend.filter((entry) => entry.value !== null).map((entry) => h("li", {}, swatchOf(entry), entryLabel(entry, meta.id)));
  const names = [...new Set(meta.sources.map((source) => source.path?.split("/").pop() ?? ""))].filter(Boolean);
  const extra = names.length > sourceLimit ? ` +${names.length - sourceLimit}` : "";
  const systems = [...new Set(meta.sources.map((source) => source.crs).filter(Boolean))].join(", ");
  const source = names.slice(0, sourceLimit).join(", ") + extra;
  return [
    ...(entries.length > 0 ? [h("ul", { class: "legend" }, ...entries)] : []),
    h(
      "p",
      { class: "layer-facts" },
      h("span", {}, [countText(meta), systems].filter(Boolean).join(" · ")),
      h("span", {}, t("layers.version", { version: meta.version, moment: formatMoment(meta.published_at, language()) })),
      source !== "" && h("span", {}, t("layers.source", { source })),
    ),
    h(
      "div",
      { class: "layer-actions" },
      meta.extent && h("button", { type: "button", class: "button quiet small", click: actions.zoom }, icon("target"), t("layers.zoomTo")),
      meta.synthetic && h("span", { class: "badge", title: t("page.syntheticHint") }, t("layers.synthetic")),
    ),
  ];
}
