import { createHash } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { pinned } from "./registry.ts";
import { type Answer, recordedHosts } from "./testing.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;
const MANIFEST = "registry-1.docker.io/v2/prom/prometheus/manifests/v3.15.0";
const REFERENCE = "docker.io/prom/prometheus:v3.15.0";
const challenge = (realm: string): Answer => ({
  status: 401,
  headers: {
    "www-authenticate": `Bearer realm="${realm}",service="registry.docker.io",scope="repository:prom/prometheus:pull"`,
  },
});
const TOKEN = "auth.docker.io/token?service=registry.docker.io&scope=repository%3Aprom%2Fprometheus%3Apull";

async function hosts(answers: Readonly<Record<string, Answer | readonly Answer[]>>) {
  const recorded = await recordedHosts(answers);
  onTestFinished(recorded.close);
  return recorded;
}

test("fetches the token that a registry hands out to anybody, and reads the digest from the header", async () => {
  const { ask, requests, authorizations } = await hosts({
    [MANIFEST]: [challenge("https://auth.docker.io/token"), { headers: { "docker-content-digest": DIGEST } }],
    [TOKEN]: { body: { token: "handed-out" } },
  });
  expect(await pinned(REFERENCE, ask)).toBe(`${REFERENCE}@${DIGEST}`);
  expect(requests).toEqual([`HEAD ${MANIFEST}`, `GET ${TOKEN}`, `HEAD ${MANIFEST}`]);
  expect(authorizations).toEqual([undefined, undefined, "Bearer handed-out"]);
});

test("computes the digest where a registry does not state it", async () => {
  const manifest = "quay.io/v2/prometheus/node-exporter/manifests/v1";
  const { ask } = await hosts({ [manifest]: { body: "the manifest" } });
  const digest = createHash("sha256").update("the manifest").digest("hex");
  expect(await pinned("quay.io/prometheus/node-exporter:v1", ask)).toBe(
    `quay.io/prometheus/node-exporter:v1@sha256:${digest}`,
  );
});

test("an image that is named by its digest is seen to exist and stays as it is", async () => {
  const manifest = `quay.io/v2/team/tuner/manifests/${DIGEST}`;
  const { ask, requests } = await hosts({ [manifest]: { headers: { "docker-content-digest": DIGEST } } });
  expect(await pinned(`quay.io/team/tuner@${DIGEST}`, ask)).toBe(`quay.io/team/tuner@${DIGEST}`);
  expect(requests).toEqual([`HEAD ${manifest}`]);
});

test.each([
  [
    "an image that there is not",
    { [MANIFEST]: { status: 404 } },
    `There is no image ${REFERENCE}: correct it in components/workloads/images.yaml.`,
  ],
  [
    "a registry that sends its clients to an unencrypted host for the token",
    { [MANIFEST]: challenge("http://auth.docker.io/token") },
    `${REFERENCE} is not public: only images that anybody can pull are resolved.`,
  ],
  [
    "a digest of another form",
    { [MANIFEST]: { headers: { "docker-content-digest": "md5:1" } } },
    'answered with the digest "md5:1". Nothing was written.',
  ],
] as const)("%s is refused", async (_, answers, message) => {
  const { ask } = await hosts(answers);
  await expect(pinned(REFERENCE, ask)).rejects.toThrow(message);
});
