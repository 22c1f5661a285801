// One analysis: what it answers, its parameters, run and stop, how far it is.

import type { AnalysisInfo, Job, JobResult, LayerMeta } from "../api/types";
import { Form } from "../analysis/form";
import { fieldsOf } from "../analysis/parameters";
import { JobFollower } from "../job/follow";
import { isOpen, type JobState } from "../job/state";
import { language, sideOf, t, titleOf } from "../text/language";
import { formatShare } from "../text/number";
import { fill, h } from "../ui/dom";
import { icon } from "../ui/icon";
import { toast, toastError } from "../ui/toast";

export interface AnalysisActions {
  opened: (card: AnalysisCard) => void;
  started: () => void;
  done: (card: AnalysisCard, result: JobResult) => Promise<void>;
}

export class AnalysisCard {
  readonly info: AnalysisInfo;
  readonly element: HTMLElement;
  /** Where the result's summary, legend and downloads go. */
  readonly resultPlace = h("div", { class: "result" });
  readonly #actions: AnalysisActions;
  readonly #form: Form;
  readonly #follower: JobFollower;
  readonly #head: HTMLButtonElement;
  readonly #body = h("div", { class: "analysis-body", hidden: true });
  readonly #parameters = h("details", { class: "parameters" });
  readonly #run = h("button", { type: "button", class: "button primary", "data-testid": "run-analysis" });
  readonly #status = h("div", { class: "job", role: "status" });

  constructor(info: AnalysisInfo, layers: () => readonly LayerMeta[], actions: AnalysisActions) {
    this.info = info;
    this.#actions = actions;
    this.#form = new Form(info.name, fieldsOf(info.parameters.properties ?? {}, info.parameters.required), layers);
    this.#follower = new JobFollower((state) => this.#show(state));
    this.#head = h("button", { type: "button", class: "analysis-head", "data-testid": `analysis-${info.name}`, "aria-expanded": "false" });
    this.#head.addEventListener("click", () => (this.#body.hidden ? this.open() : this.close()));
    this.#run.addEventListener("click", () => void this.#start());
    this.#body.append(this.#parameters, this.#run, this.#status, this.resultPlace);
    this.element = h("section", { class: "analysis" }, this.#head, this.#body);
  }

  open(): void {
    this.#actions.opened(this);
    this.#body.hidden = false;
    this.#head.setAttribute("aria-expanded", "true");
    this.element.classList.add("open");
    this.#run.dataset["testid"] = "run-analysis";
  }

  close(): void {
    this.#body.hidden = true;
    this.#head.setAttribute("aria-expanded", "false");
    this.element.classList.remove("open");
    delete this.#run.dataset["testid"];
  }

  hear(job: Job): void {
    this.#follower.hear(job);
  }

  /** Writes the card in the language of the page. */
  write(): void {
    const description = language() === "vi" ? this.info.description_vi : this.info.description_en;
    fill(
      this.#head,
      h("span", { class: "analysis-icon" }, icon("analysis")),
      h("span", { class: "analysis-text" }, h("strong", {}, titleOf(this.info)), h("span", {}, description)),
      icon("down"),
    );
    this.#form.write();
    fill(this.#parameters, h("summary", {}, t("analyses.parameters"), icon("down")), this.#form.element);
    this.#show(this.#follower.state);
  }

  async #start(): Promise<void> {
    const parameters = this.#form.read();
    if (!parameters) {
      this.#parameters.open = true;
      return;
    }
    this.#actions.started();
    await this.#follower.run(this.info.name, parameters);
    const { state } = this.#follower;
    try {
      if (state.phase === "done") await this.#actions.done(this, state.result);
      if (state.phase === "failed") toast(t("analyses.failed"), state.detail, "error");
    } catch (error) {
      toastError(error);
    }
  }

  #show(state: JobState): void {
    const busy = isOpen(state);
    this.#run.disabled = busy;
    fill(this.#run, icon("play"), t("analyses.run"));
    if (busy) this.#showProgress(state);
    else if (state.phase === "cancelled") fill(this.#status, h("p", { class: "hint" }, t("analyses.cancelled")));
    else if (state.phase === "failed") fill(this.#status, h("p", { class: "field-error" }, state.detail));
    else fill(this.#status);
  }

  #showProgress(state: JobState): void {
    const progress = state.phase === "following" ? state.progress : 0;
    const isQueued = state.phase !== "following" || state.queued;
    const message = state.phase === "following" && state.message !== "" ? sideOf(state.message) : t(isQueued ? "analyses.queued" : "analyses.running");
    const bar = h("progress", { max: 1, "aria-label": t("analyses.running"), ...(isQueued ? {} : { value: progress }) });
    const stop = h("button", { type: "button", class: "button quiet small", click: () => void this.#follower.cancel().catch(toastError) }, icon("close"), t("analyses.cancel"));
    fill(this.#status, bar, h("div", { class: "job-line" }, h("span", {}, isQueued ? message : `${message} ${formatShare(progress, language())}`), stop));
  }
}
