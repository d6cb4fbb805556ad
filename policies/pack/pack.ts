import { flushCompileCache } from "node:module";
import { PolicyPack } from "@pulumi/policy";
import { Config, getStack, runtime } from "@pulumi/pulumi";
import { loadCatalogue } from "../../plan/pricing/catalogue/load.ts";
import { estimate } from "../../plan/pricing/estimate.ts";
import { budget } from "../../stacks/spec/budget.ts";
import { usage } from "../../stacks/spec/usage.ts";
import { rules } from "../registry.ts";
import { packPolicies } from "./policies.ts";

const config = new Config("splitfleet");
const today = new Date().toISOString().slice(0, "2026-11-21".length);
const catalogue = loadCatalogue({ today });
const expectedUsage = usage.parse(config.getObject("usage") ?? { pools: {} });

// Starts a server at once and prints its port, which must be the first thing on standard output.
new PolicyPack("splitfleet", {
  description: "The rules that plan runs, at preview and before each change of up.",
  policies: packPolicies(rules, {
    environment: getStack(),
    budget: budget.safeParse(config.getObject("budget")).data,
    isPreview: runtime.isDryRun(),
    price: (rows) => estimate(rows, { catalogue, usage: expectedUsage, today }),
  }),
});

// The engine ends the process without notice, so what was compiled is kept now.
setImmediate(flushCompileCache);
