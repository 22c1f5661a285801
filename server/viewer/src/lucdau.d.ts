import type { Map as MapLibre } from "maplibre-gl";

declare global {
  interface Window {
    /** For tests: the map, and a promise that holds once everything in view is drawn. */
    lucdau?: { map: MapLibre; ready: Promise<void> };
  }
}
