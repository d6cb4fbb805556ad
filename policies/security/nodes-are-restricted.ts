import { bad, boundary, changed, good, unknown } from "../example.ts";
import { noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { apiServerArguments, NODE_TYPES, nodeExample, ofNode } from "./node-config.ts";

const PLUGINS = "enable-admission-plugins=NodeRestriction,EventRateLimit";

export const nodesAreRestricted = resourceRule({
  id: "security/nodes-are-restricted",
  title: "A node can change only itself",
  why:
    "With NodeRestriction a kubelet writes its own node and its own pods. Without it a taken-over burst node " +
    "labels itself as a pool for personal data and has the pods scheduled to it.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "ignore",
  fix:
    "Name NodeRestriction in enable-admission-plugins of `kube-apiserver-arg`: a list of one's own replaces the " +
    "default.",
  source:
    "CIS Kubernetes Benchmark 1.2.15; " +
    "https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction",
  types: NODE_TYPES,
  examples: [
    good("NodeRestriction beside another plugin", nodeExample()),
    bad("a list without it", nodeExample(PLUGINS, "enable-admission-plugins=EventRateLimit"), "userData"),
    boundary("no list, where k3s has it on by default", nodeExample(`  - ${PLUGINS}\n`, "")),
    boundary(
      "a plugin that only sounds like it",
      nodeExample(PLUGINS, "enable-admission-plugins=NoNodeRestriction"),
      "userData",
    ),
    unknown("user data that `up` decides", changed(nodeExample(), "userData", UNKNOWN), "userData"),
  ],

  *inspect(row) {
    yield* ofNode(row, "server", function* (k3s) {
      const plugins = apiServerArguments(k3s).get("enable-admission-plugins");
      if (plugins === undefined || plugins.split(",").includes("NodeRestriction")) return;
      yield {
        message: `The API server on ${row.name} lets a node change others.`,
        value: plugins,
        limit: "NodeRestriction among the plugins",
      };
    });
  },
});
