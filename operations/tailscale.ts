import { z } from "zod";
import { InputError } from "./errors.ts";
import { type Ask, jsonOf, type Steps } from "./resolve/ask.ts";

const API = "https://api.tailscale.com";

const device = z.object({
  /** Preferred id of the API; `id` is its predecessor. */
  nodeId: z.string(),
  hostname: z.string(),
  /** In the tailnet's DNS, with a number where two devices have one host name. */
  name: z.string(),
  tags: z.array(z.string()).default([]),
});
const devices = z.object({ devices: z.array(device) });
const token = z.object({ access_token: z.string() });

/** A member of the tailnet. */
export type MeshDevice = z.infer<typeof device>;

const STEPS: Steps = {
  401: "The credentials are not ones that Tailscale knows, or have expired.",
  403: "The credentials lack the scope for devices: make an OAuth client with the right to write `devices:core`.",
};

/**
 * Devices of a tailnet, with the credentials that the provider reads: `TAILSCALE_API_KEY`, or `TAILSCALE_OAUTH_CLIENT_ID`
 * and `TAILSCALE_OAUTH_CLIENT_SECRET`.
 */
export class TailscaleApi {
  readonly #ask: Ask;
  readonly #environment: NodeJS.ProcessEnv;
  #token: string | undefined;

  constructor(ask: Ask, environment: NodeJS.ProcessEnv) {
    this.#ask = ask;
    this.#environment = environment;
  }

  /** @throws InputError without credentials, and where Tailscale does not answer. */
  async devices(): Promise<readonly MeshDevice[]> {
    const url = new URL("/api/v2/tailnet/-/devices", API);
    return (await jsonOf(this.#ask, { url, headers: await this.#headers() }, devices, STEPS)).devices;
  }

  /** A device that is gone already counts as removed. */
  async remove({ nodeId }: Pick<MeshDevice, "nodeId">): Promise<void> {
    const url = new URL(`/api/v2/device/${encodeURIComponent(nodeId)}`, API);
    const answer = await this.#ask({ url, method: "DELETE", headers: await this.#headers() });
    await answer.body?.cancel();
    if (!answer.ok && answer.status !== 404) {
      throw new InputError(`Tailscale answered ${answer.status}. ${STEPS[answer.status] ?? "Try again later."}`);
    }
  }

  async #headers(): Promise<Readonly<Record<string, string>>> {
    this.#token ??= this.#environment["TAILSCALE_API_KEY"] ?? (await this.#login());
    return { authorization: `Bearer ${this.#token}` };
  }

  async #login(): Promise<string> {
    const id = this.#environment["TAILSCALE_OAUTH_CLIENT_ID"];
    const secret = this.#environment["TAILSCALE_OAUTH_CLIENT_SECRET"];
    if (id === undefined || secret === undefined) {
      throw new InputError(
        "neither TAILSCALE_API_KEY nor TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_OAUTH_CLIENT_SECRET are set",
      );
    }
    const url = new URL("/api/v2/oauth/token", API);
    const form = { client_id: id, client_secret: secret };
    return (await jsonOf(this.#ask, { url, method: "POST", form }, token, STEPS)).access_token;
  }
}
