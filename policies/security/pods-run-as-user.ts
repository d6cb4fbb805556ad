import { z } from "zod";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { MAIN, POD, WORKLOAD } from "../example-workload.ts";
import { containerName, containersOf, inherited, isNodeAgent, NODE_AGENTS, POD_TYPES } from "../pods.ts";
import { demand, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { isTrue } from "../values.ts";

const config = z.strictObject({
  namespaces: z
    .array(z.string())
    .default([NODE_AGENTS])
    .meta({ description: "Namespaces of agents that read what only root may read of their node." }),
});

const OWN = `${MAIN}.securityContext.runAsNonRoot`;
const bare = changed(WORKLOAD, `${POD}.securityContext.runAsNonRoot`, undefined);

export const podsRunAsUser = resourceRule({
  id: "security/pods-run-as-user",
  title: "Containers do not run as root",
  why:
    "Root in a container is root on the node for every hole in the runtime or the kernel, and the node holds the " +
    "cluster's credentials.",
  severity: "high",
  level: "mandatory",
  config,
  unknown: "fail",
  fix: "Set securityContext.runAsNonRoot of the pod, and a numeric runAsUser where the image names its user.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/ (restricted)",
  types: POD_TYPES,
  examples: [
    good("the pod says so for all", WORKLOAD),
    bad("nobody says so", bare, OWN),
    boundary("the container says so itself", changed(bare, OWN, true)),
    boundary("the container takes it back", changed(WORKLOAD, OWN, false), OWN),
    boundary("an agent of its node", changed(bare, "metadata.namespace", NODE_AGENTS)),
    unknown("a flag that `up` decides", changed(WORKLOAD, OWN, UNKNOWN), OWN),
  ],

  *inspect(row, { config: { namespaces } }) {
    if (isNodeAgent(row, namespaces)) return;
    for (const container of containersOf(row)) {
      yield* demand(inherited(row, container, "runAsNonRoot"), {
        isMet: isTrue,
        limit: "true",
        message: `The ${containerName(row, container)} may run as root.`,
      });
    }
  },
});
