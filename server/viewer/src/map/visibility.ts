// Which data layers the map shows.

import type { Map as MapLibre, StyleSpecification } from "maplibre-gl";

import { prefix } from "./overlay";
import { dataLayerOf, hiddenAtFirst } from "./style_layers";

/** Keeps the switches of the data layers and applies them to the maps that draw them. */
export class Visibility {
  readonly #map: MapLibre;
  readonly #hiddenAtFirst: Set<string>;
  readonly #switched: Set<string>;
  readonly #listeners = new Set<() => void>();

  /** `style` is what the server says, whatever the map shows of it for now. */
  constructor(map: MapLibre, style: StyleSpecification, switched: readonly string[]) {
    this.#map = map;
    this.#hiddenAtFirst = hiddenAtFirst(style.layers);
    this.#switched = new Set(switched);
    for (const id of switched) this.#apply(id);
  }

  /** Layers switched against what the style shows at first, for the address. */
  get switched(): string[] {
    return [...this.#switched].sort();
  }

  isShown(id: string): boolean {
    return this.#hiddenAtFirst.has(id) === this.#switched.has(id);
  }

  set(id: string, shown: boolean): void {
    if (this.isShown(id) === shown) return;
    if (!this.#switched.delete(id)) this.#switched.add(id);
    this.#apply(id);
    for (const listener of this.#listeners) listener();
  }

  /** Shows and hides every data layer as switched. */
  applyAll(): void {
    const ids = this.#map.getStyle().layers.map(dataLayerOf);
    for (const id of new Set(ids)) if (id !== null && !id.startsWith(prefix)) this.#apply(id);
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #apply(id: string): void {
    const visibility = this.isShown(id) ? "visible" : "none";
    for (const layer of this.#map.getStyle().layers) {
      const isSet = (layer.layout?.visibility ?? "visible") === visibility;
      if (dataLayerOf(layer) === id && !isSet) this.#map.setLayoutProperty(layer.id, "visibility", visibility);
    }
  }
}
