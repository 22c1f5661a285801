// The search box: type, choose with arrows or pointer, fly there. The ARIA combobox pattern.

import type { Map as MapLibre } from "maplibre-gl";

import * as api from "../api/client";
import type { LayerMeta, Place } from "../api/types";
import { boundsOf, sizeOf } from "../map/extent";
import { findFolded } from "../text/fold";
import { inLanguage, language, t, titleOf } from "../text/language";
import { valueWords } from "../text/values";
import { byId, fill, h } from "../ui/dom";
import { icon } from "../ui/icon";
import { toastError } from "../ui/toast";
import { Choice } from "./choice";

const wait_millis = 160;
const limit = 8;
const pointZoom = 14;
const smallest_deg = 0.0005;

export interface SearchOptions {
  map: MapLibre;
  layers: () => readonly LayerMeta[];
  chosen: (place: Place) => void;
}

export class SearchBox {
  readonly #options: SearchOptions;
  readonly #input = byId<HTMLInputElement>("search-input");
  readonly #list = byId("search-list");
  readonly #clear = byId<HTMLButtonElement>("search-clear");
  readonly #choice = new Choice();
  #places: Place[] = [];
  #timer = 0;
  #pending: AbortController | null = null;

  constructor(options: SearchOptions) {
    this.#options = options;
    this.#input.addEventListener("input", () => this.#later());
    this.#input.addEventListener("focus", () => this.#places.length > 0 && this.#write());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#input.addEventListener("blur", () => setTimeout(() => this.#hide(), 150));
    this.#clear.append(icon("close"));
    this.#clear.addEventListener("click", () => this.#reset());
    inLanguage(() => {
      this.#input.placeholder = t("search.placeholder");
      this.#input.setAttribute("aria-label", t("search.label"));
      this.#clear.setAttribute("aria-label", t("search.clear"));
    });
  }

  #later(): void {
    clearTimeout(this.#timer);
    this.#pending?.abort();
    this.#clear.hidden = this.#input.value === "";
    if (this.#input.value.trim() === "") {
      this.#places = [];
      this.#hide();
    } else {
      this.#timer = window.setTimeout(() => void this.#ask(), wait_millis);
    }
  }

  async #ask(): Promise<void> {
    const pending = new AbortController();
    this.#pending = pending;
    try {
      this.#places = await api.search(this.#input.value.trim(), limit, pending.signal);
      this.#choice.reset(this.#places.length);
      this.#write();
    } catch (error) {
      toastError(error);
    }
  }

  #key(event: KeyboardEvent): void {
    if (event.key === "Escape") this.#hide();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      this.#choice.move(event.key === "ArrowDown" ? 1 : -1);
      this.#write();
      event.preventDefault();
    }
    if (event.key !== "Enter") return;
    const place = this.#places[Math.max(0, this.#choice.row)];
    if (place && !this.#list.hidden) this.#take(place);
    else void this.#ask();
  }

  #write(): void {
    const text = this.#input.value.trim();
    const rows = this.#places.map((place, row) => this.#row(place, row, text));
    fill(this.#list, ...rows, rows.length === 0 && h("li", { class: "search-none", role: "option" }, t("search.none", { text })));
    this.#list.hidden = text === "";
    this.#input.setAttribute("aria-expanded", String(!this.#list.hidden));
    const active = this.#choice.row >= 0 ? `search-row-${this.#choice.row}` : "";
    this.#input.setAttribute("aria-activedescendant", active);
    if (active) document.getElementById(active)?.scrollIntoView({ block: "nearest" });
  }

  #row(place: Place, row: number, text: string): HTMLElement {
    const meta = this.#options.layers().find((layer) => layer.id === place.layer);
    const layer = meta ? titleOf(meta) : place.layer;
    const kind = valueWords("kind", place.kind, language()) ?? (place.kind === place.layer ? layer : place.kind);
    const context = [kind || layer, place.context].filter(Boolean).join(" · ");
    return h(
      "li",
      {
        id: `search-row-${row}`,
        class: "search-row",
        role: "option",
        "aria-selected": String(row === this.#choice.row),
        "data-testid": "search-result",
        pointerdown: (event: PointerEvent) => {
          event.preventDefault();
          this.#take(place);
        },
      },
      icon(meta?.theme ?? "target"),
      h("span", { class: "search-name" }, ...marked(place.name, text)),
      h("span", { class: "search-context" }, context),
    );
  }

  #take(place: Place): void {
    this.#input.value = place.name;
    this.#hide();
    const { map } = this.#options;
    if (place.extent && sizeOf(place.extent) > smallest_deg) {
      map.fitBounds(boundsOf(place.extent), { padding: 80, maxZoom: 16, duration: 1200 });
    } else {
      map.flyTo({ center: [place.lon, place.lat], zoom: Math.max(map.getZoom(), pointZoom), duration: 1200 });
    }
    this.#options.chosen(place);
  }

  #hide(): void {
    this.#list.hidden = true;
    this.#input.setAttribute("aria-expanded", "false");
  }

  #reset(): void {
    this.#input.value = "";
    this.#later();
    this.#input.focus();
  }
}

function marked(name: string, text: string): (Node | string)[] {
  const found = findFolded(name, text);
  const plain = name.normalize("NFC");
  if (!found) return [plain];
  const [from, to] = found;
  return [plain.slice(0, from), h("mark", {}, plain.slice(from, to)), plain.slice(to)];
}
