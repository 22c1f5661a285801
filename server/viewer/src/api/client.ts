// Every request the viewer makes. Addresses are relative to the page, so a proxy may put the server under any path.

import type { StyleSpecification } from "maplibre-gl";

import { Problem, problemFrom } from "./problem";
import type { AnalysisInfo, FeatureCollection, Job, LayerMeta, Place, SqlTable } from "./types";

/** Absolute address of a server path such as `/jobs/7` or `layers`. */
export function addressOf(path: string): string {
  if (/^[a-z]+:\/\//i.test(path)) return path;
  return new URL(path.replace(/^\//, ""), document.baseURI).href;
}

async function request(path: string, options: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(addressOf(path), options);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem("Mất kết nối · Connection lost", `${path}: ${(error as Error).message}`, 0);
  }
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => null);
  throw problemFrom(body, response.status, response.statusText);
}

async function read<T>(path: string, options?: RequestInit): Promise<T> {
  return (await (await request(path, options)).json()) as T;
}

function asJson(body: unknown): RequestInit {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

export const layers = () => read<LayerMeta[]>("layers");

export const style = (id: string) => read<StyleSpecification>(`styles/${encodeURIComponent(id)}.json`);

export const search = async (text: string, limit: number, signal: AbortSignal) =>
  (await read<{ results: Place[] }>(`search?q=${encodeURIComponent(text)}&limit=${limit}`, { signal })).results;

export const sqlTable = (query: string, params: unknown[]) =>
  read<SqlTable>("sql", asJson({ query, params, format: "json" }));

export const sqlFeatures = (query: string, params: unknown[]) =>
  read<FeatureCollection>("sql", asJson({ query, params, format: "geojson" }));

export const analyses = () => read<AnalysisInfo[]>("analyses");

export const startAnalysis = (name: string, parameters: unknown) =>
  read<{ id: string; href: string }>(`analyses/${encodeURIComponent(name)}`, asJson(parameters));

export const job = (id: string) => read<Job>(`jobs/${encodeURIComponent(id)}`);

export const cancelJob = (id: string) => request(`jobs/${encodeURIComponent(id)}`, { method: "DELETE" });

export const features = (href: string) => read<FeatureCollection>(href);
