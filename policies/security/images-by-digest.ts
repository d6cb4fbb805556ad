import { bad, boundary, changed, good, unknown } from "../example.ts";
import { MAIN, WORKLOAD } from "../example-workload.ts";
import { isPinned, PINNED } from "../image-reference.ts";
import { containerName, containersOf, POD_TYPES } from "../pods.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { below } from "../values.ts";

const IMAGE = `${MAIN}.image`;
const DIGEST = `sha256:${"9f86d081884c7d65".repeat(4)}`;

export const imagesByDigest = resourceRule({
  id: "security/images-by-digest",
  title: "Images are named by digest",
  why:
    "A tag is whatever its registry says today. With a digest the node runs what was reviewed, on every node " +
    "alike, and a rollback is a rollback.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Put the image with its digest into the environment's lock.",
  source:
    "NSA and CISA, Kubernetes Hardening Guide, section 2; " +
    "https://kubernetes.io/docs/concepts/containers/images/#image-names",
  types: POD_TYPES,
  examples: [
    good("a tag for people and a digest for machines", WORKLOAD),
    bad("a tag alone", changed(WORKLOAD, IMAGE, "registry.example.org/api:1.2.3"), IMAGE),
    boundary("a digest alone", changed(WORKLOAD, IMAGE, `registry.example.org/api@${DIGEST}`)),
    boundary(
      "a digest that is cut off",
      changed(WORKLOAD, IMAGE, `registry.example.org/api@${DIGEST.slice(0, -1)}`),
      IMAGE,
    ),
    boundary(
      "the tag latest beside a digest",
      changed(WORKLOAD, IMAGE, `registry.example.org/api:latest@${DIGEST}`),
      IMAGE,
    ),
    unknown("an image that `up` decides", changed(WORKLOAD, IMAGE, UNKNOWN), IMAGE),
  ],

  *inspect(row) {
    for (const container of containersOf(row)) {
      yield* demand(below(container, "image"), {
        isMet: isPinned,
        limit: PINNED,
        message: `What the ${containerName(row, container)} runs is decided by the registry.`,
      });
    }
  },
});
