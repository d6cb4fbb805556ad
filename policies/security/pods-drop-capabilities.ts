import { z } from "zod";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { MAIN, WORKLOAD } from "../example-workload.ts";
import { containerName, containersOf, isNodeAgent, NODE_AGENTS, POD_TYPES } from "../pods.ts";
import { demand, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { asList, below } from "../values.ts";

const config = z.strictObject({
  addable: z
    .array(z.string())
    .default(["NET_BIND_SERVICE"])
    .meta({ description: "Capabilities that a container may have." }),
  namespaces: z.array(z.string()).default([NODE_AGENTS]).meta({ description: "Namespaces of agents of their node." }),
  ofAgents: z
    .array(z.string())
    .default(["SYS_ADMIN"])
    .meta({ description: "Capabilities that agents may have besides: with it a device plugin sees MIG instances." }),
});

const [DROP, ADD] = [`${MAIN}.securityContext.capabilities.drop`, `${MAIN}.securityContext.capabilities.add`];

export const podsDropCapabilities = resourceRule({
  id: "security/pods-drop-capabilities",
  title: "Containers have none of root's capabilities",
  why:
    "The default set of capabilities lets a process forge packets, change owners of files and make device nodes; " +
    "a model server needs none of it.",
  severity: "medium",
  level: "mandatory",
  config,
  unknown: "fail",
  fix: "Set securityContext.capabilities.drop to ALL and add nothing but what the container can not do without.",
  source: "https://kubernetes.io/docs/concepts/security/pod-security-standards/ (restricted)",
  types: POD_TYPES,
  examples: [
    good("all dropped", WORKLOAD),
    bad("nothing dropped", changed(WORKLOAD, DROP, undefined), DROP),
    bad("administration of the system added", changed(WORKLOAD, ADD, ["SYS_ADMIN"]), ADD),
    boundary("one dropped", changed(WORKLOAD, DROP, ["NET_RAW"]), DROP),
    boundary("low ports added", changed(WORKLOAD, ADD, ["NET_BIND_SERVICE"])),
    boundary(
      "an agent of its node that administers the system",
      changed(changed(WORKLOAD, ADD, ["SYS_ADMIN"]), "metadata.namespace", NODE_AGENTS),
    ),
    unknown("a list that `up` decides", changed(WORKLOAD, DROP, UNKNOWN), DROP),
  ],

  *inspect(row, { config: { addable, namespaces, ofAgents } }) {
    const allowed = isNodeAgent(row, namespaces) ? [...addable, ...ofAgents] : addable;
    for (const container of containersOf(row)) {
      const name = containerName(row, container);
      yield* demand(below(container, "securityContext", "capabilities", "drop"), {
        isMet: (value) => asList(value).includes("ALL"),
        limit: "ALL",
        message: `The ${name} keeps capabilities of root.`,
      });
      yield* demand(below(container, "securityContext", "capabilities", "add"), {
        isMet: (value) =>
          asList(value).every((capability) => typeof capability === "string" && allowed.includes(capability)),
        limit: `none but ${allowed.join(", ")}`,
        message: `The ${name} is given capabilities of root.`,
      });
    }
  },
});
