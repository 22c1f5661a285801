import { describe, expect, it } from "vitest";

import { problemFrom } from "../src/api/problem";
import { featureQuery, quoteName } from "../src/api/sql";
import type { Job, ParameterSchema } from "../src/api/types";
import { drawingOf, quantileBreaks } from "../src/analysis/drawing";
import { hotClassOf } from "../src/analysis/hot_class";
import { fieldsOf, fieldTitle, readField, type Field } from "../src/analysis/parameters";
import { arrange, columnsOf } from "../src/analysis/rows";
import { sentencesOf, warningsOf } from "../src/analysis/summary";
import { isOpen, nextState, pollDelayMillis, type JobState } from "../src/job/state";
import { Choice } from "../src/search/choice";
import { resultOf, summaryOf } from "./mock/results";
import { analyses } from "./mock/style";

const result = { summary: {}, provenance: {}, feature_count: 0, links: { geojson: "", csv: "", arrow: "" } };

function job(rest: Partial<Job>): Job {
  return { id: "7", analysis: "hot_spots", status: "running", progress: 0.5, message: null, error: null, ...rest };
}

function field(schema: ParameterSchema): Field {
  const [made] = fieldsOf({ value: schema });
  if (!made) throw new Error("a schema makes one field");
  return made;
}

describe("SQL texts", () => {
  it("names are quoted, values are parameters", () => {
    expect(featureQuery("communes")).toBe('SELECT * FROM "communes" WHERE fid = $1');
    expect(quoteName('a"; DROP TABLE b; --')).toBe('"a""; DROP TABLE b; --"');
  });
});

describe("problems", () => {
  it("carry the detail of the document, or the status when there is none", () => {
    expect(problemFrom({ title: "Sai · Wrong", detail: "layer \"x\" is not known", status: 404 }, 404, "Not Found").message).toBe('layer "x" is not known');
    expect(problemFrom(null, 502, "Bad Gateway")).toMatchObject({ title: "HTTP 502", message: "Bad Gateway", status: 502 });
  });
});

describe("a job", () => {
  const following: JobState = { phase: "following", id: "7", progress: 0.4, message: "", queued: false };

  it("goes from start to result", () => {
    let state = nextState({ phase: "idle" }, { kind: "start" });
    state = nextState(state, { kind: "accepted", id: "7" });
    expect(state).toMatchObject({ phase: "following", queued: true });
    state = nextState(state, { kind: "job", job: job({ progress: 0.5, message: "Đếm" }) });
    expect(state).toMatchObject({ progress: 0.5, message: "Đếm", queued: false });
    state = nextState(state, { kind: "job", job: job({ status: "done", result }) });
    expect(state).toEqual({ phase: "done", id: "7", result });
    expect(isOpen(state)).toBe(false);
  });

  it("done without a result, as events say it, is asked for once more", () => {
    expect(isOpen(nextState(following, { kind: "job", job: job({ status: "done" }) }))).toBe(true);
  });

  it("news of others and late news change nothing; progress never falls", () => {
    expect(nextState(following, { kind: "job", job: job({ id: "8", status: "failed" }) })).toBe(following);
    expect(nextState(following, { kind: "job", job: job({ progress: 0.1 }) })).toMatchObject({ progress: 0.4 });
    const ended: JobState = { phase: "cancelled" };
    expect(nextState(ended, { kind: "job", job: job({}) })).toBe(ended);
    expect(nextState(ended, { kind: "refused", detail: "x" })).toBe(ended);
  });

  it("fails with its reason and stops when asked", () => {
    const failed = nextState(following, { kind: "job", job: job({ status: "failed", error: { detail: "layer is empty" } }) });
    expect(failed).toEqual({ phase: "failed", detail: "layer is empty" });
    expect(nextState(following, { kind: "job", job: job({ status: "cancelled" }) })).toEqual({ phase: "cancelled" });
    expect(nextState({ phase: "starting" }, { kind: "refused", detail: "no" })).toEqual({ phase: "failed", detail: "no" });
  });

  it("is asked about quickly at first, never slower than every second and a half", () => {
    expect(pollDelayMillis(0)).toBeLessThan(200);
    expect(pollDelayMillis(100)).toBe(1_500);
  });
});

describe("parameters", () => {
  it("fields follow the schema", () => {
    const kinds = (name: string): string[] => fieldsOf(analyses.find((info) => info.name === name)?.parameters.properties ?? {}).map((one) => one.kind);
    expect(kinds("hot_spots")).toEqual(["layer", "whole", "layer", "real", "choice"]);
    expect(kinds("plan_conflicts")).toEqual(["layer", "real", "list", "json"]);
    expect(fieldTitle(field({ "x-title-vi": "Vòng", "x-title-en": "Ring" }), "en")).toBe("Ring");
    expect(fieldTitle(field({}), "vi")).toBe("Value");
  });

  it("values are read as their type, with comma or point", () => {
    expect(readField(field({ type: "number" }), "0,05")).toEqual({ value: 0.05 });
    expect(readField(field({ type: "integer" }), "8")).toEqual({ value: 8 });
    expect(readField(field({ type: "boolean" }), "true")).toEqual({ value: true });
    expect(readField(field({ type: ["string", "null"] }), " ")).toEqual({});
    expect(readField(field({ type: "array", items: { type: "string" } }), "a, b,")).toEqual({ value: ["a", "b"] });
    expect(readField(field({ type: "array", items: { type: "array" } }), '[["ONT","ODT"]]')).toEqual({ value: [["ONT", "ODT"]] });
    expect(readField(field({ enum: [1, 2], type: "integer" }), "2")).toEqual({ value: 2 });
  });

  it("what cannot be sent says why", () => {
    const why = (schema: ParameterSchema, text: string): string | undefined => readField(field(schema), text).error?.key;
    expect(why({ type: "number" }, "abc")).toBe("analyses.notNumber");
    expect(why({ type: "integer" }, "1.5")).toBe("analyses.notWhole");
    expect(why({ type: "integer", minimum: 4, maximum: 11 }, "12")).toBe("analyses.outOfRange");
    expect(why({ type: "number", exclusiveMinimum: 0 }, "0")).toBe("analyses.above");
    expect(why({ type: "array", items: { type: "array" } }, "[[")).toBe("analyses.notJson");
    const [required] = fieldsOf({ value: { type: "string" } }, ["value"]);
    expect(required && readField(required, "").error?.key).toBe("analyses.required");
  });
});

describe("hot spots", () => {
  it("classes come from the class, else from p and the sign of z", () => {
    expect(hotClassOf({ class: "hot_99" })).toBe(3);
    expect(hotClassOf({ class: "cold_90" })).toBe(-1);
    expect(hotClassOf({ class: "none", z: 9, p: 0 })).toBe(0);
    expect(hotClassOf({ class: -2 })).toBe(-2);
    expect(hotClassOf({ z: 3, p: 0.004 })).toBe(3);
    expect(hotClassOf({ z: -2, p: 0.04 })).toBe(-2);
    expect(hotClassOf({ z: 1, p: 0.3 })).toBe(0);
  });
});

describe("a result", () => {
  it("hot spots are drawn red to blue with counts that add up", () => {
    const data = resultOf("hot_spots");
    const drawing = drawingOf("hot_spots", data, "vi");
    expect(drawing.legend.reduce((sum, line) => sum + line.count, 0)).toBe(data.features.length);
    expect(drawing.legend[0]?.color).toBe("#b2182b");
    expect(drawing.leading).toBe("z");
    expect(drawing.data.features[5]?.properties?.["__row"]).toBe(5);
  });

  it("conflicts are one strong colour, other results are graduated, an empty one is fine", () => {
    expect(drawingOf("plan_conflicts", resultOf("plan_conflicts"), "vi").legend).toHaveLength(1);
    const features = [1, 5, 9, 20, 40].map((amount) => ({ type: "Feature" as const, geometry: null, properties: { amount } }));
    expect(drawingOf("density", { type: "FeatureCollection", features }, "vi").legend.length).toBeGreaterThan(2);
    expect(drawingOf("density", { type: "FeatureCollection", features: [] }, "vi").leading).toBeNull();
  });

  it("small conflicts have markers to be seen from afar, which are no rows", () => {
    const data = resultOf("plan_conflicts");
    const drawn = drawingOf("plan_conflicts", data, "vi").data.features;
    expect(drawn).toHaveLength(2 * data.features.length);
    expect(drawn.at(-1)).toMatchObject({ geometry: { type: "Point" }, properties: { __marker: true } });
  });

  it("breaks divide the values and never repeat", () => {
    expect(quantileBreaks([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 5)).toEqual([3, 5, 7, 9]);
    expect(quantileBreaks([2, 2, 2, 2], 5)).toEqual([]);
    expect(quantileBreaks([], 5)).toEqual([]);
  });

  it("is said in words", () => {
    const [first, second] = sentencesOf("plan_conflicts", summaryOf("plan_conflicts"), resultOf("plan_conflicts"), "vi");
    expect(first).toMatch(/^22 thửa đất trái quy hoạch, tổng diện tích chồng lấn 3,12 ha/);
    expect(second).toContain("Đất chuyên trồng lúa nước → Đất khu công nghiệp");
    const hot = sentencesOf("hot_spots", summaryOf("hot_spots"), resultOf("hot_spots"), "vi");
    expect(hot.join(" ")).toContain("Trần Phú (z = 5,5)");
    expect(sentencesOf("hot_spots", {}, { type: "FeatureCollection", features: [] }, "vi")).toHaveLength(1);
    expect(warningsOf(summaryOf("hot_spots"), "vi")[0]).toMatch(/ngoài vùng nghiên cứu/);
  });
});

describe("the table", () => {
  const rows = [{ name: "Bình Giang", n: 2 }, { name: "Ái Quốc", n: 10 }, { name: "Đồng Lạc", n: null }, { name: "Chí Linh", n: 1, fid: 4, __row: 1 }];

  it("leaves out what is ours or the store's", () => {
    expect(columnsOf(rows)).toEqual(["name", "n"]);
  });

  it("sorts numbers by size and names in Vietnamese order, nothing last either way", () => {
    const order = (column: string, descending: boolean): number[] => arrange(rows, ["name", "n"], { column, descending }, "");
    expect(order("n", false)).toEqual([3, 0, 1, 2]);
    expect(order("n", true)).toEqual([1, 0, 3, 2]);
    expect(order("name", false)).toEqual([1, 0, 3, 2]);
  });

  it("filters without diacritics", () => {
    expect(arrange(rows, ["name", "n"], null, "chi linh")).toEqual([3]);
    expect(arrange(rows, ["name", "n"], null, "dong")).toEqual([2]);
  });
});

describe("the marked search result", () => {
  it("walks around the ends", () => {
    const choice = new Choice();
    choice.reset(3);
    choice.move(-1);
    expect(choice.row).toBe(2);
    choice.move(1);
    expect(choice.row).toBe(0);
    choice.reset(0);
    choice.move(1);
    expect(choice.row).toBe(-1);
  });
});
