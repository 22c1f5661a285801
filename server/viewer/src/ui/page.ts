// The fixed parts of the page: their texts, the language button, the tabs, the panel's fold.

import { inLanguage, language, setLanguage, t } from "../text/language";
import type { Key } from "../text/vi";
import { byId } from "./dom";
import { icon } from "./icon";
import { makeTabs } from "./tabs";

/** Writes every element that names its text in `data-t`, `data-t-label` or `data-t-title`. */
function writeTexts(): void {
  document.documentElement.lang = language();
  document.title = t("page.title");
  for (const element of document.querySelectorAll<HTMLElement>("[data-t]")) {
    element.textContent = t(element.dataset["t"] as Key);
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-t-label]")) {
    element.setAttribute("aria-label", t(element.dataset["tLabel"] as Key));
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-t-title]")) {
    element.title = t(element.dataset["tTitle"] as Key);
  }
}

/** Brings the fixed parts to life. */
export function writePage(): void {
  for (const element of document.querySelectorAll<HTMLElement>("[data-icon]")) {
    element.prepend(icon(element.dataset["icon"] ?? ""));
  }
  inLanguage(writeTexts);
  byId("lang-toggle").addEventListener("click", () => setLanguage(language() === "vi" ? "en" : "vi"));
  makeTabs(byId("tabs"));
  const fold = byId("panel-toggle");
  const show = (open: boolean): void => {
    document.body.classList.toggle("panel-folded", !open);
    fold.setAttribute("aria-expanded", String(open));
    byId("panel").inert = !open;
  };
  fold.addEventListener("click", () => show(document.body.classList.contains("panel-folded")));
  show(!matchMedia("(max-width: 720px)").matches);
}
