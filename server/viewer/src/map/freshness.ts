// Tile addresses that change when data does, so that no cache answers with the old version.

import type { Map as MapLibre } from "maplibre-gl";

let stamp = 0;

/** For MapLibre's `transformRequest`: adds the stamp of the newest known publication to tile addresses. */
export function freshAddress(url: string): string {
  if (stamp === 0 || !/\/(vector|raster|tiles)\//.test(url)) return url;
  return `${url}${url.includes("?") ? "&" : "?"}v=${stamp}`;
}

/** Draws every tile of the layer's source again; the old ones stay until the new ones are there. */
export function refreshSources(map: MapLibre, layer: string): void {
  stamp += 1;
  const sources = map.getStyle().sources;
  for (const [id, source] of Object.entries(sources)) {
    const isTiled = source.type === "vector" || source.type === "raster" || source.type === "raster-dem";
    const isOther = source.type !== "vector" && id !== layer && id in sources && id !== "server-image";
    if (isTiled && !isOther) map.refreshTiles(id);
  }
}
