import { COMPOSE_EXAMPLE, COMPOSE_PROJECT, SERVICE, serviceName, servicesOf } from "../compose.ts";
import { bad, boundary, changed, good, unknown } from "../example.ts";
import { isPinned, PINNED } from "../image-reference.ts";
import { demand, noParameters, resourceRule } from "../resource-rule.ts";
import { UNKNOWN } from "../row.ts";
import { below } from "../values.ts";

const IMAGE = `${SERVICE}.image`;
const DIGEST = `sha256:${"9f86d081884c7d65".repeat(4)}`;

export const composeImagesByDigest = resourceRule({
  id: "security/compose-images-by-digest",
  title: "Docker Compose runs images by digest",
  why:
    "A server fetches its images again when it is made anew. By a tag it might then run something else than the " +
    "server before it, and going back to an earlier release would not go back to its images.",
  severity: "high",
  level: "mandatory",
  config: noParameters,
  unknown: "fail",
  fix: "Put the image with its digest into the environment's lock.",
  source: "https://docs.docker.com/dhi/core-concepts/digests/",
  types: [COMPOSE_PROJECT],
  examples: [
    good("a tag for people and a digest for machines", COMPOSE_EXAMPLE),
    bad("a tag alone", changed(COMPOSE_EXAMPLE, IMAGE, "registry.example.org/api:1.2.3"), IMAGE),
    boundary("a digest alone", changed(COMPOSE_EXAMPLE, IMAGE, `registry.example.org/api@${DIGEST}`)),
    boundary("a digest that is cut off", changed(COMPOSE_EXAMPLE, IMAGE, `api@${DIGEST.slice(0, -1)}`), IMAGE),
    boundary("an image that the server builds", changed(COMPOSE_EXAMPLE, IMAGE, undefined), IMAGE),
    unknown("an image that `up` decides", changed(COMPOSE_EXAMPLE, IMAGE, UNKNOWN), IMAGE),
  ],

  *inspect(row) {
    for (const { name, service } of servicesOf(row)) {
      yield* demand(below(service, "image"), {
        isMet: isPinned,
        limit: PINNED,
        message: `What ${serviceName(row, name)} runs is decided by the registry.`,
      });
    }
  },
});
