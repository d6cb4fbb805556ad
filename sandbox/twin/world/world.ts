import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Journal, type JournalEntry } from "./journal.ts";
import { ObjectFolder, type WorldObject } from "./objects.ts";
import { readFaults } from "./settings.ts";

export interface WorldOptions {
  readonly now?: () => Date;
  readonly random?: (bytes: number) => Uint8Array;
  /** Unless `faults.json` says otherwise. @default 2 */
  readonly latencyMs?: number;
}

/** How often a provider asks an API that answers 429: the default of hcloud-go; others are more patient. */
const TRIES = 5;

/** One create, update or delete, before it takes place. */
export interface Mutation {
  readonly operation: JournalEntry["operation"];
  readonly urn: string;
  /** What the API answers when asked too often. */
  readonly rateLimited: string;
  /** Aborted when the engine cancels the deployment. */
  readonly signal: AbortSignal;
}

/** The simulated clouds of one rehearsal, on disk below `<marker>/world`. */
export class World {
  readonly marker: string;
  readonly now: () => Date;
  readonly random: (bytes: number) => Uint8Array;
  readonly #latencyMs: number;
  readonly #folder: string;
  readonly #journal: Journal;
  readonly #packages = new Map<string, ObjectFolder>();
  #mutations = 0;

  constructor(marker: string, { now = () => new Date(), random = randomBytes, latencyMs = 2 }: WorldOptions = {}) {
    this.marker = marker;
    this.now = now;
    this.random = random;
    this.#latencyMs = latencyMs;
    this.#folder = path.join(marker, "world");
    this.#journal = new Journal(path.join(this.#folder, "journal.jsonl"));
  }

  objects(packageName: string): ObjectFolder {
    const known = this.#packages.get(packageName) ?? new ObjectFolder(path.join(this.#folder, packageName));
    this.#packages.set(packageName, known);
    return known;
  }

  /** Objects of a type, in order of creation. */
  ofType(type: string): WorldObject[] {
    return this.objects(type.split(":")[0] ?? "")
      .all()
      .filter((object) => object.type === type);
  }

  put(operation: "create" | "update", object: WorldObject): void {
    this.objects(object.package).put(object);
    this.#record(operation, object);
  }

  remove(object: WorldObject): void {
    if (this.objects(object.package).remove(object.id)) this.#record("delete", object);
  }

  /** Runs `act` as the API would: after a while, or not at all, or without an answer. */
  async mutate<T>({ operation, urn, rateLimited, signal }: Mutation, act: () => T | Promise<T>): Promise<T> {
    const at = await this.#admitted(rateLimited, signal);
    const { hang, fail, latencyMs = this.#latencyMs } = readFaults(this.marker);
    if (fail?.at === at) throw new Error(fail.message);
    const hangs = (phase: "before" | "after"): boolean => hang?.at === at && hang.phase === phase;

    if (hangs("before")) await this.#hang({ at, phase: "before", operation, urn }, signal);
    await sleep(latencyMs, undefined, { signal });
    const result = await act();
    if (hangs("after")) await this.#hang({ at, phase: "after", operation, urn }, signal);
    return result;
  }

  /** The number of the operation, once the API has not refused it as one too many. */
  async #admitted(refusal: string, signal: AbortSignal): Promise<number> {
    for (let attempt = 1; ; attempt += 1) {
      this.#mutations += 1;
      const at = this.#mutations;
      const { rateLimit: limit } = readFaults(this.marker);
      if (limit === undefined || at < limit.at || at >= limit.at + limit.times) return at;
      if (limit.retryAfterMs === undefined || attempt === TRIES) throw new Error(refusal);
      await sleep(limit.retryAfterMs, undefined, { signal });
    }
  }

  async #hang(what: Readonly<Record<string, string | number>>, signal: AbortSignal): Promise<void> {
    writeFileSync(path.join(this.marker, "hung"), `${JSON.stringify(what)}\n`);
    await new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("cancelled; whether it took place is unknown")));
    });
  }

  #record(operation: JournalEntry["operation"], { type, urn, id }: WorldObject): void {
    this.#journal.append({ time: this.now().toISOString(), operation, type, urn, id });
  }
}
