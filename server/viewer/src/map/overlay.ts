// What the viewer draws above the style: the marked feature and the result of an analysis.

import type { ExpressionSpecification, GeoJSONSource, LayerSpecification, Map as MapLibre } from "maplibre-gl";

import type { FeatureCollection } from "../api/types";

/** Prefix of our sources and layers, so that they are never taken for layers of the twin. */
export const prefix = "lucdau-";

const empty: FeatureCollection = { type: "FeatureCollection", features: [] };
const isPolygon: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
const isPoint: ExpressionSpecification = ["==", ["geometry-type"], "Point"];

/** How an overlay is painted: one colour, or colours by the `__color` attribute of its features. */
export interface Paint {
  fill: string | ExpressionSpecification;
  fillOpacity: number | ExpressionSpecification;
  line: string | ExpressionSpecification;
  lineWidth: number | ExpressionSpecification;
  radius: number | ExpressionSpecification;
}

export const highlightPaint: Paint = {
  fill: "#ffd34d",
  fillOpacity: 0.28,
  line: "#c77700",
  lineWidth: 3,
  radius: 9,
};

/** An opacity that lets markers (points standing for small polygons) go where the polygons are seen. */
function fading(opacity: number): ExpressionSpecification {
  return ["interpolate", ["linear"], ["zoom"], 13, opacity, 14.5, ["case", ["has", "__marker"], 0, opacity]];
}

/** Layers of an overlay, bottom to top. */
function layersOf(name: string, paint: Paint): LayerSpecification[] {
  const source = prefix + name;
  return [
    {
      id: `${source}-fill`,
      source,
      type: "fill",
      filter: isPolygon,
      paint: { "fill-color": paint.fill, "fill-opacity": paint.fillOpacity },
    },
    {
      id: `${source}-line`,
      source,
      type: "line",
      filter: ["!", isPoint],
      layout: { "line-join": "round", "line-cap": "round" },
      paint: { "line-color": paint.line, "line-width": paint.lineWidth },
    },
    {
      id: `${source}-point`,
      source,
      type: "circle",
      filter: isPoint,
      paint: {
        "circle-color": paint.fill,
        "circle-opacity": fading(0.85),
        "circle-stroke-opacity": fading(1),
        "circle-radius": paint.radius,
        "circle-stroke-color": ["case", ["has", "__marker"], "#ffffff", paint.line],
        "circle-stroke-width": ["case", ["has", "__marker"], 1.2, 2.5],
      },
    },
  ];
}

/** Shows features in an overlay, replacing what it showed; `above` names the overlay it must stay under, if any. */
export function showOverlay(map: MapLibre, name: string, data: FeatureCollection, paint: Paint, above?: string): void {
  const source = map.getSource<GeoJSONSource>(prefix + name);
  if (source) {
    source.setData(data as Parameters<GeoJSONSource["setData"]>[0]);
    return;
  }
  map.addSource(prefix + name, { type: "geojson", data: data as never });
  const before = above && map.getLayer(`${prefix}${above}-fill`) ? `${prefix}${above}-fill` : undefined;
  for (const layer of layersOf(name, paint)) map.addLayer(layer, before);
}

/** Empties an overlay. */
export function clearOverlay(map: MapLibre, name: string): void {
  map.getSource<GeoJSONSource>(prefix + name)?.setData(empty as never);
}

/** Takes an overlay away with its layers, so that it can come back in another paint. */
export function removeOverlay(map: MapLibre, name: string): void {
  for (const part of ["fill", "line", "point"]) {
    if (map.getLayer(`${prefix}${name}-${part}`)) map.removeLayer(`${prefix}${name}-${part}`);
  }
  if (map.getSource(prefix + name)) map.removeSource(prefix + name);
}
