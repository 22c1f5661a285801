// Polygons that a style draws only as outlines can still be clicked: an invisible fill under everything answers for them.

import type { LayerSpecification, StyleSpecification } from "maplibre-gl";

import type { LayerMeta } from "../api/types";
import { dataLayerOf, minzoomOf } from "./style_layers";

const prefix = "hit-";

function isPolygons(meta: LayerMeta): boolean {
  return meta.kind.kind === "vector" && (meta.kind.geometry === "polygon" || meta.kind.geometry === "mixed");
}

function hitLayer(layers: readonly LayerSpecification[], id: string): LayerSpecification | null {
  const own = layers.filter((layer) => dataLayerOf(layer) === id);
  const model = own.find((layer) => "source-layer" in layer);
  if (!model || !("source" in model) || typeof model.source !== "string" || own.some((layer) => layer.type === "fill")) return null;
  return {
    id: prefix + id,
    type: "fill",
    source: model.source,
    "source-layer": id,
    minzoom: minzoomOf(layers, id),
    metadata: { "lucdau:layer": id },
    layout: { visibility: own.every((layer) => layer.layout?.visibility === "none") ? "none" : "visible" },
    paint: { "fill-opacity": 0 },
  };
}

/** The style with an invisible fill for each layer of polygons that has none. */
export function withHitLayers(style: StyleSpecification, metas: readonly LayerMeta[]): StyleSpecification {
  const added = metas.filter(isPolygons).flatMap((meta) => hitLayer(style.layers, meta.id) ?? []);
  return { ...style, layers: [...added, ...style.layers] };
}
