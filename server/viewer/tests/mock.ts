// A stand-in for `lucdau serve`, as a plug-in of the development server: `npm run mock`.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Connect, Plugin } from "vite";

import type { Job } from "../src/api/types";
import { fold } from "../src/text/fold";
import { encodeTile } from "./mock/mvt";
import { province, type MockFeature } from "./mock/province";
import { resultOf, summaryOf, toCsv } from "./mock/results";
import { analyses, layerList, topoStyle } from "./mock/style";

const jobTime_millis = 1_500;
const listeners = new Set<ServerResponse>();
const jobs = new Map<string, { analysis: string; started: number; parameters: unknown; cancelled: boolean }>();

/** One transparent pixel. */
const pixel = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAAC0lEQVR42mNgAAIAAAUAAen63NgAAAAASUVORK5CYII=", "base64");

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { "content-type": type });
  response.end(body);
}

const json = (response: ServerResponse, body: unknown, status = 200): void => send(response, status, "application/json", JSON.stringify(body));

function problem(response: ServerResponse, status: number, title: string, detail: string): void {
  send(response, status, "application/problem+json", JSON.stringify({ type: "about:blank", title, status, detail }));
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString() || "{}") as Record<string, unknown>;
}

function centreOf(feature: MockFeature): number[] {
  const { geometry } = feature;
  if (geometry.type === "Point") return geometry.coordinates;
  const ring = geometry.type === "Polygon" ? (geometry.coordinates[0] ?? []) : geometry.coordinates;
  return [0, 1].map((axis) => ring.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / ring.length);
}

/** Features whose name holds the text; those whose name begins with it first. */
function search(text: string): unknown[] {
  const wanted = fold(text);
  const found = [...province].flatMap(([layer, features]) =>
    features.flatMap((feature) => {
      const name = String(feature.properties["name"] ?? "");
      const at = fold(name).indexOf(wanted);
      const [lon, lat] = centreOf(feature);
      const kind = String(feature.properties["kind"] ?? layer);
      return at < 0 ? [] : [{ at, place: { name, kind, layer, fid: feature.id, lon, lat, extent: null, context: "Hải Dương" } }];
    }),
  );
  return found.sort((left, right) => left.at - right.at).map(({ place }) => place);
}

function jobAnswer(id: string): Job | null {
  const job = jobs.get(id);
  if (!job) return null;
  const progress = Math.min(1, (Date.now() - job.started) / jobTime_millis);
  const status = job.cancelled ? "cancelled" : progress < 1 ? "running" : "done";
  const link = (format: string): string => `/jobs/${id}/result.${format}`;
  const result = {
    summary: summaryOf(job.analysis),
    provenance: { analysis: job.analysis, parameters: job.parameters, seed: 1, layers: { communes: 1 }, computed_at: "2025-06-30T04:00:00Z" },
    feature_count: resultOf(job.analysis).features.length,
    links: { geojson: link("geojson"), csv: link("csv"), arrow: link("arrow") },
  };
  return { id, analysis: job.analysis, status, progress, message: "Tính Gi* · Computing Gi*", error: null, result: status === "done" ? result : null };
}

function answerSql(response: ServerResponse, body: Record<string, unknown>): void {
  const layer = /FROM "(\w+)" WHERE fid = \$1/.exec(String(body["query"]))?.[1];
  const fid = (body["params"] as unknown[] | undefined)?.[0];
  const feature = province.get(layer ?? "")?.find((candidate) => candidate.id === fid);
  if (!layer) problem(response, 400, "Câu lệnh không hợp lệ · Invalid query", "the mock answers only SELECT * FROM \"layer\" WHERE fid = $1");
  else json(response, { type: "FeatureCollection", features: feature ? [{ ...feature, properties: { fid, ...feature.properties } }] : [] });
}

function answerJob(response: ServerResponse, method: string, id: string, format: string | undefined): void {
  const job = jobs.get(id);
  if (!job) return problem(response, 404, "Không tìm thấy · Not found", `there is no job "${id}"`);
  if (method === "DELETE") job.cancelled = true;
  const data = resultOf(job.analysis);
  if (format === "csv") return send(response, 200, "text/csv", toCsv(data));
  return json(response, format ? data : jobAnswer(id));
}

async function startJob(request: IncomingMessage, response: ServerResponse, analysis: string): Promise<void> {
  const id = String(jobs.size + 1);
  jobs.set(id, { analysis, started: Date.now(), parameters: await bodyOf(request), cancelled: false });
  json(response, { id, href: `/jobs/${id}` }, 202);
}

/** Tells every listener that a layer has a new version; `POST /mock/publish/{layer}` calls it. */
function publish(layer: string): void {
  for (const listener of listeners) listener.write(`event: layer\ndata: ${JSON.stringify({ layer, version: 2 })}\n\n`);
}

const answer: Connect.NextHandleFunction = (request, response, next) => {
  const url = new URL(request.url ?? "/", `http://${request.headers.host ?? "localhost"}`);
  const [, first = "", second = "", third = "", fourth = "", fifth = ""] = url.pathname.split("/").map(decodeURIComponent);
  switch (first) {
    case "layers":
      return json(response, layerList());
    case "styles":
      return json(response, second === "topo.json" ? topoStyle(url.origin) : [{ id: "topo", title_vi: "Địa hình", title_en: "Topographic" }]);
    case "vector": {
      const names = second.split(",");
      const chosen = new Map([...province].filter(([name]) => names.includes(name)));
      return send(response, 200, "application/vnd.mapbox-vector-tile", encodeTile(chosen, Number(third), Number(fourth), parseInt(fifth)));
    }
    case "tiles":
      return send(response, 200, "image/png", pixel);
    case "search":
      return json(response, { results: search(url.searchParams.get("q") ?? "").slice(0, Number(url.searchParams.get("limit") ?? 10)) });
    case "sql":
      return void bodyOf(request).then((body) => answerSql(response, body));
    case "analyses":
      return second === "" ? json(response, analyses) : void startJob(request, response, second);
    case "jobs":
      return answerJob(response, request.method ?? "GET", second, third.split(".")[1]);
    case "events":
      response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
      response.write(": hello\n\n");
      listeners.add(response);
      request.on("close", () => listeners.delete(response));
      return;
    case "mock":
      publish(third);
      return json(response, { published: third });
    case "embed":
      request.url = `/embed.html${url.search}`;
      return next();
    default:
      return next();
  }
};

/** The plug-in; it answers both in development and in preview of the built page. */
export function mockServer(): Plugin {
  return {
    name: "lucdau-mock",
    configureServer: (server) => void server.middlewares.use(answer),
    configurePreviewServer: (server) => void server.middlewares.use(answer),
  };
}
