import type { Map as MapLibre } from "maplibre-gl";

declare global {
  interface Window {
    /** For tests: the map, and promises that hold once the province is drawn, and once its ground is drawn too. */
    lucdau?: { map: MapLibre; drawn: Promise<void>; ready: Promise<void> };
  }
}
