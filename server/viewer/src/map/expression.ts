// Reading style expressions: which value a paint attribute has for which feature. Not an evaluator, a reader for legends.

/** One case of an expression over an attribute: these values give this output. */
export interface Case {
  label: string;
  output: unknown;
}

/** What an expression distinguishes: an attribute with its cases, in order. */
export interface Cases {
  attribute: string;
  cases: Case[];
  /** Whether values that no case names have an output of their own. */
  hasRest: boolean;
}

function isCall(expression: unknown, ...names: string[]): expression is unknown[] {
  return Array.isArray(expression) && names.includes(String(expression[0]));
}

/** The attribute an expression reads, through conversions such as `to-string` and `coalesce`. */
export function attributeOf(expression: unknown): string | null {
  if (isCall(expression, "get")) return typeof expression[1] === "string" ? expression[1] : null;
  if (isCall(expression, "to-string", "to-number", "number", "string", "coalesce", "downcase", "slice")) {
    return attributeOf(expression[1]);
  }
  return null;
}

/** The text and number values in a literal, an array or a single value. */
export function valuesOf(expression: unknown): string[] {
  if (isCall(expression, "literal")) return valuesOf(expression[1]);
  if (Array.isArray(expression)) return expression.map(String);
  return typeof expression === "string" || typeof expression === "number" ? [String(expression)] : [];
}

/** An attribute and the values a filter admits, for filters that test one attribute for equality. */
export function equality(filter: unknown): { attribute: string; values: string[] } | null {
  if (isCall(filter, "all", "any")) {
    for (const part of filter.slice(1)) {
      const found = equality(part);
      if (found) return found;
    }
    return null;
  }
  if (isCall(filter, "==", "in")) {
    const attribute = attributeOf(filter[1]);
    return attribute === null ? null : { attribute, values: valuesOf(filter[2]) };
  }
  if (isCall(filter, "match") && filter[3] === true) {
    const attribute = attributeOf(filter[1]);
    return attribute === null ? null : { attribute, values: valuesOf(filter[2]) };
  }
  return null;
}

/** Takes zoom out of an expression: the output in force at `zoom`, uninterpolated. */
export function atZoom(expression: unknown, zoom: number): unknown {
  const isStep = isCall(expression, "step");
  if (!isStep && !isCall(expression, "interpolate", "interpolate-hcl", "interpolate-lab")) return expression;
  const call = expression as unknown[];
  const input = call[isStep ? 1 : 2];
  if (!isCall(input, "zoom")) return expression;
  let output = isStep ? call[2] : call[4];
  for (let row = 3; row + 1 < call.length; row += 2) {
    if (Number(call[row]) <= zoom) output = call[row + 1];
  }
  return atZoom(output, zoom);
}

function rangeCases(call: unknown[], isStep: boolean): Cases | null {
  const attribute = attributeOf(call[isStep ? 1 : 2]);
  if (attribute === null) return null;
  const cases: Case[] = [];
  const hasRest = false;
  if (isStep) cases.push({ label: `< ${String(call[3])}`, output: call[2] });
  for (let row = 3; row + 1 < call.length; row += 2) {
    cases.push({ label: isStep ? `≥ ${String(call[row])}` : String(call[row]), output: call[row + 1] });
  }
  return { attribute, cases, hasRest };
}

function matchCases(call: unknown[]): Cases | null {
  const attribute = attributeOf(call[1]);
  if (attribute === null) return null;
  const cases: Case[] = [];
  for (let row = 2; row + 1 < call.length; row += 2) {
    for (const label of valuesOf(call[row])) cases.push({ label, output: call[row + 1] });
  }
  return { attribute, cases, hasRest: true };
}

function conditionCases(call: unknown[]): Cases | null {
  const cases: Case[] = [];
  let attribute: string | null = null;
  for (let row = 1; row + 1 < call.length; row += 2) {
    const test = equality(call[row]);
    if (!test) continue;
    attribute ??= test.attribute;
    if (test.attribute !== attribute) continue;
    for (const label of test.values) cases.push({ label, output: call[row + 1] });
  }
  return attribute === null ? null : { attribute, cases, hasRest: true };
}

/** The cases an expression distinguishes at `zoom`; null when it is constant or too clever to read. */
export function casesOf(expression: unknown, zoom: number): Cases | null {
  const flat = atZoom(expression, zoom);
  if (isCall(flat, "match")) return matchCases(flat);
  if (isCall(flat, "case")) return conditionCases(flat);
  if (isCall(flat, "step")) return rangeCases(flat, true);
  if (isCall(flat, "interpolate", "interpolate-hcl", "interpolate-lab")) return rangeCases(flat, false);
  if (isCall(flat, "coalesce", "to-color")) return casesOf(flat[1], zoom);
  return null;
}

/** The plain value of an expression at `zoom`: of a choice, the output that holds when nothing else does. */
export function plainAt(expression: unknown, zoom: number): string | number | null {
  const flat = atZoom(expression, zoom);
  if (typeof flat === "string" || typeof flat === "number") return flat;
  if (isCall(flat, "match", "case", "coalesce", "interpolate", "to-color", "interpolate-hcl", "interpolate-lab")) {
    return plainAt(flat[flat.length - 1], zoom);
  }
  if (isCall(flat, "step")) return plainAt(flat[2], zoom);
  return null;
}
