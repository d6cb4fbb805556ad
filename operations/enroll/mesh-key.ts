import { z } from "zod";
import type { MeshKey } from "../../stacks/layers/enrolment.ts";
import { InputError } from "../errors.ts";

const LIFETIME_SECONDS = 3600;
const API = "https://api.tailscale.com/api/v2";
const TIMEOUT_MS = 30_000;

const tokenAnswer = z.object({ access_token: z.string().min(1) });
const keyAnswer = z.object({ key: z.string().min(1), expires: z.iso.datetime({ offset: true }) });

export interface MintOptions {
  readonly node: string;
  readonly tag: string;
  /** Of an OAuth client with the scope for auth keys and the tag, or one that owns it. */
  readonly client: { readonly id: string; readonly secret: string };
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/**
 * Asks Tailscale for a key (https://tailscale.com/api#tag/keys). Neither credential stands in an error.
 *
 * @throws InputError if Tailscale refuses or can not be reached, with the next step.
 */
export async function mintMeshKey({ node, tag, client, fetch: send = fetch }: MintOptions): Promise<MeshKey> {
  const ask = async <T>(path: string, init: RequestInit, schema: z.ZodType<T>, step: string): Promise<T> => {
    const answer = await send(`${API}${path}`, {
      ...init,
      method: "POST",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new InputError(`${API}${path} can not be reached: ${reason}. Nothing was written. Check the network.`);
    });
    if (!answer.ok) {
      await answer.body?.cancel();
      throw new InputError(`${API}${path} answered ${answer.status}. Nothing was written. ${step}`);
    }
    const parsed = schema.safeParse(await answer.json().catch(() => undefined));
    if (parsed.success) return parsed.data;
    throw new InputError(
      `${API}${path} answered in another shape than expected. Nothing was written. Try again later.`,
    );
  };
  const { access_token: token } = await ask(
    "/oauth/token",
    { body: new URLSearchParams({ client_id: client.id, client_secret: client.secret }) },
    tokenAnswer,
    "Check TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_OAUTH_CLIENT_SECRET.",
  );
  const create = { reusable: false, ephemeral: false, preauthorized: true, tags: [tag] };
  const { key, expires } = await ask(
    "/tailnet/-/keys",
    {
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({
        capabilities: { devices: { create } },
        expirySeconds: LIFETIME_SECONDS,
        description: `enroll ${node}`.slice(0, 50),
      }),
    },
    keyAnswer,
    `Give the OAuth client the scope auth_keys and a tag that owns ${tag} in the tailnet's policy.`,
  );
  return { key, expires: new Date(expires) };
}
