// Click on the map: find the features, show the card of one, mark it.

import type { Map as MapLibre } from "maplibre-gl";

import * as api from "../api/client";
import { featureQuery } from "../api/sql";
import type { Feature, LayerMeta } from "../api/types";
import { boundsOf, extentOf } from "../map/extent";
import { clearOverlay, highlightPaint, showOverlay } from "../map/overlay";
import { inLanguage, t } from "../text/language";
import { toast, toastError } from "../ui/toast";
import { Card } from "./card";
import { hitsAt, type Hit } from "./hits";

const overlay = "highlight";

/** Answers clicks; other parts of the page may also ask it to show a feature. */
export class Identify {
  readonly #map: MapLibre;
  readonly #layers: () => readonly LayerMeta[];
  readonly #card: Card;
  #hits: Hit[] = [];
  #chosen = 0;
  #request = 0;

  constructor(map: MapLibre, layers: () => readonly LayerMeta[]) {
    this.#map = map;
    this.#layers = layers;
    this.#card = new Card({
      choose: (row) => void this.#choose(row),
      close: () => this.close(),
      zoom: (feature) => this.#zoomTo(feature),
    });
    map.on("click", (event) => this.at(hitsAt(map, event.point)));
    map.on("mousemove", (event) => {
      const over = map.queryRenderedFeatures(event.point).some((feature) => feature.sourceLayer || feature.source.startsWith("lucdau-"));
      map.getCanvas().style.cursor = over ? "pointer" : "";
    });
    inLanguage(() => this.#card.write(this.#hits, this.#chosen, this.#layers()));
  }

  /** Shows these features; the first one open. */
  at(hits: Hit[]): void {
    this.#hits = hits;
    if (hits.length === 0) {
      this.close();
      return;
    }
    void this.#choose(0);
  }

  /** Shows one feature known by its layer and number, as search results are. */
  show(layer: string, fid: number): void {
    this.at([{ layer, fid, feature: { type: "Feature", geometry: null, properties: null } }]);
  }

  close(): void {
    this.#hits = [];
    this.#request += 1;
    this.#card.hide();
    clearOverlay(this.#map, overlay);
  }

  async #choose(row: number): Promise<void> {
    const hit = this.#hits[row];
    if (!hit) return;
    this.#chosen = row;
    this.#request += 1;
    const request = this.#request;
    this.#card.write(this.#hits, row, this.#layers());
    this.#mark(hit.feature);
    if (hit.layer === null || hit.fid === null) return;
    this.#card.busy(true);
    try {
      const answer = await api.sqlFeatures(featureQuery(hit.layer), [hit.fid]);
      const whole = answer.features[0];
      if (!whole || request !== this.#request) return;
      hit.feature = whole;
      this.#card.write(this.#hits, row, this.#layers());
      this.#mark(whole);
    } catch (error) {
      toastError(error);
    } finally {
      if (request === this.#request) this.#card.busy(false);
    }
  }

  #mark(feature: Feature): void {
    if (!feature.geometry) clearOverlay(this.#map, overlay);
    else showOverlay(this.#map, overlay, { type: "FeatureCollection", features: [feature] }, highlightPaint);
  }

  #zoomTo(feature: Feature): void {
    const extent = extentOf(feature.geometry);
    if (!extent) toast(t("identify.nothing"));
    else this.#map.fitBounds(boundsOf(extent), { padding: 90, maxZoom: 17 });
  }
}
