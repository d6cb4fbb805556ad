import { bad, boundary, changed, good, unknown } from "../example.ts";
import { MAIN, WORKLOAD } from "../example-workload.ts";
import { containerName, containersOf, POD_TYPES } from "../pods.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asText, below } from "../values.ts";

const [REQUEST, LIMIT] = [`${MAIN}.resources.requests.memory`, `${MAIN}.resources.limits.memory`];

export const memoryIsBounded = resourceRule({
  id: "cost/memory-is-bounded",
  title: "Every container asks for memory and is held to a limit",
  why:
    "Without a request the scheduler and the capacity check count a pod as nothing; without a limit one leak " +
    "takes the node and every neighbour with it, and the way out is always a larger node.",
  severity: "medium",
  level: "mandatory",
  config: noParameters,
  unknown: "warn",
  fix: "Give the container resources.requests.memory and resources.limits.memory.",
  source: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
  types: POD_TYPES,
  examples: [
    good("a request and a limit", WORKLOAD),
    bad("neither", changed(WORKLOAD, `${MAIN}.resources`, undefined), [REQUEST, LIMIT]),
    boundary("a request without a limit", changed(WORKLOAD, LIMIT, undefined), LIMIT),
    boundary("a limit without a request, which takes the limit", changed(WORKLOAD, REQUEST, undefined)),
    unknown("a limit that `up` decides", changed(WORKLOAD, LIMIT, UNKNOWN), LIMIT),
  ],

  *inspect(row) {
    for (const container of containersOf(row)) {
      const [request, bound] = ["requests", "limits"].map((kind) => below(container, "resources", kind, "memory"));
      if (request === undefined || bound === undefined) continue;
      const name = containerName(row, container);
      const isSet = (value: unknown): boolean => value !== undefined && value !== null;
      if (!isSet(bound.value)) {
        yield* demand(request, {
          isMet: isSet,
          limit: "an amount of memory",
          message: `The ${name} asks for no memory.`,
        });
      }
      yield* demand(bound, {
        isMet: (value) => asText(value) !== undefined,
        limit: "an amount of memory",
        message: `The ${name} may take all of its node's memory.`,
      });
    }
  },
});
