import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { AdmissionFacts } from "../../stacks/admission.ts";
import type { Machine } from "./machines.ts";

const digest = z.string().regex(/^[0-9a-f]{64}$/);
const cluster = z.strictObject({
  /** SHA-256 of the authority that the founder has made. */
  authority: digest,
  /** Digests of what servers and agents prove themselves with. */
  server: digest,
  agent: digest,
});

const unwrapped = z.object({ data: z.object({ secret_id: z.string() }) });
const login = z.object({ auth: z.object({ client_token: z.string() }) });
const secretData = z.object({ data: z.object({ data: z.record(z.string(), z.string()) }) });

const OWN_TOKEN = "/etc/splitfleet/k3s-token";
const AGENT_TOKEN = "/etc/splitfleet/k3s-agent-token";

/** A simulated machine could not join. The message is k3s' or Vault's own. */
export class JoinError extends Error {
  override readonly name = "JoinError";
}

/**
 * k3s on a simulated machine: fetches its tokens from Vault as a real one does, then founds the cluster or joins it, and
 * refuses what k3s refuses.
 *
 * @param marker Folder of the rehearsal.
 * @throws JoinError for a token that Vault does not give, or the cluster does not take
 */
export async function joinCluster(marker: string, { role }: Machine, facts: AdmissionFacts): Promise<void> {
  const tokens = await fetchTokens(facts);
  const own = tokens.get(OWN_TOKEN) ?? "";
  const [, pinned, user, password] = /^K10([0-9a-f]{64})::(\w+):(\S+)$/.exec(own) ?? [];
  if (role === "server" && facts.join === null) {
    if (own === "" || pinned !== undefined) {
      throw new JoinError("the first server takes its token in the short form alone: it has no authority yet");
    }
    const agent = sha256(tokens.get(AGENT_TOKEN) ?? "");
    return writeCluster(marker, { authority: sha256(randomBytes(32)), server: sha256(own), agent });
  }
  const known = readCluster(marker);
  if (known === undefined) throw new JoinError("there is no cluster to join");
  if (pinned === undefined) throw new JoinError("the token does not pin the cluster's authority");
  if (pinned !== known.authority) {
    throw new JoinError(
      `token CA hash does not match the Cluster CA certificate hash: ${pinned} != ${known.authority}`,
    );
  }
  const wanted = role === "server" ? { user: "server", proof: known.server } : { user: "node", proof: known.agent };
  if (user !== wanted.user || sha256(password ?? "") !== wanted.proof) throw new JoinError("401 Unauthorized");
  if (role === "server" && sha256(tokens.get(AGENT_TOKEN) ?? "") !== known.agent) {
    throw new JoinError("this server would not know the agents of the others");
  }
}

/** SHA-256 of the cluster's authority; undefined before one is founded. */
export const authorityOf = (marker: string): string | undefined => readCluster(marker)?.authority;

/** The same requests as those of the script on a real machine. */
async function fetchTokens(facts: AdmissionFacts): Promise<ReadonlyMap<string, string>> {
  const secret = await ask(facts, "sys/wrapping/unwrap", unwrapped, { body: {}, token: facts.wrapped });
  const body = { role_id: facts.role_id, secret_id: secret.data.secret_id };
  const { auth } = await ask(facts, `auth/${facts.approle}/login`, login, { body });
  const tokens = new Map<string, string>();
  for (const { file, secret: place, field } of facts.tokens) {
    const { data } = await ask(facts, `${facts.kv}/data/${place}`, secretData, { token: auth.client_token });
    const value = data.data[field];
    if (value === undefined) throw new JoinError(`${place} has no field ${field}`);
    tokens.set(file, value);
  }
  return tokens;
}

async function ask<T>(
  { vault }: AdmissionFacts,
  place: string,
  schema: z.ZodType<T>,
  { body, token }: { readonly body?: object; readonly token?: string },
): Promise<T> {
  const answer = await fetch(`${vault}/v1/${place}`, {
    headers: token === undefined ? {} : { "x-vault-token": token },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new JoinError(`Vault answered ${answer.status} for ${place}: ${text}`);
  return schema.parse(JSON.parse(text));
}

const fileIn = (marker: string): string => path.join(marker, "world", "cluster.json");

function readCluster(marker: string): z.infer<typeof cluster> | undefined {
  const file = fileIn(marker);
  return existsSync(file) ? cluster.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;
}

const writeCluster = (marker: string, content: z.infer<typeof cluster>): void =>
  writeFileSync(fileIn(marker), `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });

const sha256 = (value: string | Buffer): string => createHash("sha256").update(value).digest("hex");
