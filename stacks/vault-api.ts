import { readFileSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { z } from "zod";

const TIMEOUT_MS = 10_000;

const status = z.object({
  /** `shamir`, or the service that unseals by itself. */
  type: z.string().default("shamir"),
  initialized: z.boolean(),
  sealed: z.boolean(),
  /** Shares that unseal it. */
  t: z.int().default(0),
  progress: z.int().default(0),
});
export type SealStatus = z.infer<typeof status>;

const initialized = z.object({
  keys_base64: z.array(z.string()).default([]),
  recovery_keys_base64: z.array(z.string()).default([]),
  root_token: z.string(),
});
export type Initialized = z.infer<typeof initialized>;

const refusal = z.object({ errors: z.array(z.string()) });

const secretVersion = z.object({
  data: z.object({ data: z.record(z.string(), z.string()), metadata: z.object({ version: z.int() }) }),
});
/** One version of a secret in a KV v2 engine. */
export interface SecretVersion {
  readonly fields: Readonly<Record<string, string>>;
  readonly version: number;
}

/** Vault said no, or did not answer. The message names address, request and what it said, and holds no secret. */
export class VaultError extends Error {
  override readonly name = "VaultError";
  /** The message says it all. */
  readonly hideStack = true;
  /** HTTP status; undefined where nothing answered. */
  readonly status: number | undefined;

  constructor(message: string, { status, ...options }: ErrorOptions & { readonly status?: number } = {}) {
    super(message, options);
    this.status = status;
  }
}

/** What is asked of a Vault beside what its provider does: before anybody has a token for it, and about a token. */
export class VaultApi {
  readonly #address: string;
  readonly #ca: string | undefined;

  /** @param caFile Certificates to trust beside the system's, as `VAULT_CACERT` names them. */
  constructor(address: string, caFile?: string) {
    this.#address = address;
    this.#ca = caFile === undefined ? undefined : readFileSync(caFile, "utf8");
  }

  get address(): string {
    return this.#address;
  }

  /** @throws VaultError where nothing answers. */
  async status(): Promise<SealStatus> {
    return status.parse(await this.#send("GET", "/v1/sys/seal-status"));
  }

  /** @param request As `sys/init` takes it. */
  async initialize(request: Readonly<Record<string, number | readonly string[]>>): Promise<Initialized> {
    return initialized.parse(await this.#send("PUT", "/v1/sys/init", request));
  }

  async unseal(share: string): Promise<SealStatus> {
    return status.parse(await this.#send("PUT", "/v1/sys/unseal", { key: share }));
  }

  /** What a token may do at each path, such as `["create", "update"]`, `["root"]` or `["deny"]`. */
  async capabilities(token: string, paths: readonly string[]): Promise<Readonly<Record<string, readonly string[]>>> {
    const answer = await this.#send("PUT", "/v1/sys/capabilities-self", { paths }, token);
    return z.object(Object.fromEntries(paths.map((path) => [path, z.array(z.string())]))).parse(answer);
  }

  /** @returns The newest version; undefined where there is none. @param path Below `data/` of the mount `kv`. */
  async secret(token: string, kv: string, path: string): Promise<SecretVersion | undefined> {
    try {
      const { data } = secretVersion.parse(await this.#send("GET", `/v1/${kv}/data/${path}`, undefined, token));
      return { fields: data.data, version: data.metadata.version };
    } catch (error) {
      if (error instanceof VaultError && error.status === 404) return undefined;
      throw error;
    }
  }

  /**
   * Writes a new version of a secret, unless somebody else was faster.
   *
   * @param replaces The version it follows, 0 for none.
   */
  async writeSecret(token: string, kv: string, path: string, { fields, version: replaces }: SecretVersion) {
    await this.#send("POST", `/v1/${kv}/data/${path}`, { data: fields, options: { cas: replaces } }, token);
  }

  async #send(method: string, path: string, body?: object, token?: string): Promise<unknown> {
    const url = new URL(path, this.#address);
    const text = body === undefined ? "" : JSON.stringify(body);
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
      ...(token === undefined ? {} : { "x-vault-token": token }),
    };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const options = { method, headers, signal, ...(this.#ca === undefined ? {} : { ca: this.#ca }) };
    const what = `${method} ${url.href}`;
    const answer = await new Promise<{ code: number; text: string }>((resolve, reject) => {
      const request = (url.protocol === "https:" ? https : http).request(url, options, (response) => {
        response
          .setEncoding("utf8")
          .toArray()
          .then((parts) => resolve({ code: response.statusCode ?? 0, text: parts.join("") }), reject);
      });
      request.on("error", reject).end(text);
    }).catch((error: unknown) => {
      throw new VaultError(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    });
    const json: unknown = JSON.parse(answer.text);
    if (answer.code < 400) return json;
    const said = refusal.safeParse(json);
    const reason = said.success && said.data.errors.length > 0 ? said.data.errors.join("; ") : "no reason given";
    throw new VaultError(`${what}: ${answer.code}: ${reason}`, { status: answer.code });
  }
}
