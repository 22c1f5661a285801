// The server's event stream: which layers have a new version, and how the jobs get on.

import { addressOf } from "./client";
import type { Job } from "./types";

export interface LayerEvent {
  layer: string;
  /** The version served now; null when the layer is gone. */
  version: number | null;
  /** Why the newest version could not be loaded, if so: the version before stays. */
  failure?: string;
}

export interface EventHandlers {
  layer: (event: LayerEvent) => void;
  job: (job: Job) => void;
  /** Events were missed: read everything again. */
  reset?: () => void;
}

/** Listens until the page closes. The browser reconnects by itself; without a stream, polling still works. */
export function listen(handlers: EventHandlers): EventSource {
  const source = new EventSource(addressOf("events"));
  source.addEventListener("layer", (event) => handlers.layer(JSON.parse(event.data) as LayerEvent));
  source.addEventListener("job", (event) => handlers.job(JSON.parse(event.data) as Job));
  source.addEventListener("reset", () => handlers.reset?.());
  return source;
}
