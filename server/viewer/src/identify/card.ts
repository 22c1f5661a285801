// The card of a feature: what it is, its attributes in words, what else lies here.

import { columnsOf } from "../analysis/rows";
import type { Feature, LayerMeta } from "../api/types";
import { attributeName, displayName, isInternal } from "../text/attributes";
import { language, t, titleOf } from "../text/language";
import { formatValue } from "../text/values";
import { byId, fill, h } from "../ui/dom";
import { icon } from "../ui/icon";
import { saveText } from "../ui/save";
import type { Hit } from "./hits";

export interface CardActions {
  choose: (row: number) => void;
  close: () => void;
  zoom: (feature: Feature) => void;
}

export class Card {
  readonly #actions: CardActions;
  readonly #element = byId("identify");

  constructor(actions: CardActions) {
    this.#actions = actions;
    this.#element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") actions.close();
    });
  }

  hide(): void {
    this.#element.hidden = true;
    fill(this.#element);
  }

  busy(on: boolean): void {
    this.#element.setAttribute("aria-busy", String(on));
  }

  /** Writes the card of the hit in row `chosen`; hides it when there are no hits. */
  write(hits: readonly Hit[], chosen: number, layers: readonly LayerMeta[]): void {
    const hit = hits[chosen];
    if (!hit) {
      this.hide();
      return;
    }
    const meta = layers.find((layer) => layer.id === hit.layer);
    fill(
      this.#element,
      this.#head(hit, meta),
      hits.length > 1 && this.#chips(hits, chosen, layers),
      attributeList(hit, meta),
      this.#foot(hit, meta),
    );
    this.#element.hidden = false;
  }

  #head(hit: Hit, meta: LayerMeta | undefined): HTMLElement {
    return h(
      "header",
      { class: "card-head" },
      h("span", { class: "card-icon" }, icon(meta?.theme ?? "analysis")),
      h(
        "div",
        { class: "card-title" },
        h("span", { class: "card-layer" }, layerTitle(hit, meta)),
        h("h2", {}, hitName(hit, meta)),
      ),
      h(
        "button",
        { type: "button", class: "icon-button", "aria-label": t("identify.close"), click: this.#actions.close },
        icon("close"),
      ),
    );
  }

  #chips(hits: readonly Hit[], chosen: number, layers: readonly LayerMeta[]): HTMLElement {
    const chips = hits.map((hit, row) => {
      const meta = layers.find((layer) => layer.id === hit.layer);
      const isAlone = hits.filter((other) => other.layer === hit.layer).length === 1;
      const name = isAlone ? null : displayName(hit.feature.properties ?? {});
      return h(
        "button",
        { type: "button", class: "chip", "aria-pressed": String(row === chosen), click: () => this.#actions.choose(row) },
        name ?? layerTitle(hit, meta),
      );
    });
    return h("div", { class: "chips", role: "group", "aria-label": t("identify.here") }, ...chips);
  }

  #foot(hit: Hit, meta: LayerMeta | undefined): HTMLElement {
    const { feature } = hit;
    const name = `${hit.layer ?? "result"}-${String(hit.fid ?? 0)}.geojson`;
    return h(
      "footer",
      { class: "card-foot" },
      h("button", { type: "button", class: "button quiet", click: () => this.#actions.zoom(feature) }, icon("target"), t("identify.zoom")),
      h(
        "button",
        { type: "button", class: "button quiet", click: () => saveText(name, JSON.stringify(feature), "application/geo+json") },
        icon("download"),
        "GeoJSON",
      ),
      meta?.synthetic && h("span", { class: "badge", title: t("page.syntheticHint") }, t("layers.synthetic")),
    );
  }
}

function layerTitle(hit: Hit, meta: LayerMeta | undefined): string {
  if (meta) return titleOf(meta);
  return hit.layer ?? t("result.feature");
}

function hitName(hit: Hit, meta: LayerMeta | undefined): string {
  const name = displayName(hit.feature.properties ?? {});
  if (name) return name;
  if (hit.fid === null) return t("result.feature");
  return t("identify.unnamed", { layer: meta ? titleOf(meta) : (hit.layer ?? ""), fid: hit.fid });
}

function attributeList(hit: Hit, meta: LayerMeta | undefined): HTMLElement {
  const order = meta?.attributes.map((attribute) => attribute.name) ?? columnsOf([hit.feature.properties ?? {}]);
  const entries = Object.entries(hit.feature.properties ?? {})
    .filter(([name, value]) => !isInternal(name) && !name.startsWith("__") && value !== null && value !== "")
    .sort(([left], [right]) => order.indexOf(left) - order.indexOf(right));
  if (entries.length === 0) {
    return h("p", { class: "card-empty" }, hit.feature.properties ? t("identify.noAttributes") : t("identify.loading"));
  }
  const rows = entries.flatMap(([name, value]) => [
    h("dt", { title: name }, attributeName(name, language())),
    h("dd", {}, formatValue(name, value, language(), hit.layer ?? "")),
  ]);
  return h("dl", { class: "attributes" }, ...rows);
}
