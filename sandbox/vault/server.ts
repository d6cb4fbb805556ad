import { randomBytes } from "node:crypto";
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { type Answer, digestOf, SecretEngines } from "./secrets.ts";
import { readVault, writeVault, type VaultState } from "./state.ts";

const UNSEALED: VaultState = { initialized: true, sealed: false, threshold: 0, shares: [], given: [] };

const initRequest = z.object({
  secret_shares: z.int().min(1).max(255),
  secret_threshold: z.int().min(1).max(255),
  pgp_keys: z.array(z.string()).optional(),
});
const unsealRequest = z.object({ key: z.string() });

/**
 * The part of Vault's HTTP API that a bring-up needs: health, init, unseal and seal status, and, once it is unsealed, what
 * {@link SecretEngines} answers; in the words and with the status codes of the API reference
 * (developer.hashicorp.com/vault/api-docs). Listens on loopback, on a free port, as long as it is not disposed of.
 */
export class VaultServer implements AsyncDisposable {
  readonly #server: http.Server;
  readonly #marker: string;
  readonly #secrets: SecretEngines;

  private constructor(marker: string) {
    this.#marker = marker;
    this.#secrets = new SecretEngines(marker);
    this.#server = http.createServer((request, response) => {
      void this.#answer(request).then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      });
    });
  }

  /** @param marker Folder of the rehearsal. */
  static async start(marker: string): Promise<VaultServer> {
    const server = new VaultServer(marker);
    server.#server.listen(0, "127.0.0.1");
    await once(server.#server, "listening");
    return server;
  }

  get address(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(request: http.IncomingMessage): Promise<Answer> {
    const { pathname } = new URL(request.url ?? "/", "http://vault");
    const state = readVault(this.#marker) ?? UNSEALED;
    const text = (await request.setEncoding("utf8").toArray()).join("");
    const refused = (message: string): Answer => ({ status: 400, body: { errors: [message] } });
    const method = request.method === "GET" ? "GET" : "PUT";
    switch (`${method} ${pathname}`) {
      case "GET /v1/sys/health":
        return { status: !state.initialized ? 501 : state.sealed ? 503 : 200, body: statusOf(state) };
      case "GET /v1/sys/seal-status":
        return { status: 200, body: statusOf(state) };
      case "PUT /v1/sys/init": {
        const wanted = initRequest.safeParse(JSON.parse(text));
        if (state.initialized) return refused("Vault is already initialized");
        return wanted.success ? this.#initialize(wanted.data) : refused(z.prettifyError(wanted.error));
      }
      case "PUT /v1/sys/unseal": {
        const given = unsealRequest.safeParse(JSON.parse(text));
        if (!state.initialized) return refused("Vault is not initialized");
        return given.success ? this.#unseal(state, digestOf(given.data.key)) : refused("'key' must be specified");
      }
      default: {
        if (state.sealed) return { status: 503, body: { errors: ["Vault is sealed"] } };
        const { "x-vault-token": token, "x-vault-wrap-ttl": wrap } = request.headers;
        const body: unknown = text === "" ? {} : JSON.parse(text);
        const place = pathname.slice("/v1/".length);
        const from = typeof token === "string" ? token : undefined;
        return this.#secrets.answer({ method, place, token: from, wrap: wrap !== undefined, body }, state.rootToken);
      }
    }
  }

  #initialize({
    secret_shares: count,
    secret_threshold: threshold,
    pgp_keys: keys,
  }: z.infer<typeof initRequest>): Answer {
    if (threshold > count || (count > 1 && threshold === 1)) {
      return { status: 400, body: { errors: ["invalid seal configuration: threshold does not fit the shares"] } };
    }
    if (keys !== undefined && keys.length !== count) {
      return { status: 400, body: { errors: ["incorrect number of PGP keys: one for each share"] } };
    }
    const rootToken = `hvs.${randomBytes(18).toString("base64url")}`;
    const shares = Array.from({ length: count }, () => randomBytes(33));
    writeVault(this.#marker, {
      initialized: true,
      sealed: true,
      threshold,
      shares: shares.map((share) => digestOf(share.toString("base64"))),
      given: [],
      rootToken: digestOf(rootToken),
    });
    // The real one encrypts each share to its key; what comes back is no share either way.
    const handedOut = keys === undefined ? shares : shares.map(() => randomBytes(64));
    const body = {
      keys: handedOut.map((share) => share.toString("hex")),
      keys_base64: handedOut.map((share) => share.toString("base64")),
      root_token: rootToken,
    };
    return { status: 200, body };
  }

  #unseal(state: VaultState, share: string): Answer {
    if (!state.shares.includes(share)) return { status: 400, body: { errors: ["invalid key"] } };
    const given = [...new Set([...state.given, share])];
    const opened = given.length >= state.threshold;
    const next = { ...state, sealed: state.sealed && !opened, given: opened ? [] : given };
    writeVault(this.#marker, next);
    return { status: 200, body: statusOf(next) };
  }
}

const statusOf = ({ initialized, sealed, threshold, shares, given }: VaultState): object => ({
  type: "shamir",
  initialized,
  sealed,
  t: threshold,
  n: shares.length,
  progress: given.length,
});
