import { createHash } from "node:crypto";
import { z } from "zod";
import { InputError } from "../errors.ts";
import { answerTo, type Ask, jsonOf, refused } from "./ask.ts";

/** An index of all platforms before the manifest of one. */
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

const token = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** Docker Hub answers under another name than its images carry. */
const HOSTS: Readonly<Record<string, string>> = { "docker.io": "registry-1.docker.io" };

/**
 * Pins an image: asks its registry, anonymously, for the digest behind the tag (OCI distribution API).
 *
 * @param reference Registry, repository and tag; with a digest instead of the tag it is only seen to exist.
 * @returns The reference with its digest behind it.
 * @throws InputError naming the image, the registry's status and the next step.
 */
export async function pinned(reference: string, ask: Ask): Promise<string> {
  const { registry, repository, version } = partsOf(reference);
  const url = new URL(`https://${HOSTS[registry] ?? registry}/v2/${repository}/manifests/${version}`);
  const steps = {
    401: `${reference} is not public: only images that anybody can pull are resolved.`,
    403: `${reference} is not public: only images that anybody can pull are resolved.`,
    404: `There is no image ${reference}: correct it in components/workloads/images.yaml.`,
  };
  let headers: Readonly<Record<string, string>> = { accept: MANIFESTS };
  let answer = await ask({ url, method: "HEAD", headers });
  if (answer.status === 401) {
    const authorization = await anonymous(answer.headers.get("www-authenticate"), ask);
    if (authorization !== undefined) {
      headers = { ...headers, authorization };
      answer = await ask({ url, method: "HEAD", headers });
    }
  }
  if (answer.status !== 200) throw refused(url, answer.status, steps);
  const digest = answer.headers.get("docker-content-digest") ?? (await digestOf({ url, headers }, ask));
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw new InputError(`${url.href} answered with the digest ${JSON.stringify(digest)}. Nothing was written.`);
  }
  if (version.startsWith("sha256:") && version !== digest) {
    throw new InputError(`${url.href} answered with another digest, ${digest}. Nothing was written.`);
  }
  return version.startsWith("sha256:") ? reference : `${reference}@${digest}`;
}

interface Parts {
  readonly registry: string;
  readonly repository: string;
  /** Tag or digest. */
  readonly version: string;
}

function partsOf(reference: string): Parts {
  const [, registry = "", repository = "", tag, digest] =
    /^([^/]+)\/([^:@]+)(?::([\w.-]+)|@(sha256:[0-9a-f]{64}))$/.exec(reference) ?? [];
  const version = tag ?? digest;
  if (version === undefined) throw new InputError(`${reference} has neither a tag nor a digest.`);
  return { registry, repository, version };
}

/** The header that a registry hands out to anybody; undefined if it wants something else than a token. */
async function anonymous(challenge: string | null, ask: Ask): Promise<string | undefined> {
  const [, scheme = "", rest = ""] = /^(\w+)\s+(.*)$/.exec(challenge ?? "") ?? [];
  const fields = new Map([...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]));
  const url = URL.parse(fields.get("realm") ?? "");
  if (scheme.toLowerCase() !== "bearer" || url?.protocol !== "https:") return undefined;
  for (const key of ["service", "scope"]) {
    const value = fields.get(key);
    if (value !== undefined) url.searchParams.set(key, value);
  }
  const { token: named, access_token: other } = await jsonOf(ask, { url }, token);
  const bearer = named ?? other;
  return bearer === undefined ? undefined : `Bearer ${bearer}`;
}

/** The digest is the checksum of the manifest's bytes, for registries that do not state it. */
async function digestOf(request: Parameters<Ask>[0], ask: Ask): Promise<string> {
  const bytes = await (await answerTo(ask, request)).bytes();
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
