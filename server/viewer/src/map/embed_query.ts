import type { HashState } from "./hash";

/** What an embedding page asks for in the address. */
export interface EmbedQuery {
  style: string;
  layers: string[];
  position: Partial<HashState>;
}

/** Reads `style`, `center=lon,lat`, `zoom` and `layers`; a position needs both center and zoom to make sense. */
export function parseEmbed(search: string): EmbedQuery {
  const query = new URLSearchParams(search);
  const [lon, lat] = (query.get("center") ?? "").split(",").map((part) => (part.trim() === "" ? NaN : Number(part)));
  const zoom = Number(query.get("zoom") ?? NaN);
  const known = [lon, lat, zoom].every((part) => part !== undefined && Number.isFinite(part));
  const inside = known && Math.abs(lon ?? 0) <= 180 && Math.abs(lat ?? 0) <= 85.06 && zoom >= 0 && zoom <= 24;
  return {
    style: query.get("style") ?? "topo",
    layers: (query.get("layers") ?? "").split(",").map((id) => id.trim()).filter(Boolean),
    position: inside ? { lon: lon as number, lat: lat as number, zoom, bearing: 0 } : {},
  };
}
