import { createHash, randomBytes } from "node:crypto";
import { z } from "zod";
import { textAt } from "../twin/protocol/paths.ts";
import type { WorldObject } from "../twin/world/objects.ts";
import { World } from "../twin/world/world.ts";
import { readKv, writeKv } from "./state.ts";

const MOUNT = "vault:index/mount:Mount";
const POLICY = "vault:index/policy:Policy";
const APP_ROLE = "vault:appRole/authBackendRole:AuthBackendRole";

export interface SecretsRequest {
  readonly method: "GET" | "PUT";
  /** Below `/v1/`. */
  readonly place: string;
  readonly token: string | undefined;
  /** Whether the answer is to be wrapped. */
  readonly wrap: boolean;
  readonly body: unknown;
}

export interface Answer {
  readonly status: number;
  readonly body: object;
}

const writeRequest = z.object({
  data: z.record(z.string(), z.string()),
  options: z.object({ cas: z.int().optional() }).optional(),
});
const loginRequest = z.object({ role_id: z.string(), secret_id: z.string() });

const refusal = (status: number, ...errors: string[]): Answer => ({ status, body: { errors } });
const DENIED = refusal(403, "permission denied");
const issued = (prefix: string): string => `${prefix}.${randomBytes(18).toString("base64url")}`;

/**
 * What an unsealed Vault of a rehearsal answers: KV v2 with check-and-set, AppRole with secret ids that work once, response
 * wrapping. Mounts, roles and policies are those that the program has made in the world. Wrapped answers, secret ids and
 * logins live as long as this object; what was written stays. Addresses are not looked at: here all are one machine's.
 */
export class SecretEngines {
  readonly #marker: string;
  readonly #world: World;
  readonly #wrapped = new Map<string, object>();
  /** Role by secret id. */
  readonly #secretIds = new Map<string, WorldObject>();
  /** Role by token. */
  readonly #logins = new Map<string, WorldObject>();

  constructor(marker: string) {
    this.#marker = marker;
    this.#world = new World(marker);
  }

  /** @param rootToken Digest of the root token. */
  answer(request: SecretsRequest, rootToken: string | undefined): Answer {
    const { method, place, token = "", body } = request;
    const isRoot = rootToken !== undefined && digestOf(token) === rootToken;
    if (place === "sys/wrapping/unwrap") return this.#unwrap(token);
    const role = this.#world.ofType(APP_ROLE).find((each) => place.startsWith(`${roleAt(each)}/`));
    if (role !== undefined) {
      if (!isRoot) return DENIED;
      return place === `${roleAt(role)}/role-id` && method === "GET"
        ? { status: 200, body: { data: { role_id: role.id } } }
        : this.#secretId(role, request);
    }
    const backend = /^auth\/(.+)\/login$/.exec(place)?.[1];
    if (backend !== undefined) return this.#login(backend, loginRequest.safeParse(body).data);
    const mount = this.#world.ofType(MOUNT).find(({ inputs }) => place.startsWith(`${textAt(inputs, "path")}/data/`));
    if (mount === undefined) return refusal(404, `no handler for route "${place}". route entry not found.`);
    if (!isRoot && !(method === "GET" && this.#mayRead(token, place))) return DENIED;
    return method === "GET" ? this.#read(place) : this.#write(place, writeRequest.safeParse(body).data);
  }

  #unwrap(token: string): Answer {
    const body = this.#wrapped.get(token);
    this.#wrapped.delete(token);
    return body === undefined
      ? refusal(400, "wrapping token is not valid or does not exist")
      : { status: 200, body: { data: body } };
  }

  #secretId(role: WorldObject, { method, place, wrap }: SecretsRequest): Answer {
    if (place !== `${roleAt(role)}/secret-id` || method !== "PUT") return refusal(405, "unsupported operation");
    const id = issued("secret");
    this.#secretIds.set(id, role);
    if (!wrap) return { status: 200, body: { data: { secret_id: id } } };
    const token = issued("hvs");
    this.#wrapped.set(token, { secret_id: id });
    return { status: 200, body: { wrap_info: { token } } };
  }

  #login(backend: string, given: z.infer<typeof loginRequest> | undefined): Answer {
    const role = this.#secretIds.get(given?.secret_id ?? "");
    this.#secretIds.delete(given?.secret_id ?? "");
    if (role === undefined || role.id !== given?.role_id || textAt(role.inputs, "backend") !== backend) {
      return refusal(400, "invalid role or secret ID");
    }
    const token = issued("hvs");
    this.#logins.set(token, role);
    return { status: 200, body: { auth: { client_token: token } } };
  }

  #mayRead(token: string, place: string): boolean {
    const named = this.#logins.get(token)?.inputs["tokenPolicies"];
    const names = Array.isArray(named) ? named : [];
    return this.#world
      .ofType(POLICY)
      .filter(({ inputs }) => names.includes(textAt(inputs, "name") ?? ""))
      .some(({ inputs }) => textAt(inputs, "policy")?.includes(`path "${place}" {`) === true);
  }

  #read(place: string): Answer {
    const versions = readKv(this.#marker)[place] ?? [];
    const data = versions.at(-1);
    if (data === undefined) return refusal(404);
    return { status: 200, body: { data: { data, metadata: { version: versions.length } } } };
  }

  #write(place: string, wanted: z.infer<typeof writeRequest> | undefined): Answer {
    if (wanted === undefined) return refusal(400, "no data provided");
    const all = readKv(this.#marker);
    const versions = all[place] ?? [];
    const { cas = versions.length } = wanted.options ?? {};
    if (cas !== versions.length) {
      return refusal(400, "check-and-set parameter did not match the current version");
    }
    writeKv(this.#marker, { ...all, [place]: [...versions, wanted.data] });
    return { status: 200, body: { data: { version: versions.length + 1 } } };
  }
}

const roleAt = ({ inputs }: WorldObject): string =>
  `auth/${textAt(inputs, "backend")}/role/${textAt(inputs, "roleName")}`;

/** How the world keeps what only its owner knows. */
export const digestOf = (secret: string): string => createHash("sha256").update(secret).digest("hex");
