import type { ProblemDocument } from "./types";

/** A request the server refused or could not be reached for; `message` is fit to show to a person. */
export class Problem extends Error {
  readonly title: string;
  readonly status: number;

  constructor(title: string, detail: string, status: number) {
    super(detail);
    this.name = "Problem";
    this.title = title;
    this.status = status;
  }
}

/** Turns a problem document (RFC 9457), or whatever came instead of one, into a `Problem`. */
export function problemFrom(body: unknown, status: number, statusText: string): Problem {
  const document = (typeof body === "object" && body !== null ? body : {}) as ProblemDocument;
  const title = document.title ?? `HTTP ${status}`;
  return new Problem(title, document.detail ?? document.title ?? statusText, document.status ?? status);
}

/** Whether a request ended because the caller gave it up. */
export function wasAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
