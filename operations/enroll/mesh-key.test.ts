import { expect, test } from "vitest";
import { mintMeshKey } from "./mesh-key.ts";

const client = { id: "client", secret: "tskey-client-secret" };
const wanted = { node: "plant-a", tag: "tag:factory-plant", client } as const;

/** A control server that answers in turn. */
function control(...answers: readonly Response[]) {
  const asked: { url: string; body: string; authorization: string | null }[] = [];
  const left = [...answers];
  const fetch = (url: string, init: RequestInit): Promise<Response> => {
    const authorization = new Headers(init.headers).get("authorization");
    asked.push({ url, body: String(init.body), authorization });
    const answer = left.shift();
    return answer === undefined ? Promise.reject(new Error("connection refused")) : Promise.resolve(answer);
  };
  return { asked, fetch };
}

const token = () => Response.json({ access_token: "token" });

test("a key is single-use, tagged and good for an hour", async () => {
  const { asked, fetch } = control(token(), Response.json({ key: "tskey-auth-new", expires: "2026-11-21T13:00:00Z" }));
  expect(await mintMeshKey({ ...wanted, fetch })).toEqual({
    key: "tskey-auth-new",
    expires: new Date("2026-11-21T13:00:00Z"),
  });
  expect(asked.map(({ url }) => url)).toEqual([
    "https://api.tailscale.com/api/v2/oauth/token",
    "https://api.tailscale.com/api/v2/tailnet/-/keys",
  ]);
  expect(asked[1]?.authorization).toBe("Bearer token");
  expect(JSON.parse(asked[1]?.body ?? "")).toEqual({
    capabilities: {
      devices: { create: { reusable: false, ephemeral: false, preauthorized: true, tags: ["tag:factory-plant"] } },
    },
    expirySeconds: 3600,
    description: "enroll plant-a",
  });
});

test("a refusal names the next step and no credential", async () => {
  const refusals = [
    control(new Response("", { status: 401 })),
    control(token(), new Response("", { status: 403 })),
    control(token(), Response.json({ id: "k1" })),
    control(),
  ];
  const words = await Promise.all(
    refusals.map(({ fetch }) => mintMeshKey({ ...wanted, fetch }).catch((error: unknown) => String(error))),
  );
  expect(words).toEqual([
    "InputError: https://api.tailscale.com/api/v2/oauth/token answered 401. Nothing was written. Check TAILSCALE_OAUTH_CLIENT_ID and TAILSCALE_OAUTH_CLIENT_SECRET.",
    "InputError: https://api.tailscale.com/api/v2/tailnet/-/keys answered 403. Nothing was written. Give the OAuth client the scope auth_keys and a tag that owns tag:factory-plant in the tailnet's policy.",
    "InputError: https://api.tailscale.com/api/v2/tailnet/-/keys answered in another shape than expected. Nothing was written. Try again later.",
    "InputError: https://api.tailscale.com/api/v2/oauth/token can not be reached: connection refused. Nothing was written. Check the network.",
  ]);
});
