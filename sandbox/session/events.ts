import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { z } from "zod";

const step = z.object({
  op: z.string(),
  urn: z.string(),
  type: z.string(),
  old: z.object({ protect: z.boolean().optional() }).nullish(),
  new: z.object({ protect: z.boolean().optional() }).nullish(),
});

/** One line of the CLI's `--event-log`, as far as it is read here. */
const engineEvent = z.object({
  resourcePreEvent: z.object({ metadata: step }).optional(),
  resOutputsEvent: z.object({ metadata: step }).optional(),
  resOpFailedEvent: z.object({ metadata: step }).optional(),
  diagnosticEvent: z
    .object({ urn: z.string().optional(), message: z.string(), severity: z.string(), ephemeral: z.boolean().optional() })
    .optional(),
  policyEvent: z
    .object({
      resourceUrn: z.string().optional(),
      message: z.string(),
      policyName: z.string(),
      enforcementLevel: z.string(),
    })
    .optional(),
  summaryEvent: z.object({ resourceChanges: z.record(z.string(), z.number()).nullish() }).optional(),
});
export type EngineEvent = z.infer<typeof engineEvent>;

/** Resources by what an operation did, or would do, to them. */
export interface Changes {
  readonly create: number;
  readonly update: number;
  readonly replace: number;
  readonly delete: number;
  readonly same: number;
}

export interface Diagnostic {
  readonly severity: string;
  readonly message: string;
  /** Empty where the message is about no resource. */
  readonly urn: string;
}

export interface PolicyViolation {
  readonly policy: string;
  readonly level: string;
  readonly urn: string;
  readonly message: string;
}

/** What the events of one operation add up to. */
export interface EventSummary {
  readonly changes: Changes;
  readonly diagnostics: readonly Diagnostic[];
  readonly policyViolations: readonly PolicyViolation[];
  /** The engine got as far as its own summary; one that was killed did not. */
  readonly finished: boolean;
}

export function summarize(events: readonly EngineEvent[]): EventSummary {
  const summary = events.findLast((event) => event.summaryEvent !== undefined)?.summaryEvent;
  const count = (op: keyof Changes): number => summary?.resourceChanges?.[op] ?? 0;
  return {
    changes: {
      create: count("create"),
      update: count("update"),
      replace: count("replace"),
      delete: count("delete"),
      same: count("same"),
    },
    diagnostics: events.flatMap(({ diagnosticEvent: seen }) =>
      seen === undefined || seen.severity === "debug" || seen.ephemeral === true || seen.message.trim() === ""
        ? []
        : [{ severity: seen.severity, message: plainText(seen.message), urn: seen.urn ?? "" }]),
    policyViolations: events.flatMap(({ policyEvent: seen }) =>
      seen === undefined
        ? []
        : [{
            policy: seen.policyName,
            level: seen.enforcementLevel,
            urn: seen.resourceUrn ?? "",
            message: plainText(seen.message),
          }]),
    finished: summary !== undefined,
  };
}

/** The engine marks colours as `<{%fg 1%}>`, which stay in its events whatever `--color` says. */
const plainText = (message: string): string => message.replaceAll(/<\{%[^%]*%\}>/g, "").trimEnd();

/** Reads an event log while it grows. A line that is not yet whole is kept for the next call. */
export class EventLog {
  readonly #file: string;
  #offset = 0;
  #rest = "";
  readonly #decoder = new TextDecoder();

  constructor(file: string) {
    this.#file = file;
  }

  /** The events written since the last call. */
  read(): readonly EngineEvent[] {
    if (!existsSync(this.#file)) return [];
    const handle = openSync(this.#file, "r");
    const chunk = Buffer.alloc(1 << 16);
    try {
      for (;;) {
        const length = readSync(handle, chunk, 0, chunk.length, this.#offset);
        if (length === 0) break;
        this.#offset += length;
        this.#rest += this.#decoder.decode(chunk.subarray(0, length), { stream: true });
      }
    } finally {
      closeSync(handle);
    }
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop() ?? "";
    return lines.filter((line) => line !== "").map((line) => engineEvent.parse(JSON.parse(line)));
  }
}
