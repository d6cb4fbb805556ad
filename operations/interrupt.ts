import type { Interrupt } from "../sandbox/session/engine.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Turns Ctrl-C into what the engine understands: once to finish what is under way, twice to stop at once. */
export class InterruptListener implements Interrupt, Disposable {
  readonly #finish = new AbortController();
  readonly #kill = new AbortController();
  readonly #listener: () => void;

  /** @param say Tells the person what the first Ctrl-C has done. */
  constructor(say: (message: string) => void) {
    this.#listener = () => {
      if (this.#finish.signal.aborted) return this.#kill.abort();
      say("Stopping after what is under way. Ctrl-C again stops at once; the next run then repairs what is left.");
      this.#finish.abort();
    };
    for (const signal of SIGNALS) process.on(signal, this.#listener);
  }

  get finish(): AbortSignal {
    return this.#finish.signal;
  }

  get kill(): AbortSignal {
    return this.#kill.signal;
  }

  get interrupted(): boolean {
    return this.#finish.signal.aborted;
  }

  [Symbol.dispose](): void {
    for (const signal of SIGNALS) process.off(signal, this.#listener);
  }
}
