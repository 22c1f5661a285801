// A bare map for an iframe: `embed?style=topo&center=106.33,20.94&zoom=11&layers=roads,communes`.

import "maplibre-gl/dist/maplibre-gl.css";
import "./css/embed.css";

import { ScaleControl, type StyleSpecification } from "maplibre-gl";

import * as api from "./api/client";
import { listen } from "./api/events";
import { createMap, hasWebgl } from "./map/create";
import { parseEmbed } from "./map/embed_query";
import { homeExtent } from "./map/extent";
import { refreshSources } from "./map/freshness";
import { dataLayerOf } from "./map/style_layers";
import { t } from "./text/language";
import { byId } from "./ui/dom";

/** The style with only the wanted data layers; all when none are named. */
function only(style: StyleSpecification, wanted: readonly string[]): StyleSpecification {
  if (wanted.length === 0) return style;
  const layers = style.layers.filter((layer) => layer.type === "background" || wanted.includes(dataLayerOf(layer) ?? ""));
  return { ...style, layers };
}

async function start(): Promise<void> {
  const query = parseEmbed(location.search);
  if (!hasWebgl()) throw new Error(t("page.noWebgl"));
  const [style, layers] = await Promise.all([api.style(query.style), api.layers()]);
  const map = createMap({ container: byId("map"), style: only(style, query.layers), extent: homeExtent(layers), position: query.position });
  const ready = new Promise<void>((resolve) => map.once("idle", () => resolve()));
  window.lucdau = { map, drawn: ready, ready };
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
  byId("badge").hidden = !layers.some((layer) => layer.synthetic);
  listen({ job: () => undefined, layer: ({ layer }) => refreshSources(map, layer) });
}

start().catch((error: unknown) => {
  byId("message").textContent = (error as Error).message;
});
