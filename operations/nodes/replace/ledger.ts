import path from "node:path";
import { z } from "zod";
import { appendLine, readLines } from "../../json-lines.ts";
import { STEPS, type Step } from "./steps.ts";

const begin = z.strictObject({
  begin: z.strictObject({
    node: z.string(),
    pool: z.string(),
    /** The machine that goes; empty where none was left. */
    machine: z.string(),
    /** Machines of the pool at the start. */
    besides: z.array(z.string()),
    steps: z.array(z.enum(STEPS)),
  }),
  at: z.iso.datetime(),
});
const done = z.strictObject({ node: z.string(), done: z.enum(STEPS), seconds: z.number(), at: z.iso.datetime() });
const end = z.strictObject({ end: z.string(), at: z.iso.datetime() });
const entry = z.union([begin, done, end]);

export type Beginning = z.infer<typeof begin>["begin"];

/** A replacement that has begun and not ended. */
export interface OpenReplacement extends Beginning {
  /** Seconds by the steps that are done. */
  readonly done: ReadonlyMap<Step, number>;
}

/** How far replacements have come: a line for each beginning, step and end. What was interrupted goes on from here. */
export class ReplacementLedger {
  readonly #file: string;
  readonly #now: () => Date;

  constructor(folder: string, now: () => Date = () => new Date()) {
    this.#file = path.join(folder, "replacements.jsonl");
    this.#now = now;
  }

  /** The one that has not ended; there is never more than one. */
  open(): OpenReplacement | undefined {
    const entries = readLines(this.#file).map((line) => entry.parse(line));
    const start = entries.findLastIndex((line) => "begin" in line);
    const first = entries[start];
    if (first === undefined || !("begin" in first)) return undefined;
    const since = entries.slice(start);
    if (since.some((line) => "end" in line)) return undefined;
    const steps = since.flatMap((line): [Step, number][] => ("done" in line ? [[line.done, line.seconds]] : []));
    return { ...first.begin, done: new Map(steps) };
  }

  begin(beginning: Beginning): OpenReplacement {
    appendLine(this.#file, { begin: beginning, at: this.#at() });
    return { ...beginning, done: new Map() };
  }

  done(node: string, step: Step, seconds: number): void {
    appendLine(this.#file, { node, done: step, seconds, at: this.#at() });
  }

  end(node: string): void {
    appendLine(this.#file, { end: node, at: this.#at() });
  }

  #at(): string {
    return this.#now().toISOString();
  }
}
