import type { EnvironmentLock } from "../../stacks/spec/lock.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import { entryOf, ofKind } from "../../stacks/spec/of-kind.ts";
import type { Ask } from "../resolve/ask.ts";
import { obstacle, readServerTypes } from "../resolve/server-types.ts";
import { failed, ok, unknown, type Finding, type PreflightCheck } from "./check.ts";

const API = "https://api.hetzner.cloud";

export interface HetznerOptions {
  readonly ask: Ask;
  readonly token: string | undefined;
  /** ISO date. */
  readonly today: string;
}

/** Whether the token may write, and whether every locked server type can be ordered today. */
export async function checkHetzner(
  spec: EnvironmentSpec,
  lock: EnvironmentLock,
  { ask, token, today }: HetznerOptions,
): Promise<readonly PreflightCheck[]> {
  const pools = Object.entries(ofKind(spec.pools, "hetzner"));
  if (pools.length === 0) return [];
  const named = (id: string, title: string, finding: Finding): PreflightCheck => ({ id, title, ...finding });
  const access = token === undefined ? noToken : await tokenAccess(ask, token);
  const checks = [named("hetzner-token", "Hetzner token", access)];
  if (token === undefined || access.status === "failed") return checks;

  const offers = await readServerTypes(ask, token);
  const locked = ofKind(lock.pools, "hetzner");
  for (const [name, { site }] of pools) {
    const { serverType } = entryOf("the lock's pools", locked, name);
    const { location } = entryOf("sites", ofKind(spec.sites, "hetzner"), site);
    const why = obstacle(offers.get(serverType), location, today);
    const finding =
      why === undefined
        ? ok(`${serverType} can be ordered in ${location}`)
        : failed(`${serverType} is ${why}`, `Run \`npm run resolve -- ${spec.environment.name}\` for another type.`);
    checks.push(named(`hetzner-type/${name}`, name, finding));
  }
  const wanted = pools.reduce((sum, [, { nodes }]) => sum + nodes.length, 0);
  const limits = "https://console.hetzner.cloud, project, Limits";
  checks.push(
    named(
      "hetzner-limit",
      "Server limit",
      unknown(`${wanted} servers wanted; no API tells the project's limit`, `Compare with ${limits}.`),
    ),
  );
  return checks;
}

const noToken = failed(
  "HCLOUD_TOKEN is not set",
  "Make a token with the right to read and write in the project under Security, API tokens, and set it.",
);

/**
 * Hetzner names no scope of a token. A create without a body makes nothing: a token that may only read is refused for
 * that (`token_readonly`, 403), one that may write for the missing fields.
 */
async function tokenAccess(ask: Ask, token: string): Promise<Finding> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await ask({ url: new URL("/v1/placement_groups", API), method: "POST", headers });
  await answer.body?.cancel();
  if (answer.status === 401) return failed("Hetzner does not know the token", noToken.fix);
  if (answer.status === 403) return failed("the token may only read", noToken.fix);
  return ok("may read and write");
}
