import type { OperationResult } from "../../sandbox/session/engine.ts";

/** Two runs of the engine, one after the other, told as one. */
export function joined(first: OperationResult, rest: OperationResult): OperationResult {
  const sum = (kind: "create" | "update" | "replace" | "delete"): number => first.changes[kind] + rest.changes[kind];
  return {
    ...rest,
    changes: {
      create: sum("create"),
      update: sum("update"),
      replace: sum("replace"),
      delete: sum("delete"),
      // What the first run has made is all the second one finds unchanged of it.
      same: Math.max(0, rest.changes.same - first.changes.create),
    },
    diagnostics: [...first.diagnostics, ...rest.diagnostics],
    policyViolations: rest.policyViolations,
    durationMs: first.durationMs + rest.durationMs,
    output: first.output + rest.output,
  };
}
