// Runs an analysis on the server and follows it to its end.

import * as api from "../api/client";
import type { Job } from "../api/types";
import { isOpen, nextState, pollDelayMillis, type JobNews, type JobState } from "./state";

const lostLimit = 5;

/** One run of an analysis at a time; every change of state goes to `changed`. */
export class JobFollower {
  readonly #changed: (state: JobState) => void;
  #state: JobState = { phase: "idle" };
  #wake: (() => void) | null = null;

  constructor(changed: (state: JobState) => void) {
    this.#changed = changed;
  }

  get state(): JobState {
    return this.#state;
  }

  /** Starts a run; resolves when it has ended, one way or another. */
  async run(analysis: string, parameters: Record<string, unknown>): Promise<void> {
    this.#take({ kind: "start" });
    try {
      const { id } = await api.startAnalysis(analysis, parameters);
      this.#take({ kind: "accepted", id });
      await this.#poll(id);
    } catch (error) {
      this.#take({ kind: "refused", detail: (error as Error).message });
    }
  }

  /** News from the event stream: shown at once, and an ended job is asked for its result at once. */
  hear(job: Job): void {
    if (this.#state.phase !== "following" || this.#state.id !== job.id) return;
    this.#take({ kind: "job", job });
    if (job.status !== "running" && job.status !== "queued") this.#wake?.();
  }

  async cancel(): Promise<void> {
    if (this.#state.phase !== "following") return;
    await api.cancelJob(this.#state.id);
    this.#wake?.();
  }

  async #poll(id: string): Promise<void> {
    let lost = 0;
    for (let attempt = 0; isOpen(this.#state); attempt += 1) {
      try {
        this.#take({ kind: "job", job: await api.job(id) });
        lost = 0;
      } catch (error) {
        lost += 1;
        if (lost >= lostLimit) throw error;
      }
      if (isOpen(this.#state)) await this.#pause(pollDelayMillis(attempt));
    }
  }

  #pause(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, millis);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #take(news: JobNews): void {
    this.#state = nextState(this.#state, news);
    this.#changed(this.#state);
  }
}
