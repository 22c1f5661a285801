// Which style layers draw which data layer.

import type { LayerSpecification } from "maplibre-gl";

/** What follows a polygon layer's name in the name of its label points. */
export const labelPoints = /:label$/;

/** The data layer a style layer draws: its metadata says, else its source-layer, else (rasters) its source. */
export function dataLayerOf(layer: LayerSpecification): string | null {
  const metadata = (layer.metadata ?? {}) as Record<string, unknown>;
  const named = metadata["lucdau:layer"];
  if (typeof named === "string") return named;
  if ("source-layer" in layer && typeof layer["source-layer"] === "string") return layer["source-layer"].replace(labelPoints, "");
  return "source" in layer && typeof layer.source === "string" ? layer.source : null;
}

/** The lowest zoom at which anything of a data layer is drawn. */
export function minzoomOf(layers: readonly LayerSpecification[], id: string): number {
  const zooms = layers.filter((layer) => dataLayerOf(layer) === id).map((layer) => layer.minzoom ?? 0);
  return zooms.length === 0 ? 0 : Math.min(...zooms);
}

/** The data layers a style hides until a reader asks for them: all their style layers have visibility none. */
export function hiddenAtFirst(layers: readonly LayerSpecification[]): Set<string> {
  const shown = new Set<string>();
  const hidden = new Set<string>();
  for (const layer of layers) {
    const id = dataLayerOf(layer);
    if (id === null) continue;
    (layer.layout?.visibility === "none" ? hidden : shown).add(id);
  }
  return new Set([...hidden].filter((id) => !shown.has(id)));
}
