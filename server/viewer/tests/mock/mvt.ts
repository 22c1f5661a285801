// The smallest encoder of vector tiles that draws the made-up province: clip, project, delta, protobuf.

import type { Position } from "geojson";

import type { MockFeature } from "./province";

const grid = 4096;
const margin = 128;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  bytes.push(rest);
  return bytes;
}

function bytesField(field: number, bytes: readonly number[]): number[] {
  return [...varint((field << 3) | 2), ...varint(bytes.length), ...bytes];
}

function numberField(field: number, value: number): number[] {
  return [...varint(field << 3), ...varint(value)];
}

function text(value: string): number[] {
  return [...new TextEncoder().encode(value)];
}

function double(value: number): number[] {
  return [...new Uint8Array(new Float64Array([value]).buffer)];
}

function encodeValue(value: unknown): number[] {
  if (typeof value === "string") return bytesField(1, text(value));
  if (typeof value === "number") return [...varint((3 << 3) | 1), ...double(value)];
  return numberField(7, value ? 1 : 0);
}

type Point = readonly [x: number, y: number];

function project(z: number, x: number, y: number): (position: Position) => Point {
  const size = 2 ** z;
  return ([lon = 0, lat = 0]) => {
    const sine = Math.sin((lat * Math.PI) / 180);
    const worldX = (lon / 360 + 0.5) * size;
    const worldY = (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * size;
    return [(worldX - x) * grid, (worldY - y) * grid];
  };
}

/** Clips a ring or a line to the tile with its margin, one side after the other. */
function clip(points: readonly Point[], closed: boolean): Point[] {
  const sides: [axis: 0 | 1, limit: number, keepsLess: boolean][] = [
    [0, -margin, false],
    [0, grid + margin, true],
    [1, -margin, false],
    [1, grid + margin, true],
  ];
  return sides.reduce<Point[]>((before, [axis, limit, keepsLess]) => {
    const inside = (point: Point): boolean => (keepsLess ? point[axis] <= limit : point[axis] >= limit);
    return before.flatMap((point, row) => {
      const last = row === 0 ? (closed ? before.at(-1) : undefined) : before[row - 1];
      const result: Point[] = [];
      if (last && inside(last) !== inside(point)) {
        const share = (limit - last[axis]) / (point[axis] - last[axis]);
        result.push([last[0] + share * (point[0] - last[0]), last[1] + share * (point[1] - last[1])]);
      }
      if (inside(point)) result.push(point);
      return result;
    });
  }, points.slice());
}

const zigzag = (value: number): number => (value << 1) ^ (value >> 31);

function encodeParts(parts: readonly (readonly Point[])[], kind: number): number[] {
  const commands: number[] = [];
  let [atX, atY] = [0, 0];
  const move = (point: Point): void => {
    const [x, y] = [Math.round(point[0]), Math.round(point[1])];
    commands.push(zigzag(x - atX), zigzag(y - atY));
    [atX, atY] = [x, y];
  };
  for (const part of parts) {
    const [first, ...others] = part;
    if (!first) continue;
    commands.push((1 << 3) | 1);
    move(first);
    if (others.length > 0) {
      commands.push((others.length << 3) | 2);
      others.forEach(move);
    }
    if (kind === 3) commands.push((1 << 3) | 7);
  }
  return commands;
}

function encodeGeometry(feature: MockFeature, toTile: (position: Position) => Point): { kind: number; commands: number[] } | null {
  const { geometry } = feature;
  if (geometry.type === "Point") {
    const point = toTile(geometry.coordinates);
    const outside = point.some((value) => value < -margin || value > grid + margin);
    return outside ? null : { kind: 1, commands: encodeParts([[point]], 1) };
  }
  const isLine = geometry.type === "LineString";
  const ring = isLine ? geometry.coordinates : geometry.coordinates[0]?.slice(0, -1);
  const clipped = clip((ring ?? []).map(toTile), !isLine);
  if (clipped.length < (isLine ? 2 : 3)) return null;
  const area = clipped.reduce((sum, point, row) => {
    const next = clipped[(row + 1) % clipped.length] ?? point;
    return sum + point[0] * next[1] - next[0] * point[1];
  }, 0);
  const kind = isLine ? 2 : 3;
  return { kind, commands: encodeParts([kind === 3 && area < 0 ? clipped.reverse() : clipped], kind) };
}

function encodeLayer(name: string, features: readonly MockFeature[], toTile: (position: Position) => Point): number[] {
  const keys: string[] = [];
  const values: unknown[] = [];
  const position = <T>(list: T[], item: T): number => (list.includes(item) ? list.indexOf(item) : list.push(item) - 1);
  const bodies = features.flatMap((feature) => {
    const encoded = encodeGeometry(feature, toTile);
    if (!encoded) return [];
    const tags = Object.entries(feature.properties).flatMap(([key, value]) => [...varint(position(keys, key)), ...varint(position(values, value))]);
    const body = [...numberField(1, feature.id), ...bytesField(2, tags), ...numberField(3, encoded.kind), ...bytesField(4, encoded.commands.flatMap(varint))];
    return bytesField(2, body);
  });
  if (bodies.length === 0) return [];
  return bytesField(3, [
    ...bytesField(1, text(name)),
    ...bodies,
    ...keys.flatMap((key) => bytesField(3, text(key))),
    ...values.flatMap((value) => bytesField(4, encodeValue(value))),
    ...numberField(5, grid),
    ...numberField(15, 2),
  ]);
}

/** A vector tile of the given layers; empty when nothing is there. */
export function encodeTile(layers: ReadonlyMap<string, readonly MockFeature[]>, z: number, x: number, y: number): Uint8Array {
  const toTile = project(z, x, y);
  return new Uint8Array([...layers].flatMap(([name, features]) => encodeLayer(name, features, toTile)));
}
