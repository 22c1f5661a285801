// The buttons and readouts on the map.

import { ScaleControl, type Map as MapLibre } from "maplibre-gl";

import type { Extent } from "../api/types";
import { inLanguage, language, t } from "../text/language";
import { formatLonLat, formatNumber } from "../text/number";
import type { Key } from "../text/vi";
import { byId, h } from "../ui/dom";
import { icon, type IconName } from "../ui/icon";
import { paddingOf } from "./create";
import { boundsOf } from "./extent";

function button(name: IconName, key: Key, act: () => void): HTMLButtonElement {
  const element = h("button", { type: "button", class: "map-button", click: act }, icon(name));
  inLanguage(() => {
    element.setAttribute("aria-label", t(key));
    element.title = t(key);
  });
  return element;
}

/** Zoom, home and north; the north button turns with the map and shows only when the map is turned. */
export function addControls(map: MapLibre, home: Extent): void {
  const goHome = (): void => {
    map.fitBounds(boundsOf(home), { padding: paddingOf(map.getContainer()), bearing: 0 });
  };
  const north = button("north", "map.north", () => map.easeTo({ bearing: 0 }));
  const turn = (): void => {
    north.style.setProperty("--bearing", `${-map.getBearing()}deg`);
    north.classList.toggle("turned", Math.abs(map.getBearing()) > 0.5);
  };
  map.on("rotate", turn);
  turn();
  byId("map-buttons").append(
    h(
      "div",
      { class: "map-button-group" },
      button("plus", "map.zoomIn", () => map.zoomIn()),
      button("minus", "map.zoomOut", () => map.zoomOut()),
    ),
    h("div", { class: "map-button-group" }, button("home", "map.home", goHome), north),
  );
  map.addControl(new ScaleControl({ unit: "metric", maxWidth: 120 }), "bottom-left");
}

/** The position under the pointer (else the centre) and the zoom. */
export function addReadout(map: MapLibre): void {
  const readout = byId("readout");
  let position = map.getCenter();
  const write = (): void => {
    const zoom = t("map.zoom", { zoom: formatNumber(map.getZoom(), language(), 1) });
    readout.textContent = `${formatLonLat(position.lng, position.lat, language())}  ·  ${zoom}`;
  };
  map.on("mousemove", (event) => {
    position = event.lngLat;
    write();
  });
  map.on("move", () => {
    if (!map.getCanvas().matches(":hover")) position = map.getCenter();
    write();
  });
  inLanguage(write);
}
