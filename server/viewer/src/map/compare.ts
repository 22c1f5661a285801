// Two drawings of one style, side by side: vector in the browser on the left, the server's image on the right.

import { Map as MapLibre, type StyleSpecification } from "maplibre-gl";

import { inLanguage, t } from "../text/language";
import { byId, h } from "../ui/dom";
import { toastError } from "../ui/toast";
import { freshAddress } from "./freshness";

/** The paper colour of the `topo` style, for where no image is yet. */
const ground = "#f5f3ec";
const keyStep = 0.05;

function imageStyle(style: string): StyleSpecification {
  const base = new URL("tiles/", document.baseURI).href;
  return {
    version: 8,
    sources: {
      "server-image": { type: "raster", tiles: [`${base}${style}/{z}/{x}/{y}@2x.png`], tileSize: 256, maxzoom: 20 },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": ground } },
      { id: "server-image", type: "raster", source: "server-image", paint: { "raster-fade-duration": 0 } },
    ],
  };
}

/** The comparison over a map: off until switched on, then it follows the map under it. */
export class Compare {
  readonly #map: MapLibre;
  readonly #style: string;
  #image: MapLibre | null = null;
  #share = 0.5;

  constructor(map: MapLibre, style: string) {
    this.#map = map;
    this.#style = style;
    inLanguage(() => this.#write());
  }

  get isOn(): boolean {
    return this.#image !== null;
  }

  set(on: boolean): void {
    if (on === this.isOn) return;
    byId("compare").hidden = !on;
    if (on) this.#open();
    else this.#close();
  }

  /** Asks for every image again, after data changed. */
  refresh(): void {
    this.#image?.refreshTiles("server-image");
  }

  #open(): void {
    const frame = byId("compare");
    const canvas = h("div", { class: "compare-image" });
    const handle = this.#handle();
    frame.replaceChildren(canvas, ...this.#labels(), handle);
    this.#write();
    this.#image = new MapLibre({
      container: canvas,
      style: imageStyle(this.#style),
      interactive: false,
      attributionControl: false,
      center: this.#map.getCenter(),
      zoom: this.#map.getZoom(),
      bearing: this.#map.getBearing(),
      maxPitch: 0,
      maxZoom: this.#map.getMaxZoom(),
      transformRequest: (url) => ({ url: freshAddress(url) }),
    });
    this.#image.on("error", (event) => toastError(event.error));
    this.#map.on("move", this.#follow);
    this.#place(0.5);
  }

  #close(): void {
    this.#map.off("move", this.#follow);
    this.#image?.remove();
    this.#image = null;
    byId("compare").replaceChildren();
  }

  readonly #follow = (): void => {
    this.#image?.jumpTo({ center: this.#map.getCenter(), zoom: this.#map.getZoom(), bearing: this.#map.getBearing() });
  };

  #labels(): HTMLElement[] {
    return ["compare-left", "compare-right"].map((side) => h("div", { class: `compare-label ${side}` }));
  }

  #write(): void {
    const frame = byId("compare");
    const words = { ".compare-left": t("compare.vector"), ".compare-right": t("compare.raster") };
    for (const [selector, text] of Object.entries(words)) {
      const label = frame.querySelector(selector);
      if (label) label.textContent = text;
    }
    frame.querySelector(".compare-handle")?.setAttribute("aria-label", t("compare.slider"));
  }

  #handle(): HTMLElement {
    const handle = h("div", {
      class: "compare-handle",
      role: "slider",
      tabindex: 0,
      "aria-orientation": "horizontal",
      "aria-valuemin": 0,
      "aria-valuemax": 100,
    });
    handle.addEventListener("pointerdown", (event) => {
      handle.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    handle.addEventListener("pointermove", (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return;
      const frame = byId("compare").getBoundingClientRect();
      this.#place((event.clientX - frame.left) / frame.width);
    });
    handle.addEventListener("keydown", (event) => {
      const step = event.key === "ArrowLeft" ? -keyStep : event.key === "ArrowRight" ? keyStep : 0;
      if (step !== 0) this.#place(this.#share + step);
    });
    return handle;
  }

  #place(share: number): void {
    this.#share = Math.min(0.98, Math.max(0.02, share));
    const frame = byId("compare");
    frame.style.setProperty("--share", `${this.#share * 100}%`);
    frame.querySelector(".compare-handle")?.setAttribute("aria-valuenow", String(Math.round(this.#share * 100)));
  }
}
