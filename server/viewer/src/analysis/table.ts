// The table under the map: sortable, filtered as one types, a click shows the row on the map.

import type { FeatureCollection } from "../api/types";
import { attributeName } from "../text/attributes";
import { language, t } from "../text/language";
import { formatNumber } from "../text/number";
import { formatValue } from "../text/values";
import { byId, fill, h } from "../ui/dom";
import { icon } from "../ui/icon";
import { arrange, columnsOf, type Sorting } from "./rows";

const shownLimit = 300;
const filterWait_millis = 120;

export interface TableContent {
  title: () => string;
  data: FeatureCollection;
  leading: string | null;
  chosen: (row: number) => void;
}

export class ResultTable {
  readonly #element = byId("result-drawer");
  #content: TableContent | null = null;
  #columns: string[] = [];
  #sorting: Sorting | null = null;
  #text = "";
  #marked = -1;

  /** Shows the rows of a result, sorted by what leads it. */
  open(content: TableContent): void {
    this.#content = content;
    this.#columns = columnsOf(content.data.features.slice(0, shownLimit).map((feature) => feature.properties ?? {}));
    const { leading } = content;
    this.#sorting = leading !== null && this.#columns.includes(leading) ? { column: leading, descending: true } : null;
    this.#text = "";
    this.#marked = -1;
    this.#element.hidden = false;
    this.#element.classList.remove("folded");
    this.write();
  }

  close(): void {
    this.#content = null;
    this.#element.hidden = true;
    fill(this.#element);
  }

  /** Writes the whole drawer; called again when the language changes. */
  write(): void {
    if (!this.#content) return;
    const count = h("span", { class: "drawer-count", id: "table-count" });
    const filter = h("input", { type: "search", class: "drawer-filter", placeholder: t("result.filter"), "aria-label": t("result.filter"), value: this.#text });
    let timer = 0;
    filter.addEventListener("input", () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => {
        this.#text = filter.value;
        this.#writeRows(body, count);
      }, filterWait_millis);
    });
    const body = h("tbody");
    const table = h("table", { "data-testid": "result-table", "aria-label": t("result.table") }, h("thead", {}, this.#head(() => this.write())), body);
    const foldButton = h("button", { type: "button", class: "icon-button drawer-fold", "aria-label": t("result.hideTable"), title: t("result.hideTable") }, icon("down"));
    foldButton.addEventListener("click", () => {
      const folded = this.#element.classList.toggle("folded");
      foldButton.setAttribute("aria-label", t(folded ? "result.showTable" : "result.hideTable"));
      foldButton.title = t(folded ? "result.showTable" : "result.hideTable");
    });
    const title = h("h2", {}, this.#content.title());
    fill(
      this.#element,
      h("header", { class: "drawer-head" }, icon("table"), title, count, h("span", { class: "hint drawer-hint" }, t("result.zoomRow")), filter, foldButton),
      h("div", { class: "drawer-scroll", tabindex: 0, role: "region", "aria-label": t("result.table") }, table),
    );
    this.#writeRows(body, count);
  }

  #head(rewrite: () => void): HTMLElement {
    const cells = this.#columns.map((name) => {
      const sorted = this.#sorting?.column === name ? (this.#sorting.descending ? "descending" : "ascending") : "none";
      const sort = (): void => {
        this.#sorting = { column: name, descending: sorted === "none" ? isNumeric(this.#content, name) : sorted === "ascending" };
        rewrite();
      };
      return h("th", { "aria-sort": sorted, scope: "col", class: isNumeric(this.#content, name) ? "number" : null }, h("button", { type: "button", click: sort }, attributeName(name, language())));
    });
    return h("tr", {}, ...cells);
  }

  #writeRows(body: HTMLElement, count: HTMLElement): void {
    const content = this.#content;
    if (!content) return;
    const all = content.data.features.map((feature) => feature.properties ?? {});
    const numbers = arrange(all, this.#columns, this.#sorting, this.#text);
    const rows = numbers.slice(0, shownLimit).map((number) => {
      const choose = (): void => {
        this.#marked = number;
        for (const row of body.children) row.setAttribute("aria-selected", String(row === element));
        content.chosen(number);
      };
      const cells = this.#columns.map((name) => {
        const value = all[number]?.[name];
        return h("td", { class: typeof value === "number" ? "number" : null }, formatValue(name, value, language()));
      });
      const element = h("tr", { tabindex: 0, "aria-selected": String(number === this.#marked), click: choose }, ...cells);
      element.addEventListener("keydown", (event) => event.key === "Enter" && choose());
      return element;
    });
    body.replaceChildren(...rows);
    count.textContent = t("result.rows", { shown: formatNumber(rows.length, language()), count: formatNumber(all.length, language()) });
  }
}

function isNumeric(content: TableContent | null, name: string): boolean {
  return content?.data.features.some((feature) => typeof feature.properties?.[name] === "number") ?? false;
}
