// Parameters of an analysis: from JSON Schema to fields, and from what was typed back to values.

import type { ParameterSchema } from "../api/types";
import type { Language } from "../text/number";
import type { Key } from "../text/vi";

export type FieldKind = "whole" | "real" | "text" | "truth" | "choice" | "layer" | "list" | "json";

/** One field of the form. */
export interface Field {
  name: string;
  kind: FieldKind;
  optional: boolean;
  choices: string[];
  initial: string;
  unit: string;
  schema: ParameterSchema;
}

/** A value that cannot be sent, with the text that says why. */
export interface FieldError {
  key: Key;
  values: Record<string, string | number>;
}

function typesOf(schema: ParameterSchema): string[] {
  if (schema.type === undefined) return schema.enum ? ["string"] : [];
  return Array.isArray(schema.type) ? schema.type : [schema.type];
}

function kindOf(schema: ParameterSchema): FieldKind {
  const types = typesOf(schema);
  if (schema.enum) return "choice";
  if (types.includes("boolean")) return "truth";
  if (types.includes("integer")) return "whole";
  if (types.includes("number")) return "real";
  if (types.includes("array")) return (schema["items"] as ParameterSchema | undefined)?.type === "string" ? "list" : "json";
  return schema["x-kind"] === "layer" ? "layer" : "text";
}

/** What a form asks first: what to look at, then how. JSON objects come without an order of their own. */
const firstNames = ["layer", "attribute", "parcels", "parcel_code", "plan", "plan_code", "min_overlap_m2", "resolution", "ring", "study_area", "empty_cells"];

/** The fields of an analysis, those of most weight first. */
export function fieldsOf(properties: Record<string, ParameterSchema>, required: readonly string[] = []): Field[] {
  const rank = (name: string): number => (firstNames.includes(name) ? firstNames.indexOf(name) : firstNames.length);
  const ordered = Object.entries(properties).sort(([left], [right]) => rank(left) - rank(right));
  return ordered.map(([name, schema]) => ({
    name,
    kind: kindOf(schema),
    optional: !required.includes(name),
    choices: (schema.enum ?? []).filter((value) => value !== null).map(String),
    initial: textOf(schema.default),
    unit: typeof schema["x-unit"] === "string" ? schema["x-unit"] : "",
    schema,
  }));
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (!Array.isArray(value)) return String(value);
  return value.every((item) => typeof item === "string") && value.length > 0 ? value.join(", ") : JSON.stringify(value);
}

/** What a field is called: the schema's own words in the language, else its name with spaces. */
export function fieldTitle(field: Field, language: Language): string {
  const own = field.schema[`x-title-${language}`] ?? field.schema.title;
  if (typeof own === "string" && own !== "") return own;
  const plain = field.name.replaceAll("_", " ");
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

/** What a field means, in the language. */
export function fieldDescription(field: Field, language: Language): string {
  const own = field.schema[`x-description-${language}`];
  if (typeof own === "string") return own;
  return field.schema.description ?? "";
}

function parseNumber(text: string): number {
  return Number(text.includes(".") ? text : text.replace(",", "."));
}

/** Reads one field: the value to send, nothing (the server's default holds), or why it cannot be sent. */
export function readField(field: Field, text: string): { value?: unknown; error?: FieldError } {
  const typed = text.trim();
  if (field.kind === "truth") return { value: typed === "true" };
  if (typed === "") return field.optional ? {} : { error: { key: "analyses.required", values: {} } };
  if (field.kind === "whole" || field.kind === "real") return readNumber(field, typed);
  if (field.kind === "list") return { value: typed.split(",").map((item) => item.trim()).filter(Boolean) };
  if (field.kind === "json") return readJson(typed);
  const numeric = field.schema.enum?.find((value) => typeof value === "number" && String(value) === typed);
  return { value: numeric ?? typed };
}

function readNumber(field: Field, typed: string): { value?: number; error?: FieldError } {
  const value = parseNumber(typed);
  if (!Number.isFinite(value)) return { error: { key: "analyses.notNumber", values: { value: typed } } };
  if (field.kind === "whole" && !Number.isInteger(value)) return { error: { key: "analyses.notWhole", values: { value: typed } } };
  const error = boundError(field.schema, value);
  return error ? { error } : { value };
}

function boundError(schema: ParameterSchema, value: number): FieldError | null {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const isBelow = minimum !== undefined && value < minimum;
  const isAbove = maximum !== undefined && value > maximum;
  if (isBelow || isAbove) return { key: "analyses.outOfRange", values: { minimum: minimum ?? exclusiveMinimum ?? "−∞", maximum: maximum ?? exclusiveMaximum ?? "+∞" } };
  if (exclusiveMinimum !== undefined && value <= exclusiveMinimum) return { key: "analyses.above", values: { minimum: exclusiveMinimum } };
  if (exclusiveMaximum !== undefined && value >= exclusiveMaximum) return { key: "analyses.below", values: { maximum: exclusiveMaximum } };
  return null;
}

function readJson(typed: string): { value?: unknown; error?: FieldError } {
  try {
    const value: unknown = JSON.parse(typed);
    if (Array.isArray(value)) return { value };
  } catch {
    // Falls through to the message: what is not JSON is no list either.
  }
  return { error: { key: "analyses.notJson", values: {} } };
}
