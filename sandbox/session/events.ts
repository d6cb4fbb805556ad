import { z } from "zod";

const step = z.object({
  op: z.string(),
  urn: z.string(),
  type: z.string(),
  old: z.object({ protect: z.boolean().optional() }).nullish(),
  new: z.object({ protect: z.boolean().optional() }).nullish(),
});

/** One event of the CLI's `--event-log`, as far as it is read here. */
export const engineEvent = z.object({
  resourcePreEvent: z.object({ metadata: step }).optional(),
  resOutputsEvent: z.object({ metadata: step }).optional(),
  resOpFailedEvent: z.object({ metadata: step }).optional(),
  diagnosticEvent: z
    .object({
      urn: z.string().optional(),
      message: z.string(),
      severity: z.string(),
      ephemeral: z.boolean().optional(),
    })
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
        : [{ severity: seen.severity, message: plainText(seen.message), urn: seen.urn ?? "" }],
    ),
    policyViolations: events.flatMap(({ policyEvent: seen }) =>
      seen === undefined
        ? []
        : [
            {
              policy: seen.policyName,
              level: seen.enforcementLevel,
              urn: seen.resourceUrn ?? "",
              message: plainText(seen.message),
            },
          ],
    ),
    finished: summary !== undefined,
  };
}

/** The engine marks colours as `<{%fg 1%}>`, which stay in its events whatever `--color` says. */
const plainText = (message: string): string => message.replaceAll(/<\{%[^%]*%\}>/g, "").trimEnd();
