/** Simulated seconds since a drill began. */
export class Clock {
  readonly pace: number;
  readonly #now: () => number;
  readonly #start: number;

  /** @param now Milliseconds of a clock that only goes forward */
  constructor(pace: number, now: () => number = () => performance.now()) {
    this.pace = pace;
    this.#now = now;
    this.#start = now();
  }

  get seconds(): number {
    return ((this.#now() - this.#start) / 1000) * this.pace;
  }
}
