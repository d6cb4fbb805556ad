import { readFileSync } from "node:fs";
import { z } from "zod";
import { type AdmissionFacts, k3sSecret } from "../../stacks/admission.ts";
import { SNAPSHOT_CREDENTIALS } from "../../stacks/layers/bundles.ts";
import { mountsOf } from "../../stacks/layers/secrets.ts";
import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { serverUrl } from "../../stacks/layers/nodes.ts";
import { hasVault, type VaultSpec } from "../../stacks/spec/optional-parts.ts";
import { type Ask, createAsk, jsonOf, type Steps } from "../resolve/ask.ts";
import { type AdmitOptions, NodeControlError } from "./control.ts";
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
 * Asks Vault for a wrapped secret id of a node's role.
 *
 * @param user The user's environment, for `VAULT_TOKEN`.
 * @returns Undefined for a node that joins no cluster.
 * @throws NodeControlError for a server without another one to join, InputError where Vault refuses
 */
export async function admissionFacts(
  { spec }: Pick<ResolvedEnvironment, "spec">,
  node: string,
  { server, founds = false }: AdmitOptions,
  user: NodeJS.ProcessEnv,
  ask: Ask = createAsk({ aftermath: "The next run goes on." }),
): Promise<AdmissionFacts | undefined> {
  const declared = declaredNodes({ spec });
  const role = declared.find(({ name }) => name === node)?.role;
  if (!hasVault(spec) || role === undefined || role === "compose") return undefined;
  const { address, mount } = spec.secrets.vault;
  const token = user["VAULT_TOKEN"];
  if (token === undefined)
    throw new NodeControlError("VAULT_TOKEN is not set; log in with `vault login` and export it");
  const other = declared.find(({ name }) => name === server);
  if (role === "server" && other === undefined && !founds) {
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
  const { approle, kv } = mountsOf(mount);
  return {
    vault: address.replace(/\/$/, ""),
    approle,
    kv,
    role_id: identity.data.role_id,
    wrapped: secret.wrap_info.token,
    join:
      role === "server" && other !== undefined && !founds
        ? serverUrl(spec, { pool: other.pool, number: Number(other.id) }, "private")
        : null,
    tokens: tokensOf(spec, role, founds),
  };
}

/**
 * A server knows the agents' password alone: k3s compares it as it stands, and would take a token in the secure form for
 * the password itself. The founder knows its own in the short form too, which is the only one that k3s takes before there
 * is an authority (docs.k3s.io/cli/token).
 */
function tokensOf(spec: VaultSpec, role: "server" | "agent", founds: boolean): AdmissionFacts["tokens"] {
  const { name } = spec.environment;
  const own = "/etc/splitfleet/k3s-token";
  const agents = k3sSecret(name, "agent-token");
  if (role === "agent") return [{ file: own, secret: agents, field: "token" }];
  return [
    { file: "/etc/splitfleet/k3s-agent-token", secret: agents, field: "password" },
    ...(spec.cluster?.snapshots === undefined
      ? []
      : [{ file: SNAPSHOT_CREDENTIALS, secret: k3sSecret(name, "snapshots-env"), field: "token" }]),
    { file: own, secret: k3sSecret(name, "server-token"), field: founds ? "password" : "token" },
  ];
}

/** The same as what runs on the node. */
export function admissionCommand(facts: AdmissionFacts): Admission {
  // JSON twice is a string that Python reads as it is.
  const data = JSON.stringify(JSON.stringify(facts));
  return { command: "python3 -", input: `import json\nfacts = json.loads(${data})\n${SCRIPT}` };
}

/** As k3s takes the hash of an authority that it has made itself: over the file as it stands (docs.k3s.io/cli/token). */
export const AUTHORITY_COMMAND = `left=300
until k3s kubectl get --raw /readyz > /dev/null 2>&1; do
  left=$((left - 1))
  [ "$left" -gt 0 ] || { echo "k3s does not become ready; see journalctl --unit k3s" >&2; exit 1; }
  sleep 2
done
sha256sum /var/lib/rancher/k3s/server/tls/server-ca.crt | cut -d ' ' -f 1
`;
