import { COMPOSE_EXAMPLE, COMPOSE_PROJECT, SERVICE, serviceName, servicesOf } from "../compose.ts";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asText, below } from "../values.ts";

const MEMORY = `${SERVICE}.mem_limit`;
const PROCESSES = `${SERVICE}.pids_limit`;

export const composeMemoryIsBounded = resourceRule({
  id: "cost/compose-memory-is-bounded",
  title: "Containers of Docker Compose have limits of memory and processes",
  why:
    "Everything on a server without k3s shares its memory. One container without a limit takes it from all others, " +
    "the kernel ends any of them, and the way out is a larger server.",
  severity: "medium",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Leave `override.compose` the limits that the runtime derives from the workload's memory.",
  source: "CIS Docker Benchmark 5.11 and 5.29",
  types: [COMPOSE_PROJECT],
  examples: [
    good("a limit of each", COMPOSE_EXAMPLE),
    bad("no limit of memory", changed(COMPOSE_EXAMPLE, MEMORY, undefined), MEMORY),
    bad("processes without end", changed(COMPOSE_EXAMPLE, PROCESSES, -1), PROCESSES),
    boundary("a limit of nothing, which is none", changed(COMPOSE_EXAMPLE, MEMORY, "0"), MEMORY),
    boundary("the smallest that Docker takes", changed(COMPOSE_EXAMPLE, MEMORY, "6m")),
    unknown("a limit that `up` decides", changed(COMPOSE_EXAMPLE, MEMORY, UNKNOWN), MEMORY),
  ],

  *inspect(row) {
    for (const { name, service } of servicesOf(row)) {
      yield* demand(below(service, "mem_limit"), {
        isMet: (value) => /^[1-9]\d*[bkmg]?$/i.test(asText(value) ?? ""),
        limit: "a limit such as 256m",
        message: `${serviceName(row, name)} may take all memory of its server.`,
      });
      yield* demand(below(service, "pids_limit"), {
        isMet: (value) => typeof value === "number" && value > 0,
        limit: "a number above 0",
        message: `${serviceName(row, name)} may start processes without end.`,
      });
    }
  },
});
