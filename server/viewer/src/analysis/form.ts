// The form of an analysis, made from its schema.

import type { LayerMeta } from "../api/types";
import { language, t, tMaybe, titleOf } from "../text/language";
import { h } from "../ui/dom";
import { fieldDescription, fieldTitle, readField, type Field } from "./parameters";

type Control = HTMLInputElement | HTMLSelectElement;

/** A form over fields; it keeps what was typed while the language changes. */
export class Form {
  readonly element = h("div", { class: "form" });
  readonly #fields: Field[];
  readonly #layers: () => readonly LayerMeta[];
  readonly #analysis: string;
  readonly #typed = new Map<string, string>();

  constructor(analysis: string, fields: Field[], layers: () => readonly LayerMeta[]) {
    this.#analysis = analysis;
    this.#fields = fields;
    this.#layers = layers;
    for (const field of fields) this.#typed.set(field.name, field.initial);
  }

  /** Writes the form in the language of the page. */
  write(): void {
    this.element.replaceChildren(...this.#fields.map((field) => this.#row(field)));
  }

  /** The parameters as typed, or null after showing what is wrong beside the fields. */
  read(): Record<string, unknown> | null {
    const values: Record<string, unknown> = {};
    let valid = true;
    for (const field of this.#fields) {
      const { value, error } = readField(field, this.#typed.get(field.name) ?? "");
      const note = this.element.querySelector(`#${this.#id(field)}-error`);
      if (note) note.textContent = error ? t(error.key, error.values) : "";
      this.element.querySelector(`#${this.#id(field)}`)?.setAttribute("aria-invalid", String(Boolean(error)));
      if (error) valid = false;
      else if (value !== undefined) values[field.name] = value;
    }
    return valid ? values : null;
  }

  #id(field: Field): string {
    return `parameter-${this.#analysis}-${field.name}`;
  }

  #row(field: Field): HTMLElement {
    const id = this.#id(field);
    const description = fieldDescription(field, language());
    const control = this.#control(field);
    control.id = id;
    control.setAttribute("aria-describedby", `${id}-hint ${id}-error`);
    control.addEventListener("change", () => {
      const isCheck = control instanceof HTMLInputElement && control.type === "checkbox";
      this.#typed.set(field.name, isCheck ? String((control as HTMLInputElement).checked) : control.value);
    });
    return h(
      "div",
      { class: `field field-${field.kind}` },
      h("label", { for: id }, fieldTitle(field, language()), field.unit !== "" && h("span", { class: "unit" }, tMaybe(`unit.${field.unit}`) ?? field.unit)),
      control,
      description !== "" && h("p", { class: "hint", id: `${id}-hint` }, description),
      h("p", { class: "field-error", id: `${id}-error`, role: "alert" }),
    );
  }

  #control(field: Field): Control {
    const typed = this.#typed.get(field.name) ?? "";
    if (field.kind === "truth") return h("input", { type: "checkbox", checked: typed === "true" });
    if (field.kind === "choice") return this.#select(field, field.choices.map((choice) => [choice, tMaybe(`choice.${choice}`) ?? choice]), typed);
    if (field.kind === "layer") {
      const known = this.#layers().filter((layer) => layer.kind.kind === "vector");
      const options = known.map((layer): [string, string] => [layer.id, titleOf(layer)]);
      if (typed !== "" && !known.some((layer) => layer.id === typed)) options.unshift([typed, typed]);
      return this.#select(field, options, typed);
    }
    const isNumber = field.kind === "whole" || field.kind === "real";
    return h("input", {
      type: "text",
      value: typed,
      inputmode: isNumber ? (field.kind === "whole" ? "numeric" : "decimal") : null,
      placeholder: field.kind === "list" ? t("analyses.list") : field.optional ? t("analyses.auto") : null,
      autocomplete: "off",
    });
  }

  #select(field: Field, options: [value: string, text: string][], chosen: string): HTMLSelectElement {
    const none = field.optional && chosen === "" ? [h("option", { value: "" }, t("analyses.auto"))] : [];
    const rows = options.map(([value, text]) => h("option", { value, selected: value === chosen }, text));
    return h("select", {}, ...none, ...rows);
  }
}
