// The list of layers: by theme, with switches, legend and what is known of each.

import type { Map as MapLibre, StyleSpecification } from "maplibre-gl";

import type { LayerMeta } from "../api/types";
import { paddingOf } from "../map/create";
import { boundsOf } from "../map/extent";
import { minzoomOf } from "../map/style_layers";
import type { Visibility } from "../map/visibility";
import { fold } from "../text/fold";
import { inLanguage, language, t, tMaybe, titleOf } from "../text/language";
import { formatNumber } from "../text/number";
import { byId, fill, h } from "../ui/dom";
import { icon } from "../ui/icon";
import { LayerRow } from "./layer_row";

/** The order of design: what people look for first. */
export const themes = [
  "administration",
  "land",
  "transport",
  "water",
  "environment",
  "construction",
  "health",
  "education",
  "tourism",
  "industry",
  "agriculture",
  "population",
  "terrain",
  "other",
] as const;

export interface LayersOptions {
  map: MapLibre;
  style: () => StyleSpecification;
  layers: () => readonly LayerMeta[];
  visibility: Visibility;
}

/** Layers by theme, in the order of the themes; unknown themes go last. */
export function byTheme(layers: readonly LayerMeta[]): [theme: string, layers: LayerMeta[]][] {
  const groups = new Map<string, LayerMeta[]>(themes.map((theme) => [theme, []]));
  for (const layer of layers) (groups.get(layer.theme) ?? groups.get("other"))?.push(layer);
  return [...groups].filter(([, members]) => members.length > 0);
}

export class LayersPanel {
  readonly #options: LayersOptions;
  readonly #element = byId("panel-layers");
  readonly #list = h("div", { class: "themes" });
  readonly #filter = h("input", { type: "search", class: "panel-filter" });
  readonly #folded = new Set<string>();
  readonly #opened = new Set<string>();
  #rows: LayerRow[] = [];

  constructor(options: LayersOptions) {
    this.#options = options;
    this.#element.append(this.#filter, this.#list);
    this.#filter.addEventListener("input", () => this.write());
    options.map.on("zoomend", () => this.#mark());
    options.visibility.onChange(() => this.#mark());
    inLanguage(() => this.write());
  }

  /** Writes the list again: the language, the layers or the filter changed. */
  write(): void {
    this.#filter.placeholder = t("layers.filter");
    this.#filter.setAttribute("aria-label", t("layers.filter"));
    const wanted = fold(this.#filter.value.trim());
    const shown = this.#options.layers().filter((layer) => fold(`${layer.title_vi} ${layer.title_en} ${layer.id}`).includes(wanted));
    this.#rows = [];
    const groups = byTheme(shown).map(([theme, members]) => this.#theme(theme, members, wanted !== ""));
    fill(this.#list, ...groups, groups.length === 0 && h("p", { class: "empty" }, t("layers.none")));
    this.#mark();
  }

  #theme(theme: string, members: LayerMeta[], isFiltered: boolean): HTMLElement {
    const title = tMaybe(`theme.${theme}`) ?? theme;
    const rows = members.map((meta) => this.#row(meta));
    this.#rows.push(...rows);
    const drawable = members.filter((meta) => meta.kind.kind !== "table");
    const all = h("input", { type: "checkbox", role: "switch", class: "switch", "aria-label": t("layers.showTheme", { theme: title }), "data-theme": theme });
    all.addEventListener("change", () => {
      for (const meta of drawable) this.#options.visibility.set(meta.id, all.checked);
    });
    const details = h(
      "details",
      { class: "theme", open: isFiltered || !this.#folded.has(theme) },
      h(
        "summary",
        {},
        h("span", { class: "theme-icon" }, icon(theme)),
        h("span", { class: "theme-title" }, title),
        h("span", { class: "theme-count" }, formatNumber(members.length, language())),
        drawable.length > 0 && all,
        icon("down"),
      ),
      h("ul", {}, ...rows.map((row) => row.element)),
    );
    all.addEventListener("click", (event) => event.stopPropagation());
    details.addEventListener("toggle", () => (details.open ? this.#folded.delete(theme) : this.#folded.add(theme)));
    return details;
  }

  #row(meta: LayerMeta): LayerRow {
    const { map, visibility, style } = this.#options;
    return new LayerRow(meta, style().layers, this.#opened, {
      set: (shown) => visibility.set(meta.id, shown),
      zoom: () => meta.extent && map.fitBounds(boundsOf(meta.extent), { padding: paddingOf(map.getContainer()) }),
    });
  }

  #mark(): void {
    const { map, visibility, style, layers } = this.#options;
    const zoom = map.getZoom();
    for (const row of this.#rows) row.mark(visibility.isShown(row.meta.id), zoom < minzoomOf(style().layers, row.meta.id));
    for (const box of this.#list.querySelectorAll<HTMLInputElement>("input[data-theme]")) {
      const members = layers().filter((meta) => meta.theme === box.dataset["theme"] && meta.kind.kind !== "table");
      const shown = members.filter((meta) => visibility.isShown(meta.id)).length;
      box.checked = shown > 0;
      box.indeterminate = shown > 0 && shown < members.length;
    }
  }

  /** Says the title of a layer, for messages about it. */
  static titleOf(layers: readonly LayerMeta[], id: string): string {
    const meta = layers.find((layer) => layer.id === id);
    return meta ? titleOf(meta) : id;
  }
}
