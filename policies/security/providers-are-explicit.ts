import { bad, boundary, exampleRow, good, unknown } from "../example.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import type { Rule } from "../rule.ts";
import type { z } from "zod";

const TYPE = "hcloud:index/network:Network";
const network = exampleRow(
  TYPE,
  "network",
  { ipRange: "10.0.0.0/8" },
  { provider: "urn:pulumi:example::splitfleet::pulumi:providers:hcloud::hcloud" },
);
const byDefault = { ...network, provider: "urn:pulumi:example::splitfleet::pulumi:providers:hcloud::default_1_41_0" };

/** Providers of these packages do nothing that depends on how they are configured. */
const WITHOUT_PROVIDER = /^pulumi:/;

export const providersAreExplicit: Rule<z.output<typeof noParameters>> = {
  id: "security/providers-are-explicit",
  title: "Every resource names its provider",
  why:
    "A default provider takes region, account and address from whatever is set where the command runs. The same " +
    "program then builds another fleet on another machine, or in another country.",
  severity: "high",
  level: "mandatory",
  scope: "resource",
  config: noParameters,
  unknown: "ignore",
  fix: "Pass the provider from components/providers.ts, or a component that has it as its parent.",
  source: "https://www.pulumi.com/docs/iac/concepts/resources/providers/#explicit-provider-configuration",
  examples: [
    good("a provider of one's own", network),
    bad("the package's default provider", byDefault, ""),
    boundary("no provider at all", { ...network, provider: "" }, ""),
    boundary("a component, which has none", {
      ...network,
      type: "splitfleet:network:PrivateNetwork",
      custom: false,
      provider: "",
    }),
    boundary("a provider itself", exampleRow("pulumi:providers:hcloud", "hcloud", {})),
    unknown("inputs that `up` decides, which say nothing of it", { ...network, inputs: { ipRange: UNKNOWN } }),
  ],

  *check(rows) {
    for (const { urn, type, name, custom, provider } of rows) {
      if (!custom || WITHOUT_PROVIDER.test(type)) continue;
      const called = provider.split("::").at(-1) ?? "";
      if (called !== "" && !called.startsWith("default")) continue;
      yield {
        urn,
        path: "",
        message: `${name} is created by a provider that nobody has configured.`,
        value: called === "" ? "nothing" : called,
        limit: "an explicit provider",
      };
    }
  },
};
