import { expect, it } from "vitest";
import { summarize } from "./events.ts";

it("adds an operation's events up, without the engine's debug and passing messages", () => {
  const diagnostic = (severity: string, message: string, ephemeral = false) => ({
    diagnosticEvent: { severity, message, ephemeral },
  });
  const policyEvent = { resourceUrn: "urn:x", message: "open", policyName: "firewall", enforcementLevel: "mandatory" };
  expect(
    summarize([
      diagnostic("debug", "Registering resource"),
      diagnostic("info#err", "downloading", true),
      diagnostic("error", "<{%fg 1%}>no such property<{%reset%}>\n"),
      { policyEvent },
      { summaryEvent: { resourceChanges: { create: 2, same: 3, replace: 1, "create-replacement": 1 } } },
    ]),
  ).toEqual({
    changes: { create: 2, update: 0, replace: 1, delete: 0, same: 3 },
    diagnostics: [{ severity: "error", message: "no such property", urn: "" }],
    policyViolations: [{ policy: "firewall", level: "mandatory", urn: "urn:x", message: "open" }],
    finished: true,
  });
});

it("tells a run without a summary from one that changed nothing", () => {
  expect(summarize([]).finished).toBe(false);
});
