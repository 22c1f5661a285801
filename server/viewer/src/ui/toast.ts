// Short messages at the edge of the map.

import { Problem, wasAborted } from "../api/problem";
import { sideOf, t } from "../text/language";
import { byId, h } from "./dom";
import { icon } from "./icon";

const shown_millis = { info: 6_000, error: 12_000 };
const limit = 4;

/** Shows a message for a while; an error interrupts a screen reader, a note waits. */
export function toast(title: string, detail = "", kind: "info" | "error" = "info"): void {
  const shelf = byId("toasts");
  const close = h("button", { class: "icon-button", type: "button", "aria-label": t("toast.close") }, icon("close"));
  const card = h(
    "div",
    { class: `toast toast-${kind}`, role: kind === "error" ? "alert" : "status" },
    h("div", { class: "toast-text" }, h("strong", {}, title), detail !== "" && h("p", {}, detail)),
    close,
  );
  close.addEventListener("click", () => card.remove());
  // One message is enough for a server that fails many tiles at once.
  for (const other of shelf.children) if (other.querySelector("strong")?.textContent === title) other.remove();
  while (shelf.childElementCount >= limit) shelf.firstElementChild?.remove();
  shelf.append(card);
  setTimeout(() => card.remove(), shown_millis[kind]);
}

/** Shows what went wrong, unless the request was given up on purpose. */
export function toastError(error: unknown): void {
  if (wasAborted(error)) return;
  if (error instanceof Problem) toast(sideOf(error.title), error.message, "error");
  else toast(t("toast.error"), error instanceof Error ? error.message : String(error), "error");
}
