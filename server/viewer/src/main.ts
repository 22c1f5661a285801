// The viewer: loads the style and the layers, draws the province, and connects the parts of the page.

import "maplibre-gl/dist/maplibre-gl.css";
import "./css/viewer.css";

import { prewarm, type Map as MapLibre, type StyleSpecification } from "maplibre-gl";

import * as api from "./api/client";
import { listen, type LayerEvent } from "./api/events";
import type { LayerMeta } from "./api/types";
import { Identify } from "./identify/identify";
import { Compare } from "./map/compare";
import { addControls, addReadout } from "./map/controls";
import { createMap, hasWebgl } from "./map/create";
import { homeExtent } from "./map/extent";
import { refreshSources } from "./map/freshness";
import { formatHash, parseHash } from "./map/hash";
import { withHitLayers } from "./map/hit_layers";
import { withRastersLater } from "./map/rasters_later";
import { Visibility } from "./map/visibility";
import { AnalysesPanel } from "./panel/analyses";
import { LayersPanel } from "./panel/layers";
import { SearchBox } from "./search/search_box";
import { t } from "./text/language";
import { byId } from "./ui/dom";
import { writePage } from "./ui/page";
import { toast, toastError } from "./ui/toast";

const styleId = "topo";

/** What the page knows of the twin; replaced as a whole when a layer changes. */
interface TwinView {
  layers: LayerMeta[];
  style: StyleSpecification;
}

async function start(): Promise<void> {
  writePage();
  const veil = byId("veil");
  if (!hasWebgl()) {
    veil.textContent = t("page.noWebgl");
    return;
  }
  prewarm();
  try {
    const [style, layers] = await Promise.all([api.style(styleId), api.layers()]);
    open({ style, layers });
    veil.remove();
  } catch (error) {
    veil.textContent = `${t("page.failed")}: ${(error as Error).message}`;
    veil.classList.add("failed");
  }
}

function open(twin: TwinView): void {
  const position = parseHash(location.hash);
  const home = homeExtent(twin.layers);
  const map = createMap({ container: byId("map"), style: withRastersLater(withHitLayers(twin.style, twin.layers)), extent: home, position });
  map.on("error", (event) => toastError(event.error));
  addControls(map, home);
  addReadout(map);
  const visibility = new Promise<Visibility>((resolve) => {
    map.once("styledata", () => resolve(connect(map, twin, position.switched ?? [], position.compare ?? false)));
  });
  const drawn = new Promise<void>((resolve) => map.once("idle", () => resolve()));
  const ready = Promise.all([visibility, drawn]).then(([switches]) => {
    switches.applyAll();
    map.triggerRepaint();
    return new Promise<void>((resolve) => map.once("idle", () => resolve()));
  });
  window.lucdau = { map, drawn, ready };
}

function connect(map: MapLibre, twin: TwinView, switched: readonly string[], compareFirst: boolean): Visibility {
  const layers = (): readonly LayerMeta[] => twin.layers;
  const visibility = new Visibility(map, twin.style, switched);
  const panel = new LayersPanel({ map, layers, visibility, style: () => twin.style });
  const identify = new Identify(map, layers);
  const analyses = new AnalysesPanel(map, layers, () => identify.close());
  const compare = new Compare(map, styleId);
  new SearchBox({ map, layers, chosen: (place) => identify.show(place.layer, place.fid) });

  const remember = (): void => {
    const { lng: lon, lat } = map.getCenter();
    const state = { zoom: map.getZoom(), lon, lat, bearing: map.getBearing(), switched: visibility.switched, compare: compare.isOn };
    history.replaceState(null, "", formatHash(state));
  };
  map.on("moveend", remember);
  visibility.onChange(remember);

  const toggle = byId("compare-toggle");
  const setCompare = (on: boolean): void => {
    compare.set(on);
    toggle.setAttribute("aria-pressed", String(on));
    remember();
  };
  toggle.addEventListener("click", () => setCompare(!compare.isOn));
  if (compareFirst) setCompare(true);

  listen({
    job: (job) => analyses.hear(job),
    layer: (event) => void update(map, twin, event).then(() => {
      panel.write();
      compare.refresh();
    }, toastError),
    reset: () => location.reload(),
  });
  return visibility;
}

/** Takes over a new version of a layer: its description, the style if layers came or went, and its tiles. */
async function update(map: MapLibre, twin: TwinView, { layer, version, failure }: LayerEvent): Promise<void> {
  const title = LayersPanel.titleOf(twin.layers, layer);
  if (failure !== undefined) {
    toast(t("layers.notLoaded", { layer: title }), failure, "error");
    return;
  }
  const before = twin.layers.length;
  twin.layers = await api.layers();
  if (twin.layers.length !== before) {
    twin.style = await api.style(styleId);
    map.setStyle(withHitLayers(twin.style, twin.layers), { transformStyle: keepOverlays });
  }
  refreshSources(map, layer);
  if (version === null) toast(t("layers.gone", { layer: title }));
  else toast(t("layers.updated", { layer: LayersPanel.titleOf(twin.layers, layer), version }));
}

/** Carries the marked feature, the result and the switches over into a new style. */
function keepOverlays(before: StyleSpecification | undefined, next: StyleSpecification): StyleSpecification {
  if (!before) return next;
  const own = before.layers.filter((layer) => layer.id.startsWith("lucdau-"));
  const sources = Object.fromEntries(Object.entries(before.sources).filter(([id]) => id.startsWith("lucdau-")));
  const layers = next.layers.map((layer) => {
    const visibility = before.layers.find((old) => old.id === layer.id)?.layout?.visibility;
    return visibility ? ({ ...layer, layout: { ...layer.layout, visibility } } as typeof layer) : layer;
  });
  return { ...next, sources: { ...next.sources, ...sources }, layers: [...layers, ...own] };
}

void start();
