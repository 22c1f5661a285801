// A made-up province: twelve leaning quadrilaterals with communes, a river, roads, schools, accidents. Nothing in it is real but names.

import type { LineString, Point, Polygon, Position } from "geojson";

export interface MockFeature {
  type: "Feature";
  id: number;
  geometry: Point | LineString | Polygon;
  properties: Record<string, string | number | boolean>;
}

const [west, south, east, north] = [106.12, 20.68, 106.62, 21.24] as const;
const [columns, rows] = [3, 4] as const;
const parts = 4;

const districts = [
  ["298", "Tứ Kỳ", "huyện"],
  ["299", "Ninh Giang", "huyện"],
  ["294", "Thanh Hà", "huyện"],
  ["300", "Thanh Miện", "huyện"],
  ["297", "Gia Lộc", "huyện"],
  ["293", "Kim Thành", "huyện"],
  ["296", "Bình Giang", "huyện"],
  ["288", "Hải Dương", "thành phố"],
  ["292", "Kinh Môn", "thị xã"],
  ["295", "Cẩm Giàng", "huyện"],
  ["291", "Nam Sách", "huyện"],
  ["290", "Chí Linh", "thành phố"],
] as const;

function wobble(u: number, v: number): Position {
  const x = west + u * (east - west) + 0.018 * Math.sin(7 * v + 3 * u);
  const y = south + v * (north - south) + 0.016 * Math.sin(9 * u + 2 * v);
  return [Number(x.toFixed(6)), Number(y.toFixed(6))];
}

function patch(u0: number, v0: number, u1: number, v1: number): Polygon {
  const steps = 6;
  const side = (from: Position, to: Position): Position[] =>
    Array.from({ length: steps }, (_, step) => {
      const share = step / steps;
      const [a = 0, b = 0, c = 0, d = 0] = [...from, ...to];
      return wobble(a + share * (c - a), b + share * (d - b));
    });
  const corners: Position[] = [[u0, v0], [u1, v0], [u1, v1], [u0, v1]];
  const ring = corners.flatMap((corner, row) => side(corner, corners[(row + 1) % 4] ?? corner));
  return { type: "Polygon", coordinates: [[...ring, ring[0] ?? [0, 0]]] };
}

function feature(id: number, geometry: MockFeature["geometry"], properties: MockFeature["properties"]): MockFeature {
  return { type: "Feature", id, geometry, properties };
}

function districtFeatures(): MockFeature[] {
  return districts.map(([code, name, kind], row) => {
    const [column, line] = [row % columns, Math.floor(row / columns)];
    const geometry = patch(column / columns, line / rows, (column + 1) / columns, (line + 1) / rows);
    return feature(row, geometry, { code, name, kind, area_km2: 110 + row * 9.5, population: 120_000 + row * 8_350 });
  });
}

function communeFeatures(): MockFeature[] {
  return districts.flatMap(([code, district], row) => {
    const [column, line] = [row % columns, Math.floor(row / columns)];
    return Array.from({ length: parts * parts }, (_, part) => {
      const [u, v] = [part % parts, Math.floor(part / parts)];
      const width = 1 / columns / parts;
      const height = 1 / rows / parts;
      const [u0, v0] = [column / columns + u * width, line / rows + v * height];
      const name = part === 5 ? `Trần Phú ${row + 1}` : `Xã số ${part + 1} ${district}`;
      const properties = { code: `${code}${String(part).padStart(2, "0")}`, name, kind: "xã", district_code: code, district, population: 6_000 + part * 731, area_km2: 7.25 };
      return feature(row * parts * parts + part, patch(u0, v0, u0 + width, v0 + height), properties);
    });
  });
}

function line(points: [u: number, v: number][]): LineString {
  return { type: "LineString", coordinates: points.map(([u, v]) => wobble(u, v)) };
}

function placeFeatures(): MockFeature[] {
  return districts.map(([, name, kind], row) => {
    const [column, rowLine] = [row % columns, Math.floor(row / columns)];
    const coordinates = wobble((column + 0.5) / columns, (rowLine + 0.5) / rows);
    return feature(row, { type: "Point", coordinates }, { name, kind: kind === "huyện" ? "town" : "city", rank: kind === "huyện" ? 2 : 1, population: 12_000 });
  });
}

function scatter(count: number, make: (row: number) => MockFeature["properties"]): MockFeature[] {
  return Array.from({ length: count }, (_, row) => {
    const [u, v] = [(row * 0.618034) % 1, (row * 0.7548777) % 1];
    return feature(row, { type: "Point", coordinates: wobble(u, v) }, make(row));
  });
}

const river: [number, number][] = [[0.3, 1], [0.42, 0.82], [0.4, 0.66], [0.56, 0.52], [0.62, 0.34], [0.8, 0.2], [0.96, 0.05]];
const roadLines: [name: string, ref: string, roadClass: string, points: [number, number][]][] = [
  ["Cao tốc Hà Nội - Hải Phòng", "CT.04", "expressway", [[0, 0.3], [0.4, 0.31], [1, 0.24]]],
  ["Quốc lộ 5", "QL.5", "national", [[0, 0.52], [0.5, 0.55], [1, 0.48]]],
  ["Quốc lộ 37", "QL.37", "national", [[0.55, 0], [0.5, 0.5], [0.75, 1]]],
  ["Đường Nguyễn Lương Bằng", "", "street", [[0.36, 0.58], [0.62, 0.6]]],
];

/** All layers of the made-up province by id. */
export const province: ReadonlyMap<string, readonly MockFeature[]> = new Map([
  ["communes", communeFeatures()],
  ["districts", districtFeatures()],
  ["waterways", [feature(0, line(river), { name: "Sông Thái Bình", class: "river", width_m: 220 })]],
  ["roads", roadLines.map(([name, ref, roadClass, points], row) => feature(row, line(points), { name, ref, class: roadClass, lanes: 4, oneway: false, speed_kmh: 80 }))],
  ["accidents", scatter(60, (row) => ({ severity: ["light", "serious", "fatal"][row % 3] ?? "light", injured: row % 4, deaths: row % 3 === 2 ? 1 : 0, occurred_at: "2024-05-17T08:30:00Z", road_ref: "QL.5" }))],
  ["schools", scatter(40, (row) => ({ name: `Trường số ${row + 1}`, level: ["kindergarten", "primary", "lower_secondary", "upper_secondary"][row % 4] ?? "primary", seats: 400, pupils: 371 }))],
  ["places", placeFeatures()],
]);
