import type { StyleSpecification } from "maplibre-gl";

/**
 * The style with its raster layers hidden: for the first view, since a browser opens few connections at a time and the
 * province should not wait for dozens of images of its ground. `Visibility.applyAll` brings them in once the rest is drawn.
 */
export function withRastersLater(style: StyleSpecification): StyleSpecification {
  const layers = style.layers.map((layer) =>
    layer.type === "raster" || layer.type === "hillshade" ? { ...layer, layout: { ...layer.layout, visibility: "none" as const } } : layer,
  );
  return { ...style, layers };
}
