// Classes of a hot-spot result, from −3 (cold, 99 %) over 0 (not significant) to 3 (hot, 99 %).

import type { Attributes } from "../api/types";

export type HotClass = -3 | -2 | -1 | 0 | 1 | 2 | 3;

/** Red for hot, blue for cold, grey for neither: a diverging scale readable with red-green blindness. */
export const hotColors: Record<HotClass, string> = {
  3: "#b2182b",
  2: "#e0604d",
  1: "#f7a98c",
  0: "#d9dcde",
  [-1]: "#a6cbe3",
  [-2]: "#4f9bcb",
  [-3]: "#2166ac",
};

export const hotClasses: readonly HotClass[] = [3, 2, 1, 0, -1, -2, -3];

const levels: readonly [atMost: number, size: 1 | 2 | 3][] = [
  [0.01, 3],
  [0.05, 2],
  [0.1, 1],
];

function signed(size: 0 | 1 | 2 | 3, isCold: boolean): HotClass {
  return (isCold ? -size : size) as HotClass;
}

function fromText(text: string): HotClass {
  const isCold = text.includes("cold") || text.startsWith("-");
  if (!isCold && !text.includes("hot") && !/^\+?[123]$/.test(text)) return 0;
  if (text.includes("99") || text.endsWith("3")) return signed(3, isCold);
  if (text.includes("90") || text.endsWith("1")) return signed(1, isCold);
  return signed(2, isCold);
}

function numberAt(attributes: Attributes, names: readonly string[]): number | null {
  for (const name of names) {
    const value = attributes[name];
    if (typeof value === "number") return value;
  }
  return null;
}

/** The z score (Gi*) of a row, or null. */
export function zOf(attributes: Attributes): number | null {
  return numberAt(attributes, ["gi_star", "z", "z_score", "gi_z", "gi"]);
}

/** The class of a row: what the server says, else what its adjusted p and the sign of its z score say. */
export function hotClassOf(attributes: Attributes): HotClass {
  const given = attributes["class"] ?? attributes["hot_class"] ?? attributes["category"];
  if (typeof given === "number") return Math.max(-3, Math.min(3, Math.round(given))) as HotClass;
  if (typeof given === "string") return fromText(given.toLowerCase());
  const p = numberAt(attributes, ["p_adjusted", "q_value", "p_value", "p"]);
  const z = zOf(attributes);
  if (p === null || z === null) return 0;
  return signed(levels.find(([atMost]) => p <= atMost)?.[1] ?? 0, z < 0);
}

/** Whether rows look like a hot-spot result. */
export function isHotSpots(attributes: Attributes): boolean {
  return zOf(attributes) !== null;
}
