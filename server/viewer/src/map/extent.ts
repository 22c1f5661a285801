// Extents: of the province, of a layer, of a geometry.

import type { Geometry, Position } from "geojson";
import type { LngLatBoundsLike } from "maplibre-gl";

import type { Extent, LayerMeta } from "../api/types";

/** Where Hải Dương lies, for a twin that has no layer with an extent yet. */
const province: Extent = { min_x: 106.12, min_y: 20.68, max_x: 106.62, max_y: 21.24 };

/** What the map shows at first: the administrative units if there are any, else everything there is. */
export function homeExtent(layers: readonly LayerMeta[]): Extent {
  for (const id of ["communes", "districts"]) {
    const extent = layers.find((layer) => layer.id === id)?.extent;
    if (extent) return extent;
  }
  return unionOf(layers.flatMap((layer) => (layer.extent ? [layer.extent] : []))) ?? province;
}

/** The smallest extent around all given, or null for none. */
export function unionOf(extents: readonly Extent[]): Extent | null {
  if (extents.length === 0) return null;
  return extents.reduce((whole, part) => ({
    min_x: Math.min(whole.min_x, part.min_x),
    min_y: Math.min(whole.min_y, part.min_y),
    max_x: Math.max(whole.max_x, part.max_x),
    max_y: Math.max(whole.max_y, part.max_y),
  }));
}

function positionsOf(geometry: Geometry): Position[] {
  if (geometry.type === "GeometryCollection") return geometry.geometries.flatMap(positionsOf);
  if (geometry.type === "Point") return [geometry.coordinates];
  const flatten = (part: unknown): Position[] =>
    typeof (part as Position)[0] === "number" ? [part as Position] : (part as unknown[]).flatMap(flatten);
  return geometry.coordinates.length === 0 ? [] : flatten(geometry.coordinates);
}

/** The extent of a geometry; null when it is empty. */
export function extentOf(geometry: Geometry | null): Extent | null {
  const points = geometry ? positionsOf(geometry) : [];
  return unionOf(points.map(([x = 0, y = 0]) => ({ min_x: x, min_y: y, max_x: x, max_y: y })));
}

/** An extent as MapLibre takes it. */
export function boundsOf(extent: Extent): LngLatBoundsLike {
  return [
    [extent.min_x, extent.min_y],
    [extent.max_x, extent.max_y],
  ];
}

/** Width plus height in degrees: the smaller, the more particular the thing. */
export function sizeOf(extent: Extent): number {
  return extent.max_x - extent.min_x + (extent.max_y - extent.min_y);
}
