import { flushCompileCache } from "node:module";
import grpc from "@grpc/grpc-js";
import { loadCatalogue } from "../../plan/pricing/catalogue/load.ts";
import { estimate } from "../../plan/pricing/estimate.ts";
import { pricerOf } from "../../plan/pricing/pricers/registry.ts";
import { today } from "../../plan/today.ts";
import { lockedSince } from "../../stacks/lock-file.ts";
import { budget } from "../../stacks/spec/budget.ts";
import { identity } from "../../stacks/spec/identity.ts";
import { models } from "../../stacks/spec/models.ts";
import { privacy } from "../../stacks/spec/privacy.ts";
import { sites } from "../../stacks/spec/sites.ts";
import { usage } from "../../stacks/spec/usage.ts";
import { EXEMPTABLE } from "../checks.ts";
import { loadExemptions } from "../exemptions.ts";
import { rules } from "../registry.ts";
import { Judge } from "./judge.ts";
import manifest from "./package.json" with { type: "json" };
import { addAnalyzer, type Stack } from "./service.ts";

const day = today();
const catalogue = loadCatalogue({ today: day });
const exemptions = { list: loadExemptions(EXEMPTABLE), today: day };

function judge({ name, isPreview, config }: Stack): Judge {
  const section = (key: string): unknown => JSON.parse(config.get(`splitfleet:${key}`) ?? "null");
  // The program has refused a wrong section already; without a budget the rule says that it could not decide.
  const about = identity.safeParse(section("environment")).data;
  const stated = {
    usage: usage.safeParse(section("usage")).data ?? { pools: {} },
    models: models.safeParse(section("models")).data ?? {},
    sites: sites.safeParse(section("sites")).data ?? {},
  };
  return new Judge({
    rules,
    environment: name,
    budget: budget.safeParse(section("budget")).data,
    privacy: privacy.safeParse(section("privacy")).data,
    lifetime: about === undefined ? undefined : { purpose: about.purpose, expires: about.expires, today: day },
    lock: age(lockedSince(name, process.env["SPLITFLEET_LOCK_FILE"])),
    exemptions,
    isPreview,
    bills: (type) => pricerOf(type) !== undefined,
    price: (rows) => estimate(rows, { catalogue, ...stated, today: day }),
  });
}

const age = (resolvedAt: string | undefined) => (resolvedAt === undefined ? undefined : { resolvedAt, today: day });

const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
addAnalyzer(server, { name: manifest.name, version: manifest.version, rules, judge });
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  // The engine reads the port from the first line, so nothing may be printed before.
  process.stdout.write(`${port}\n`);
  // It ends the process without notice, so what was compiled is kept now.
  setImmediate(flushCompileCache);
});
