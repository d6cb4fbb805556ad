import type { EngineEvent } from "../sandbox/session/events.ts";

/** Counts an operation's resources and names the one at work: `12 of 80: hcloud Server pool-1`. */
export class Progress {
  readonly #total: number | undefined;
  readonly #seen = new Set<string>();

  /** @param total Resources that the program registers, where that is known. */
  constructor(total: number | undefined) {
    this.#total = total;
  }

  /** What to show after an event; undefined where it changes nothing. */
  line({ resourcePreEvent, resOutputsEvent }: EngineEvent): string | undefined {
    const step = resOutputsEvent?.metadata ?? resourcePreEvent?.metadata;
    if (step === undefined) return undefined;
    if (resOutputsEvent !== undefined || step.op === "same") this.#seen.add(step.urn);
    const seen = this.#seen.size;
    const done = this.#total === undefined ? `${seen}` : `${Math.min(seen, this.#total)} of ${this.#total}`;
    return `${done}: ${kindOf(step.type)} ${step.urn.split("::").at(-1) ?? ""}`;
  }
}

/** `hcloud:index/server:Server` reads `hcloud Server`. */
export function kindOf(type: string): string {
  const parts = type.split(":");
  return `${parts[0] ?? ""} ${parts.at(-1) ?? ""}`;
}
