// The shapes the server answers with. One place, so that a change of the HTTP interface is one change here.

import type { Geometry } from "geojson";

export interface Extent {
  min_x: number;
  min_y: number;
  max_x: number;
  max_y: number;
}

export type LayerKind =
  | { kind: "vector"; geometry: "point" | "line" | "polygon" | "mixed" }
  | { kind: "table" }
  | { kind: "raster" };

export interface LayerMeta {
  id: string;
  version: number;
  title_vi: string;
  title_en: string;
  theme: string;
  kind: LayerKind;
  feature_count: number;
  extent: Extent | null;
  attributes: { name: string; kind: string }[];
  synthetic: boolean;
  sources: { path?: string; format?: string; crs?: string; encoding?: string }[];
  published_at: string;
}

export interface Place {
  name: string;
  kind: string;
  layer: string;
  fid: number;
  lon: number;
  lat: number;
  extent: Extent | null;
  context: string | null;
}

export interface SqlTable {
  columns: { name: string; type: string }[];
  rows: unknown[][];
  truncated: boolean;
  elapsed_ms: number;
}

export type Attributes = Record<string, unknown>;

export interface Feature {
  type: "Feature";
  id?: string | number;
  geometry: Geometry | null;
  properties: Attributes | null;
}

export interface FeatureCollection {
  type: "FeatureCollection";
  features: Feature[];
}

/** One parameter of an analysis, as its JSON Schema states it. */
export interface ParameterSchema {
  type?: string | string[];
  enum?: unknown[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  multipleOf?: number;
  title?: string;
  description?: string;
  [extension: string]: unknown;
}

export interface AnalysisInfo {
  name: string;
  title_vi: string;
  title_en: string;
  description_vi: string;
  description_en: string;
  parameters: { properties?: Record<string, ParameterSchema>; required?: string[] };
}

export interface ProblemDocument {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
}

export type JobStatus = "queued" | "running" | "done" | "failed" | "cancelled";

export interface JobResult {
  summary: Record<string, unknown>;
  provenance: Record<string, unknown>;
  feature_count: number;
  links: { geojson: string; csv: string; arrow: string };
}

export interface Job {
  id: string;
  analysis: string;
  status: JobStatus;
  progress: number;
  message: string | null;
  error: ProblemDocument | null;
  result?: JobResult | null;
}
