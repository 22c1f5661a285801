// The map itself: MapLibre with our manners.

import { LngLat, Map as MapLibre, type StyleSpecification } from "maplibre-gl";

import type { Extent } from "../api/types";
import { boundsOf } from "./extent";
import { freshAddress } from "./freshness";
import type { HashState } from "./hash";

const limits = { minZoom: 5, maxZoom: 20 } as const;

export interface MapOptions {
  container: HTMLElement;
  style: StyleSpecification;
  extent: Extent;
  position: Partial<HashState>;
  interactive?: boolean;
}

/** Whether this browser can draw maps at all. */
export function hasWebgl(): boolean {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
}

/** Padding that keeps the province off the edges of the map. */
export function paddingOf(container: HTMLElement): number {
  return Math.round(Math.min(container.clientWidth, container.clientHeight) * 0.04);
}

/** A map at the position of the address, or on the whole extent when the address has none. */
export function createMap(options: MapOptions): MapLibre {
  const { position, container } = options;
  const known = position.zoom !== undefined && position.lon !== undefined && position.lat !== undefined;
  const view = known
    ? { center: new LngLat(position.lon ?? 0, position.lat ?? 0), zoom: position.zoom ?? 0, bearing: position.bearing ?? 0 }
    : { bounds: boundsOf(options.extent), fitBoundsOptions: { padding: paddingOf(container) } };
  const map = new MapLibre({
    container,
    style: options.style,
    ...view,
    ...limits,
    interactive: options.interactive ?? true,
    attributionControl: false,
    fadeDuration: 120,
    pitchWithRotate: false,
    maxPitch: 0,
    transformRequest: (url) => ({ url: freshAddress(url) }),
  });
  map.touchPitch.disable();
  return map;
}
