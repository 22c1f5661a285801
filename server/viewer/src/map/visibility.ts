// Which data layers the map shows.

import type { Map as MapLibre } from "maplibre-gl";

import { dataLayerOf, hiddenAtFirst } from "./style_layers";

/** Keeps the switches of the data layers and applies them to the maps that draw them. */
export class Visibility {
  readonly #map: MapLibre;
  readonly #hiddenAtFirst: Set<string>;
  readonly #switched: Set<string>;
  readonly #listeners = new Set<() => void>();

  constructor(map: MapLibre, switched: readonly string[]) {
    this.#map = map;
    this.#hiddenAtFirst = hiddenAtFirst(map.getStyle().layers);
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

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #apply(id: string): void {
    const visibility = this.isShown(id) ? "visible" : "none";
    for (const layer of this.#map.getStyle().layers) {
      if (dataLayerOf(layer) === id) this.#map.setLayoutProperty(layer.id, "visibility", visibility);
    }
  }
}
