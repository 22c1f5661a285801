// The life of a job as the viewer sees it: a state, and what each piece of news makes of it.

import type { Job, JobResult } from "../api/types";

export type JobState =
  | { phase: "idle" }
  | { phase: "starting" }
  | { phase: "following"; id: string; progress: number; message: string; queued: boolean }
  | { phase: "done"; id: string; result: JobResult }
  | { phase: "failed"; detail: string }
  | { phase: "cancelled" };

export type JobNews =
  | { kind: "start" }
  | { kind: "accepted"; id: string }
  | { kind: "job"; job: Job }
  | { kind: "refused"; detail: string };

/** The next state. News of another job, or news that comes after the end, changes nothing. */
export function nextState(state: JobState, news: JobNews): JobState {
  switch (news.kind) {
    case "start":
      return { phase: "starting" };
    case "accepted":
      return state.phase === "starting" ? { phase: "following", id: news.id, progress: 0, message: "", queued: true } : state;
    case "refused":
      return state.phase === "starting" || state.phase === "following" ? { phase: "failed", detail: news.detail } : state;
    case "job":
      return state.phase === "following" && state.id === news.job.id ? afterJob(state, news.job) : state;
  }
}

function afterJob(state: Extract<JobState, { phase: "following" }>, job: Job): JobState {
  switch (job.status) {
    case "done":
      // News from the event stream carries no result; the poll that follows does.
      return job.result ? { phase: "done", id: job.id, result: job.result } : { ...state, progress: 1, queued: false };
    case "failed":
      return { phase: "failed", detail: job.error?.detail ?? job.error?.title ?? job.message ?? "" };
    case "cancelled":
      return { phase: "cancelled" };
    default:
      return {
        ...state,
        progress: Math.max(state.progress, Math.min(1, job.progress)),
        message: job.message ?? state.message,
        queued: job.status === "queued",
      };
  }
}

/** Whether the job still needs to be asked about. */
export function isOpen(state: JobState): boolean {
  return state.phase === "starting" || state.phase === "following";
}

/** How long to wait before asking again: quick at first, so that short jobs feel immediate. */
export function pollDelayMillis(attempt: number): number {
  return Math.min(1_500, 120 * 1.35 ** attempt);
}
