// The mock's map style and its list of layers.

import type { LayerSpecification, StyleSpecification } from "maplibre-gl";

import type { AnalysisInfo, LayerMeta } from "../../src/api/types";
import { province } from "./province";

type Row = [id: string, theme: string, title_vi: string, title_en: string];

const rows: Row[] = [
  ["districts", "administration", "Đơn vị cấp huyện", "Districts"],
  ["communes", "administration", "Đơn vị cấp xã", "Communes"],
  ["places", "administration", "Địa danh", "Places"],
  ["roads", "transport", "Đường bộ", "Roads"],
  ["accidents", "transport", "Tai nạn giao thông", "Accidents"],
  ["waterways", "water", "Sông ngòi", "Waterways"],
  ["schools", "education", "Trường học", "Schools"],
  ["observations", "environment", "Số liệu quan trắc", "Observations"],
];

/** The answer of `GET /layers`. */
export function layerList(): LayerMeta[] {
  return rows.map(([id, theme, title_vi, title_en]) => {
    const features = province.get(id);
    const geometry = features?.[0]?.geometry.type;
    const kinds = { Point: "point", LineString: "line", Polygon: "polygon" } as const;
    return {
      id,
      version: 1,
      title_vi,
      title_en,
      theme,
      kind: geometry ? { kind: "vector", geometry: kinds[geometry] } : { kind: "table" },
      feature_count: features?.length ?? 24_500,
      extent: geometry ? { min_x: 106.11, min_y: 20.67, max_x: 106.63, max_y: 21.25 } : null,
      attributes: Object.keys(features?.[0]?.properties ?? {}).map((name) => ({ name, kind: "text" })),
      synthetic: true,
      sources: [{ path: `/demo/${id}.geojson`, format: "GeoJSON", crs: "OGC:CRS84" }],
      published_at: "2025-06-30T03:00:00Z",
    };
  });
}

function drawn(id: string, layer: object): LayerSpecification {
  const metadata = { "lucdau:layer": id, "lucdau:theme": rows.find((row) => row[0] === id)?.[1] };
  return { source: "twin", "source-layer": id, metadata, ...layer } as LayerSpecification;
}

/** The answer of `GET /styles/topo.json`, with absolute addresses as the server writes them. */
export function topoStyle(origin: string): StyleSpecification {
  const roadColor = ["match", ["get", "class"], "expressway", "#d8572a", "national", "#e8a13a", "street", "#ffffff", "#ffffff"];
  return {
    version: 8,
    glyphs: `${origin}/fonts/{fontstack}/{range}.pbf`,
    sources: {
      twin: { type: "vector", tiles: [`${origin}/vector/${[...province.keys()].join(",")}/{z}/{x}/{y}.mvt`], maxzoom: 14 },
    },
    layers: [
      { id: "background", type: "background", paint: { "background-color": "#eef1ec" } },
      drawn("communes", { id: "communes", type: "fill", paint: { "fill-color": "#f7f4e9", "fill-outline-color": "#cfc8b4" } }),
      drawn("waterways", { id: "waterways", type: "line", paint: { "line-color": "#8fbfdc", "line-width": ["interpolate", ["linear"], ["zoom"], 8, 3, 14, 16] } }),
      drawn("districts", { id: "districts", type: "line", paint: { "line-color": "#a0609a", "line-width": 1.6, "line-dasharray": [4, 2] } }),
      drawn("roads", { id: "roads-casing", type: "line", paint: { "line-color": "#8f6a3c", "line-width": 5 } }),
      drawn("roads", { id: "roads", type: "line", paint: { "line-color": roadColor, "line-width": 3 } }),
      drawn("accidents", {
        id: "accidents",
        type: "circle",
        minzoom: 10,
        paint: { "circle-color": ["match", ["get", "severity"], "fatal", "#a01020", "serious", "#e2572b", "#f2b134"], "circle-radius": 4, "circle-stroke-color": "#ffffff", "circle-stroke-width": 1 },
      }),
      drawn("schools", { id: "schools", type: "circle", minzoom: 11, layout: { visibility: "none" }, paint: { "circle-color": "#3a6ea5", "circle-radius": 4 } }),
      drawn("places", { id: "places", type: "circle", paint: { "circle-color": "#33424a", "circle-radius": ["step", ["get", "rank"], 5, 2, 3] } }),
    ],
  };
}

function words(vi: string, en: string): object {
  return { title: `${vi} · ${en}`, "x-title-vi": vi, "x-title-en": en };
}

/** The answer of `GET /analyses`. */
export const analyses: AnalysisInfo[] = [
  {
    name: "plan_conflicts",
    title_vi: "Thửa đất trái quy hoạch",
    title_en: "Parcels in conflict with the plan",
    description_vi: "So loại đất hiện trạng của từng thửa với mã đất trong quy hoạch sử dụng đất.",
    description_en: "Compares each parcel's present land use with the code of the land-use plan.",
    parameters: {
      properties: {
        parcels: { ...words("Lớp thửa đất", "Parcel layer"), type: "string", default: "communes", "x-kind": "layer" },
        keep: { ...words("Trường giữ lại", "Attributes to keep"), type: "array", items: { type: "string" }, default: ["ma_xa", "so_to"] },
        min_overlap_m2: { ...words("Diện tích tối thiểu", "Smallest overlap"), type: "number", default: 1, minimum: 0, "x-unit": "m²" },
        treat_as_compatible: { ...words("Nhóm mã phù hợp", "Codes that agree"), type: "array", items: { type: "array" }, default: [] },
      },
    },
  },
  {
    name: "hot_spots",
    title_vi: "Điểm nóng",
    title_en: "Hot spots",
    description_vi: "Tìm nơi tập trung khác thường bằng thống kê Getis-Ord Gi* trên ô lục giác H3.",
    description_en: "Finds unusual concentrations with the Getis-Ord Gi* statistic on H3 cells.",
    parameters: {
      properties: {
        layer: { ...words("Lớp điểm", "Point layer"), type: "string", default: "accidents", "x-kind": "layer" },
        resolution: { ...words("Độ phân giải H3", "H3 resolution"), type: "integer", default: 8, minimum: 4, maximum: 11 },
        alpha: { ...words("Mức ý nghĩa", "Significance level"), type: "number", default: 0.05, exclusiveMinimum: 0, maximum: 0.5 },
        correction: { ...words("Hiệu chỉnh", "Correction"), type: "string", enum: ["fdr", "none"], default: "fdr" },
        study_area: { ...words("Vùng nghiên cứu", "Study area"), type: ["string", "null"], default: null, "x-kind": "layer" },
      },
    },
  },
];
