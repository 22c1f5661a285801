import type { LayerSpecification } from "maplibre-gl";
import { describe, expect, it } from "vitest";

import { parseEmbed } from "../src/map/embed_query";
import { atZoom, casesOf, equality, plainAt } from "../src/map/expression";
import { extentOf, homeExtent, unionOf } from "../src/map/extent";
import { formatHash, parseHash } from "../src/map/hash";
import { withHitLayers } from "../src/map/hit_layers";
import { legendOf, otherValue } from "../src/map/legend";
import { dataLayerOf, hiddenAtFirst, minzoomOf } from "../src/map/style_layers";
import { layerList, topoStyle } from "./mock/style";

function layer(id: string, rest: object): LayerSpecification {
  return { id, source: "twin", "source-layer": "roads", type: "line", ...rest } as LayerSpecification;
}

describe("expressions", () => {
  it("zoom is taken out", () => {
    expect(atZoom(["interpolate", ["linear"], ["zoom"], 8, 1, 14, 6], 14)).toBe(6);
    expect(atZoom(["interpolate", ["linear"], ["zoom"], 8, 1, 14, 6], 10)).toBe(1);
    expect(atZoom(["step", ["zoom"], "a", 10, "b"], 9)).toBe("a");
    expect(atZoom("#fff", 3)).toBe("#fff");
  });

  it("choices over an attribute are read", () => {
    const match = ["match", ["get", "class"], ["a", "b"], "#111", "c", "#222", "#333"];
    expect(casesOf(match, 10)).toEqual({
      attribute: "class",
      hasRest: true,
      cases: [
        { label: "a", output: "#111" },
        { label: "b", output: "#111" },
        { label: "c", output: "#222" },
      ],
    });
    expect(casesOf(["case", ["==", ["get", "kind"], "x"], "#1", "#2"], 10)?.cases).toEqual([{ label: "x", output: "#1" }]);
    expect(casesOf(["step", ["get", "floors"], "#1", 5, "#2"], 10)?.cases.map((one) => one.label)).toEqual(["< 5", "≥ 5"]);
    expect(casesOf(["step", ["zoom"], "#1", 5, match], 10)?.attribute).toBe("class");
    expect(casesOf("#123456", 10)).toBeNull();
    expect(plainAt(match, 10)).toBe("#333");
  });

  it("filters that test one attribute are read", () => {
    expect(equality(["all", ["has", "x"], ["==", ["get", "class"], "lane"]])).toEqual({ attribute: "class", values: ["lane"] });
    expect(equality(["in", ["get", "class"], ["literal", ["a", "b"]]])).toEqual({ attribute: "class", values: ["a", "b"] });
    expect(equality(["match", ["get", "class"], ["a", "b"], true, false])?.values).toEqual(["a", "b"]);
    expect(equality([">", ["get", "floors"], 3])).toBeNull();
  });
});

describe("legend", () => {
  it("a choice of colours becomes one entry each, with the casing as outline", () => {
    const color = ["match", ["get", "class"], "national", "#e8a13a", "street", "#ffffff", "#cccccc"];
    const legend = legendOf([layer("casing", { paint: { "line-color": "#885500" } }), layer("roads", { paint: { "line-color": color } })], "roads");
    expect(legend.map((entry) => [entry.value, entry.color, entry.outline])).toEqual([
      ["national", "#e8a13a", "#885500"],
      ["street", "#ffffff", "#885500"],
      [otherValue, "#cccccc", "#885500"],
    ]);
  });

  it("one style layer per value is read too, the topmost first", () => {
    const part = (value: string, color: string): LayerSpecification => layer(value, { filter: ["==", ["get", "class"], value], paint: { "line-color": color } });
    const legend = legendOf([part("national", "#111111"), part("lane", "#222222")], "roads");
    expect(legend.map((entry) => entry.value)).toEqual(["lane", "national"]);
  });

  it("a fill with its outline is one swatch, a label alone is a letter", () => {
    const fill = layer("area", { type: "fill", paint: { "fill-color": "#abcdef" } });
    const outline = layer("edge", { paint: { "line-color": "#123456" } });
    const text = layer("name", { type: "symbol", paint: { "text-color": "#000000" } });
    expect(legendOf([fill, outline, text], "roads")).toMatchObject([{ shape: "fill", color: "#abcdef", outline: "#123456" }]);
    expect(legendOf([text], "roads")).toMatchObject([{ shape: "text" }]);
    expect(legendOf([text], "elsewhere")).toEqual([]);
  });

  it("land cover shows its classes", () => {
    const raster = { id: "cover", type: "raster", source: "land_cover" } as LayerSpecification;
    expect(legendOf([raster], "land_cover").map((entry) => entry.value)).toContain("80");
  });
});

describe("style layers", () => {
  it("belong to the data layer their metadata, source-layer or source names", () => {
    expect(dataLayerOf(layer("a", { metadata: { "lucdau:layer": "parcels" } }))).toBe("parcels");
    expect(dataLayerOf(layer("a", {}))).toBe("roads");
    expect(dataLayerOf({ id: "h", type: "hillshade", source: "elevation" })).toBe("elevation");
    expect(dataLayerOf({ id: "b", type: "background" })).toBeNull();
  });

  it("a layer is hidden at first only when all its style layers are", () => {
    const off = { layout: { visibility: "none" } };
    expect(hiddenAtFirst([layer("a", off), layer("b", off)])).toEqual(new Set(["roads"]));
    expect(hiddenAtFirst([layer("a", off), layer("b", {})])).toEqual(new Set());
  });

  it("polygons drawn as outlines get an invisible fill that can be clicked, others do not", () => {
    const style = topoStyle("http://localhost");
    const hits = withHitLayers(style, layerList()).layers.filter((one) => one.id.startsWith("hit-"));
    expect(hits.map((one) => one.id)).toEqual(["hit-districts"]);
    expect(hits[0]).toMatchObject({ type: "fill", source: "twin", "source-layer": "districts", paint: { "fill-opacity": 0 } });
  });

  it("a layer is drawn from its lowest zoom on", () => {
    expect(minzoomOf([layer("a", { minzoom: 12 }), layer("b", { minzoom: 9 })], "roads")).toBe(9);
    expect(minzoomOf([], "roads")).toBe(0);
  });
});

describe("address", () => {
  it("comes back as it was written", () => {
    const state = { zoom: 11.5, lon: 106.33045, lat: 20.94012, bearing: -20, switched: ["places", "roads"], compare: true };
    expect(parseHash(formatHash(state))).toEqual(state);
  });

  it("is short while nothing is turned or switched", () => {
    expect(formatHash({ zoom: 9, lon: 106.3, lat: 20.9, bearing: 0, switched: [], compare: false })).toBe("#map=9/20.9/106.3");
  });

  it("nonsense is left out", () => {
    for (const hash of ["", "#", "#map=abc/1/2", "#map=9/95/106", "#map=9", "#else=1"]) expect(parseHash(hash)).toEqual({});
  });

  it("of an embedded map needs center and zoom together", () => {
    expect(parseEmbed("?center=106.3,20.9&zoom=11&layers=roads,%20communes")).toEqual({
      style: "topo",
      layers: ["roads", "communes"],
      position: { lon: 106.3, lat: 20.9, zoom: 11, bearing: 0 },
    });
    for (const query of ["", "?center=106.3,20.9", "?center=a,b&zoom=3", "?center=106.3,99&zoom=3"]) expect(parseEmbed(query).position).toEqual({});
  });
});

describe("extents", () => {
  it("the first view is that of the communes", () => {
    const layers = layerList();
    expect(homeExtent(layers)).toEqual(layers.find((meta) => meta.id === "communes")?.extent);
    expect(homeExtent([]).min_x).toBeCloseTo(106.12);
  });

  it("of geometries hold all their positions; of nothing there is none", () => {
    const line = { type: "MultiLineString" as const, coordinates: [[[1, 2], [3, -1]], [[0, 5], [2, 2]]] };
    expect(extentOf({ type: "GeometryCollection", geometries: [line] })).toEqual({ min_x: 0, min_y: -1, max_x: 3, max_y: 5 });
    expect(extentOf({ type: "Polygon", coordinates: [] })).toBeNull();
    expect(extentOf(null)).toBeNull();
    expect(unionOf([])).toBeNull();
  });
});
