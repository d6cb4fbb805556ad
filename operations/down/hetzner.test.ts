import { expect, test } from "vitest";
import type { Request } from "../resolve/ask.ts";
import { HetznerInventory } from "./hetzner.ts";

type Answers = Readonly<Record<string, unknown>>;

/** A project whose collections have one page each, unless `answers` has a second one. */
function project(answers: Answers, refusals: Readonly<Record<string, number>> = {}) {
  const calls: string[] = [];
  const ask = ({ url, method = "GET", headers }: Request): Promise<Response> => {
    expect(headers).toEqual({ authorization: "Bearer token" });
    const path = url.pathname.replace("/v1/", "");
    if (method !== "GET") {
      calls.push(`${method} ${path}`);
      const status = refusals[`${method} ${path}`] ?? 200;
      const body = status === 200 ? {} : { error: { code: "protected", message: "volume deletion is protected" } };
      return Promise.resolve(Response.json(body, { status }));
    }
    const page = Number(url.searchParams.get("page"));
    const things = answers[page === 1 ? path : `${path} ${page}`] ?? [];
    const next_page = `${path} ${page + 1}` in answers ? page + 1 : null;
    return Promise.resolve(Response.json({ [path]: things, meta: { pagination: { next_page } } }));
  };
  return { inventory: new HetznerInventory(ask, "token"), calls };
}
const LABELS = { "splitfleet/environment": "factory" };

test("lists every kind on every page with the environment of its label", async () => {
  const { inventory } = project({
    servers: [{ id: 1, name: "factory-operations-1", labels: LABELS }],
    volumes: [{ id: 2, name: "pvc-1", labels: { "managed-by": "csi-driver" }, server: 1 }],
    "volumes 2": [{ id: 3, name: "pvc-2", labels: LABELS, server: null }],
    images: [{ id: 4, description: "before the move", labels: LABELS }],
  });
  expect(await inventory.list()).toEqual([
    { provider: "hcloud", kind: "server", id: "1", name: "factory-operations-1", environment: "factory" },
    { provider: "hcloud", kind: "volume", id: "2", name: "pvc-1", environment: undefined },
    {
      provider: "hcloud",
      kind: "volume",
      id: "3",
      name: "pvc-2",
      environment: "factory",
    },
    { provider: "hcloud", kind: "snapshot", id: "4", name: "before the move", environment: "factory" },
  ]);
});

test("detaches a volume before it deletes it, and takes what is gone for deleted", async () => {
  const { inventory, calls } = project(
    { volumes: [{ id: 2, name: "pvc", labels: LABELS, server: 1 }] },
    { "DELETE load_balancers/9": 404 },
  );
  const [volume] = await inventory.list();
  await inventory.remove(volume ?? expect.fail("there is a volume"));
  await inventory.remove({ provider: "hcloud", kind: "load balancer", id: "9", name: "", environment: "factory" });
  expect(calls).toEqual(["POST volumes/2/actions/detach", "DELETE volumes/2", "DELETE load_balancers/9"]);
});

test("refuses in Hetzner's words", async () => {
  const { inventory } = project({}, { "DELETE volumes/2": 423 });
  await expect(
    inventory.remove({ provider: "hcloud", kind: "volume", id: "2", name: "", environment: "factory" }),
  ).rejects.toThrow("Hetzner answered 423: volume deletion is protected (protected)");
});

test("says that it can not ask without a token", async () => {
  const inventory = new HetznerInventory(() => expect.fail("nobody is asked"), undefined);
  await expect(inventory.list()).rejects.toThrow("HCLOUD_TOKEN is not set");
});
