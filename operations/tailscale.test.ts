import { expect, test } from "vitest";
import type { Request } from "./resolve/ask.ts";
import { TailscaleApi } from "./tailscale.ts";

const DEVICE = { nodeId: "n1", hostname: "factory-operations-1", name: "factory-operations-1.a.ts.net", tags: [] };

function tailnet(environment: NodeJS.ProcessEnv, refusal?: number) {
  const calls: string[] = [];
  const ask = async ({ url, method = "GET", headers, form }: Request): Promise<Response> => {
    calls.push(
      [method, url.pathname, headers?.["authorization"] ?? "", form?.["client_secret"] ?? ""].join(" ").trim(),
    );
    if (method === "DELETE") return new Response(null, { status: refusal ?? 200 });
    return Response.json(url.pathname.endsWith("/token") ? { access_token: "short" } : { devices: [DEVICE] });
  };
  return { api: new TailscaleApi(ask, environment), calls };
}

test("logs in once with an OAuth client, whose secret stands in the form alone", async () => {
  const { api, calls } = tailnet({ TAILSCALE_OAUTH_CLIENT_ID: "client", TAILSCALE_OAUTH_CLIENT_SECRET: "secret" });
  expect(await api.devices()).toEqual([DEVICE]);
  await api.remove(DEVICE);
  expect(calls).toEqual([
    "POST /api/v2/oauth/token  secret",
    "GET /api/v2/tailnet/-/devices Bearer short",
    "DELETE /api/v2/device/n1 Bearer short",
  ]);
});

test("takes an API key, and a device that is gone for removed", async () => {
  const { api, calls } = tailnet({ TAILSCALE_API_KEY: "key" }, 404);
  await api.remove(DEVICE);
  expect(calls).toEqual(["DELETE /api/v2/device/n1 Bearer key"]);
});

test("says which right is missing", async () => {
  await expect(tailnet({ TAILSCALE_API_KEY: "key" }, 403).api.remove(DEVICE)).rejects.toThrow("`devices:core`");
  await expect(tailnet({}).api.devices()).rejects.toThrow("neither TAILSCALE_API_KEY nor");
});
