// Made-up answers of the two analyses.

import type { Position } from "geojson";

import type { FeatureCollection } from "../../src/api/types";
import { province } from "./province";

function hexagon([x = 0, y = 0]: Position, radius: number): Position[] {
  const corners = Array.from({ length: 6 }, (_, side): Position => {
    const angle = (Math.PI / 3) * side + 0.3;
    return [x + radius * Math.cos(angle), y + radius * 0.93 * Math.sin(angle)];
  });
  return [...corners, corners[0] ?? [x, y]];
}

function classOf(z: number, p: number): string {
  const level = p <= 0.01 ? "99" : p <= 0.05 ? "95" : p <= 0.1 ? "90" : null;
  return level === null ? "none" : `${z > 0 ? "hot" : "cold"}_${level}`;
}

/** Hexagons over the middle of the province, hot around one of them and cold far from it. */
function hotSpots(): FeatureCollection {
  const radius = 0.012;
  const features = Array.from({ length: 340 }, (_, number) => {
    const [column, row] = [number % 20, Math.floor(number / 20)];
    const centre: Position = [106.17 + column * radius * 1.74 + (row % 2) * radius * 0.87, 20.75 + row * radius * 1.4];
    const distance = Math.hypot((centre[0] ?? 0) - 106.34, (centre[1] ?? 0) - 20.94);
    const z = 5.2 * Math.exp(-((distance / 0.06) ** 2)) - 2.9 * Math.exp(-(((distance - 0.2) / 0.03) ** 2)) + 0.4 * Math.sin(number);
    const p = Math.min(1, Math.exp(-0.72 * z * z));
    const properties = { cell: `88415${number.toString(16).padStart(6, "0")}ffff`, count: Math.max(0, Math.round(z * 2 + 3)), z, p, significant: p <= 0.05, class: classOf(z, p) };
    return { type: "Feature" as const, geometry: { type: "Polygon" as const, coordinates: [hexagon(centre, radius)] }, properties };
  });
  return { type: "FeatureCollection", features };
}

function planConflicts(): FeatureCollection {
  const pairs = [["LUC", "SKK"], ["ONT+CLN", "DGT"], ["LUC", "ODT"], ["NTS", "TMD"]] as const;
  const features = (province.get("schools") ?? []).slice(0, 24).map((school, row) => {
    const [ma_dat, ma_qh] = pairs[row % pairs.length] ?? pairs[0];
    const centre = school.geometry.type === "Point" ? school.geometry.coordinates : [0, 0];
    const properties = { ma_xa: `288${row}`, so_to: row + 3, so_thua: row * 7 + 1, ma_dat, ma_qh, overlap_m2: 180.5 + row * 97.25, share: 0.02 * (row + 1), status: "conflict" };
    return { type: "Feature" as const, geometry: { type: "Polygon" as const, coordinates: [hexagon(centre, 0.002)] }, properties };
  });
  return { type: "FeatureCollection", features };
}

/** The features an analysis answers. */
export function resultOf(analysis: string): FeatureCollection {
  return analysis === "hot_spots" ? hotSpots() : planConflicts();
}

/** The figures of an analysis in short. */
export function summaryOf(analysis: string): Record<string, unknown> {
  const warnings = [{ code: "outside", vi: "3 điểm nằm ngoài vùng nghiên cứu: không tính", en: "3 points lie outside the study area: they are not counted" }];
  if (analysis === "hot_spots") return { hot_spots: [{ place: "Trần Phú", z: 5.47, lon: 106.34, lat: 20.94 }], warnings };
  const total = { parcels: 6, overlap_ha: 0.81 };
  return { conflicting_parcels: 22, by_codes: [{ parcel_code: "LUC", plan_code: "SKK", ...total }], by_unit: [{ unit: "2881", name: "Trần Phú", ...total }], warnings: [] };
}

/** A table of features as CSV. */
export function toCsv(data: FeatureCollection): string {
  const names = Object.keys(data.features[0]?.properties ?? {});
  const lines = data.features.map((feature) => names.map((name) => String(feature.properties?.[name])).join(","));
  return [names.join(","), ...lines].join("\n");
}
