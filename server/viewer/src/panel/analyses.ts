// The list of analyses; one open at a time, with its form, its progress and its result.

import type { Map as MapLibre } from "maplibre-gl";

import * as api from "../api/client";
import type { AnalysisInfo, Job, LayerMeta } from "../api/types";
import { inLanguage, t } from "../text/language";
import { byId, fill, h } from "../ui/dom";
import { toastError } from "../ui/toast";
import { AnalysisCard } from "./analysis_card";
import { ResultView } from "./result";

export class AnalysesPanel {
  readonly #element = byId("panel-analyses");
  readonly #result: ResultView;
  readonly #layers: () => readonly LayerMeta[];
  readonly #started: () => void;
  #cards: AnalysisCard[] = [];

  /** `started` is called when a run begins, so that the page makes room for its result. */
  constructor(map: MapLibre, layers: () => readonly LayerMeta[], started: () => void) {
    this.#layers = layers;
    this.#started = started;
    this.#result = new ResultView(map);
    void this.#load();
  }

  /** News of a job from the event stream. */
  hear(job: Job): void {
    for (const card of this.#cards) card.hear(job);
  }

  async #load(): Promise<void> {
    try {
      const infos = await api.analyses();
      this.#cards = infos.map((info) => this.#card(info));
    } catch (error) {
      toastError(error);
    }
    inLanguage(() => this.#write());
  }

  #card(info: AnalysisInfo): AnalysisCard {
    return new AnalysisCard(info, this.#layers, {
      opened: (card) => {
        for (const other of this.#cards) if (other !== card) other.close();
      },
      done: (card, result) => this.#result.show(card.info, card.resultPlace, result),
      started: () => {
        this.#result.clear();
        this.#started();
      },
    });
  }

  #write(): void {
    fill(
      this.#element,
      h("p", { class: "intro" }, t(this.#cards.length > 0 ? "analyses.intro" : "analyses.none")),
      ...this.#cards.map((card) => card.element),
    );
    for (const card of this.#cards) card.write();
    this.#result.write();
  }
}
