import type { z } from "zod";
import { bad, boundary, changed, exampleRow, good, unknown } from "../example.ts";
import { noParameters } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import type { Rule } from "../rule.ts";
import { asObject, asText, below, itemsOf, placeIn, shown } from "../values.ts";

const OPERATOR = "splitfleet:cluster:Operator";
const IMAGE = "pods.manager.containers[0].image";
const DIGEST = `sha256:${"9f86d081884c7d65".repeat(4)}`;
const manager = { name: "manager", image: `registry.example.org/operator:1.2.3@${DIGEST}` };
const operator = exampleRow(OPERATOR, "operator", { pods: { manager: { replicas: 1, containers: [manager] } } });

export const operatorsByDigest: Rule<z.output<typeof noParameters>> = {
  id: "security/operators-by-digest",
  title: "Images of operators are named by digest",
  why:
    "An operator acts with rights over the whole cluster, and its chart names its image by a tag, which is whatever " +
    "the registry says today. With a digest beside it, nodes run what was reviewed.",
  severity: "medium",
  level: "advisory",
  scope: "environment",
  config: noParameters,
  unknown: "fail",
  fix: "Look the digest up where the image is published, and state it in components/cluster/operators/.",
  source:
    "NSA and CISA, Kubernetes Hardening Guide, section 2; " +
    "https://kubernetes.io/docs/concepts/containers/images/#image-names",
  examples: [
    good("a tag for people and a digest for machines", operator),
    bad("a tag alone", changed(operator, IMAGE, "registry.example.org/operator:1.2.3"), IMAGE),
    boundary(
      "a digest that is cut off",
      changed(operator, IMAGE, `registry.example.org/operator:1.2.3@${DIGEST.slice(0, -1)}`),
      IMAGE,
    ),
    unknown("an image that `up` decides", changed(operator, IMAGE, UNKNOWN), IMAGE),
  ],

  *check(rows) {
    for (const row of rows.filter(({ type }) => type === OPERATOR)) {
      const pods = placeIn(row, "pods");
      for (const role of Object.keys(asObject(pods.value) ?? {})) {
        for (const container of itemsOf(below(pods, role, "containers"))) {
          const { path, value } = below(container, "image");
          if (/@sha256:[0-9a-f]{64}$/.test(asText(value) ?? "")) continue;
          yield {
            urn: row.urn,
            path,
            message: `What operator ${row.name} runs is decided by the registry.`,
            value: shown(value),
            limit: "an image with its sha256 digest",
          };
        }
      }
    }
  },
};
