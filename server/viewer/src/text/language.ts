// The language of the page: Vietnamese unless the reader chose English before.

import { en } from "./en";
import type { Language } from "./number";
import { vi, type Key } from "./vi";

const dictionaries: Record<Language, Record<Key, string>> = { vi, en };
const storageKey = "lucdau.language";
const listeners = new Set<() => void>();
let current: Language = remembered();

function remembered(): Language {
  try {
    return localStorage.getItem(storageKey) === "en" ? "en" : "vi";
  } catch {
    return "vi";
  }
}

export function language(): Language {
  return current;
}

/** Changes the language, remembers it, and lets every part of the page write itself again. */
export function setLanguage(next: Language): void {
  current = next;
  try {
    localStorage.setItem(storageKey, next);
  } catch {
    // A browser that keeps nothing still shows the chosen language until the page closes.
  }
  for (const listener of listeners) listener();
}

/** Calls `write` now and again whenever the language changes. */
export function inLanguage(write: () => void): void {
  listeners.add(write);
  write();
}

/** The text for `key`, with `{name}` replaced by `values.name`. */
export function t(key: Key, values: Record<string, string | number> = {}): string {
  return dictionaries[current][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The text for `key` if there is one, else null: for words that come from data, such as kinds and classes. */
export function tMaybe(key: string): string | null {
  return (dictionaries[current] as Record<string, string>)[key] ?? null;
}

/** The side of a bilingual text, `Tiếng Việt · English`, that is in the language of the page. */
export function sideOf(text: string): string {
  const sides = text.split(" · ");
  return sides.length === 2 ? (sides[current === "vi" ? 0 : 1] ?? text) : text;
}

/** The title of anything that carries one in both languages; "(synthetic)" is left to the badge that stands beside it. */
export function titleOf(thing: { title_vi: string; title_en: string; synthetic?: boolean }): string {
  const title = (current === "vi" ? thing.title_vi : thing.title_en) || thing.title_vi || thing.title_en;
  return thing.synthetic ? title.replace(/ \((tổng hợp|synthetic)\)$/i, "") : title;
}
