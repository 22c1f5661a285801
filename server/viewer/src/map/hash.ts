// The state of the page in its address, so that a view can be bookmarked and sent.

export interface HashState {
  zoom: number;
  lon: number;
  lat: number;
  bearing: number;
  /** Layers switched against what the style shows at first. */
  switched: string[];
  compare: boolean;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** `#map=11.5/20.94012/106.33045&switch=roads,places`: zoom, latitude, longitude and, when turned, bearing. */
export function formatHash(state: HashState): string {
  const digits = Math.max(2, Math.ceil(state.zoom / 3) + 1);
  const parts = [round(state.zoom, 2), round(state.lat, digits), round(state.lon, digits)];
  if (Math.abs(state.bearing) > 0.05) parts.push(round(state.bearing, 1));
  const words = [`map=${parts.join("/")}`];
  if (state.switched.length > 0) words.push(`switch=${state.switched.map(encodeURIComponent).join(",")}`);
  if (state.compare) words.push("compare=1");
  return `#${words.join("&")}`;
}

/** Reads an address back; parts that make no sense are left out. */
export function parseHash(hash: string): Partial<HashState> {
  const state: Partial<HashState> = {};
  for (const word of hash.replace(/^#/, "").split("&")) {
    const [name, value = ""] = word.split("=", 2);
    if (name === "map") Object.assign(state, parsePosition(value));
    else if (name === "switch") state.switched = value.split(",").filter(Boolean).map(decodeURIComponent);
    else if (name === "compare") state.compare = value === "1";
  }
  return state;
}

function parsePosition(text: string): Partial<HashState> {
  const [zoom, lat, lon, bearing = 0] = text.split("/").map(Number);
  const known = [zoom, lat, lon, bearing].every((part) => part !== undefined && Number.isFinite(part));
  if (!known || zoom === undefined || lat === undefined || lon === undefined) return {};
  if (zoom < 0 || zoom > 24 || Math.abs(lat) > 85.06 || Math.abs(lon) > 180) return {};
  return { zoom, lat, lon, bearing };
}
