import { readFileSync } from "node:fs";
import { z } from "zod";
import { SNAPSHOT_CREDENTIALS } from "../../stacks/layers/bundles.ts";
import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { serverUrl } from "../../stacks/layers/nodes.ts";
import { hasVault } from "../../stacks/spec/optional-parts.ts";
import { type Ask, createAsk, jsonOf, type Steps } from "../resolve/ask.ts";
import { NodeControlError } from "./control.ts";
import { declaredNodes } from "./inventory.ts";

const SCRIPT = readFileSync(new URL("admit.py", import.meta.url), "utf8");
/** Long enough for one connection, too short to be of use to anybody later. */
const WRAP_SECONDS = "60";

const STEPS: Steps = {
  403: "VAULT_TOKEN may not make secret ids of this role: log in as somebody who may, with `vault login`.",
  404: "Vault has no such role: run `npm run up` first.",
  503: "Vault is sealed: unseal it first.",
};

const wrapped = z.object({ wrap_info: z.object({ token: z.string() }) });
const roleId = z.object({ data: z.object({ role_id: z.string() }) });

/** What a new node runs to be admitted; the secret is in what its standard input gets, and nowhere else. */
export interface Admission {
  readonly command: string;
  readonly input: string;
}

/**
 * Asks Vault for a wrapped secret id of a node's role. Its tokens lie below the KV mount, each as field `token`.
 *
 * @param server A running server that a new one joins.
 * @param user The user's environment, for `VAULT_TOKEN`.
 * @throws NodeControlError for a server without another one to join, InputError where Vault refuses
 */
export async function admission(
  environment: ResolvedEnvironment,
  node: string,
  server: string | undefined,
  user: NodeJS.ProcessEnv,
  ask: Ask = createAsk({ aftermath: "The next run goes on." }),
): Promise<Admission> {
  const { spec } = environment;
  const declared = declaredNodes(environment);
  const role = declared.find(({ name }) => name === node)?.role;
  if (!hasVault(spec) || role === undefined || role === "compose") return { command: "true", input: "" };
  const { address, mount } = spec.secrets.vault;
  const token = user["VAULT_TOKEN"];
  if (token === undefined)
    throw new NodeControlError("VAULT_TOKEN is not set; log in with `vault login` and export it");
  const other = declared.find(({ name }) => name === server);
  if (role === "server" && other === undefined) {
    throw new NodeControlError(`${node} would found a second cluster: no other server runs that it could join`);
  }
  const name = `${spec.environment.name}-k3s-${role}`;
  const headers = { "X-Vault-Token": token };
  const place = (path: string): URL => new URL(`/v1/auth/${mount}/approle/role/${name}/${path}`, address);
  const secret = await jsonOf(
    ask,
    { url: place("secret-id"), method: "POST", headers: { ...headers, "X-Vault-Wrap-TTL": WRAP_SECONDS } },
    wrapped,
    STEPS,
  );
  const identity = await jsonOf(ask, { url: place("role-id"), headers }, roleId, STEPS);
  const agentToken = `${spec.environment.name}/k3s/agent-token`;
  const facts = {
    vault: address.replace(/\/$/, ""),
    approle: `${mount}/approle`,
    kv: `${mount}/kv`,
    role_id: identity.data.role_id,
    wrapped: secret.wrap_info.token,
    join:
      role === "server" && other !== undefined
        ? serverUrl(spec, { pool: other.pool, number: Number(other.id) }, "private")
        : null,
    tokens:
      role === "server"
        ? [
            ["/etc/splitfleet/k3s-agent-token", agentToken],
            ...(spec.cluster?.snapshots === undefined
              ? []
              : [[SNAPSHOT_CREDENTIALS, `${spec.environment.name}/k3s/snapshots-env`]]),
            ["/etc/splitfleet/k3s-token", `${spec.environment.name}/k3s/server-token`],
          ]
        : [["/etc/splitfleet/k3s-token", agentToken]],
  };
  // JSON twice is a string that Python reads as it is.
  const data = JSON.stringify(JSON.stringify(facts));
  return { command: "python3 -", input: `import json\nfacts = json.loads(${data})\n${SCRIPT}` };
}
