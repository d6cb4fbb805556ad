import { expect, it } from "vitest";
import { describeChanges, summarizeUp } from "./summary.ts";

const none = { create: 0, update: 0, replace: 0, delete: 0, same: 96 };
const burn = { hourly: "1.2034", monthly: "847.22" };

it("says what was done, or that nothing was", () => {
  expect(describeChanges(none)).toBe("no change");
  expect(describeChanges({ ...none, create: 3, replace: 1 })).toBe("3 created, 1 replaced");
});

it("ends an up with what exists, what it would cost, where it is and what comes next", () => {
  const type = "hcloud:index/server:Server";
  const server = (name: string) => ({ urn: `urn:pulumi:x::y::z::${name}`, custom: true, type });
  const provider = { urn: "urn:p", custom: true, type: "pulumi:providers:hcloud" };
  const network = { urn: "urn:n", custom: true, type: "hcloud:index/network:Network" };
  const report = {
    environment: "sandbox",
    changes: { ...none, create: 3 },
    durationMs: 6040,
    outputs: { endpoints: { vault: "https://sandbox-operations-1.sandbox.ts.net:8200" } },
    cost: { currency: "EUR" as const, expected: burn, worst: { hourly: "61.4367", monthly: "44817.55" }, items: [] },
  };
  expect(summarizeUp(report, [server("a"), server("b"), network, provider], ["npm run down"])).toBe(
    `sandbox: 3 created in 6.0 s

provider      resources  by kind
hcloud        3          2 Server, 1 Network

What this would cost:
  expected      1.2034 EUR an hour       847.22 EUR a month
  worst        61.4367 EUR an hour     44817.55 EUR a month

Endpoints:
  vault                https://sandbox-operations-1.sandbox.ts.net:8200

Next:
  npm run down
`,
  );
});
