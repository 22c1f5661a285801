// Which features lie under a click, the most particular first.

import type { Map as MapLibre, MapGeoJSONFeature, Point } from "maplibre-gl";

import type { Feature } from "../api/types";
import { prefix } from "../map/overlay";
import { labelPoints } from "../map/style_layers";

const tolerance_px = 4;
const limit = 12;
/** Of one layer, so that a dense one does not hide the others. */
const layerLimit = 3;

/** A feature under the click: of a layer (with its fid), or of the shown result (`layer` null). */
export interface Hit {
  layer: string | null;
  fid: number | null;
  feature: Feature;
}

const rank: Record<string, number> = { Point: 0, MultiPoint: 0, LineString: 1, MultiLineString: 1 };

function hitOf(feature: MapGeoJSONFeature): Hit | null {
  const data: Feature = { type: "Feature", geometry: feature.geometry, properties: feature.properties };
  if (feature.layer.id.startsWith(`${prefix}result`)) return { layer: null, fid: null, feature: data };
  if (feature.layer.id.startsWith(prefix) || !feature.sourceLayer) return null;
  const layer = feature.sourceLayer.replace(labelPoints, "");
  const fid = Number(feature.id ?? feature.properties["fid"]);
  return Number.isFinite(fid) ? { layer, fid, feature: data } : null;
}

/** Points and lines within a few pixels, polygons that hold the point itself; each feature once. */
export function hitsAt(map: MapLibre, point: Point): Hit[] {
  const { x, y } = point;
  const near = map.queryRenderedFeatures([
    [x - tolerance_px, y - tolerance_px],
    [x + tolerance_px, y + tolerance_px],
  ]);
  const here = map.queryRenderedFeatures(point);
  const candidates = [...near.filter((feature) => feature.layer.type !== "fill"), ...here];
  const seen = new Set<string>();
  const hits: Hit[] = [];
  for (const candidate of candidates) {
    const hit = hitOf(candidate);
    if (!hit) continue;
    const key = hit.layer === null ? JSON.stringify(candidate.properties) : `${hit.layer}/${String(hit.fid)}`;
    if (seen.has(key)) continue;
    seen.add(key);
    hits.push(hit);
  }
  const isAmongFirst = (hit: Hit, row: number): boolean => {
    const before = hits.slice(0, row).filter((other) => other.layer === hit.layer);
    return before.length < layerLimit;
  };
  const order = (hit: Hit): number => (hit.layer === null ? -1 : (rank[hit.feature.geometry?.type ?? ""] ?? 2));
  return hits
    .filter(isAmongFirst)
    .sort((left, right) => order(left) - order(right))
    .slice(0, limit);
}
