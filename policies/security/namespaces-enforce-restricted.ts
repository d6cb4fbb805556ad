import { z } from "zod";
import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { demand, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { NODE_AGENTS } from "../pods.ts";
import { asText, placeIn } from "../values.ts";

const NAMESPACE = "kubernetes:core/v1:Namespace";
const LABEL = "pod-security.kubernetes.io/enforce";
const PATH = `metadata.labels["${LABEL}"]`;

const config = z.strictObject({
  exceptions: z
    .array(z.string())
    .default(["kube-system", "nvidia-device-plugin", NODE_AGENTS])
    .meta({ description: "Namespaces whose pods need the node: k3s's own, the GPU plugin's, that of node agents." }),
});

const namespace = exampleRow(NAMESPACE, "team-example", {
  metadata: { name: "team-example", labels: { [LABEL]: "restricted" } },
});

export const namespacesEnforceRestricted = resourceRule({
  id: "security/namespaces-enforce-restricted",
  title: "Namespaces refuse pods that are not restricted",
  why:
    "Rules judge what the program declares. The label makes the cluster itself refuse a privileged pod, whoever " +
    "creates it and by whatever means.",
  severity: "high",
  level: "mandatory",
  config,
  unknown: "fail",
  fix: `Label the namespace ${LABEL}=restricted.`,
  source: "https://kubernetes.io/docs/concepts/security/pod-security-admission/; CIS Kubernetes Benchmark 5.2",
  types: [NAMESPACE],
  examples: [
    good("restricted", namespace),
    bad("no label", changed(namespace, "metadata.labels", undefined), PATH),
    boundary("baseline, one level below", changed(namespace, PATH, "baseline"), PATH),
    boundary("a namespace of k3s itself", exampleRow(NAMESPACE, "kube-system", { metadata: { name: "kube-system" } })),
    unknown("labels that `up` decides", changed(namespace, "metadata.labels", UNKNOWN), PATH),
  ],

  *inspect(row, { config: { exceptions } }) {
    if (exceptions.includes(asText(placeIn(row, "metadata", "name").value) ?? "")) return;
    yield* demand(placeIn(row, "metadata", "labels", LABEL), {
      isMet: (value) => value === "restricted",
      limit: "restricted",
      message: `Namespace ${row.name} accepts pods that are not restricted.`,
    });
  },
});
