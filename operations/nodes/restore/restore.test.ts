import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { loadEnvironment } from "../../../stacks/environment-file.ts";
import { TwinNodeControl } from "../control-twin.ts";
import type { Maintenance } from "../maintenance/maintenance.ts";
import { TwinMaintenance } from "../maintenance/twin.ts";
import { TestFleet, withNodes } from "../testing.ts";
import { RestoreLedger } from "./ledger.ts";
import { chooseSnapshot, restoreEtcd, serversOf } from "./restore.ts";

const environment = withNodes(
  await loadEnvironment(path.join(import.meta.dirname, "../../../stacks/Pulumi.sandbox.yaml")),
  "operations",
  [1, 2, 3],
);
const SERVERS = ["sandbox-operations-1", "sandbox-operations-2", "sandbox-operations-3"];
const SNAPSHOT = { environment: "sandbox", takenAt: "2026-11-20T00:00:00.000Z", k3s: "v1.36.2+k3s1" };
const K3S = "v1.36.2+k3s1";

let fleet: TestFleet;
let control: TwinNodeControl;
let maintenance: TwinMaintenance;
let token: string;
beforeEach(async () => {
  fleet = new TestFleet(environment);
  control = new TwinNodeControl(fleet.marker, environment);
  const now = (): Date => new Date(SNAPSHOT.takenAt);
  maintenance = new TwinMaintenance(fleet.marker, control, { environment: "sandbox", now });
  await maintenance.takeSnapshot("sandbox-operations-1", "nightly");
  const file = readFileSync(path.join(fleet.marker, "world", "maintenance.json"), "utf8");
  token = z.object({ serverToken: z.string() }).parse(JSON.parse(file)).serverToken;
});
afterEach(() => fleet[Symbol.dispose]());

function restore(given: string, over: Partial<Maintenance> = {}): Promise<void> {
  const changed = new Proxy<Maintenance>(maintenance, {
    get: (target, name) => {
      const value: unknown = Reflect.get(over, name) ?? Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return restoreEtcd(
    { snapshot: "nightly", servers: SERVERS, token: given },
    { control, maintenance: changed, ledger: new RestoreLedger(fleet.marker), onStep: (text) => void said.push(text) },
  );
}
let said: string[] = [];
beforeEach(() => (said = []));
const members = async () => (await control.etcdMembers()).filter(({ healthy }) => healthy).map(({ node }) => node);

test("stops all servers, gives the first the data, and lets the others join anew", async () => {
  expect(serversOf(await control.nodes(), "sandbox-operations-1")).toEqual(SERVERS);
  expect(serversOf(await control.nodes(), "sandbox-operations-2")[0]).toBe("sandbox-operations-2");
  await restore(token);
  expect(said).toEqual([
    ...SERVERS.map((node) => `${node}: k3s stops`),
    "sandbox-operations-1: takes the data of nightly",
    "sandbox-operations-1: k3s starts",
    "sandbox-operations-2: forgets its data and joins",
    "sandbox-operations-3: forgets its data and joins",
  ]);
  expect(await members()).toEqual(SERVERS);
  expect(new RestoreLedger(fleet.marker).open()).toBeUndefined();
});

test("refuses another token, tells the state, keeps no secret, and goes on with the right one", async () => {
  await expect(restore("K10wrong::server:1")).rejects.toThrow(
    "sandbox-operations-1: bootstrap data is encrypted with another token than the one given; etcd was not changed\n" +
      "All servers are stopped; pods run on, and nothing looks after them.",
  );
  expect(readFileSync(path.join(fleet.marker, "restore.json"), "utf8")).toBe(
    '{"snapshot":"nightly","done":["stop"]}\n',
  );
  said = [];
  await restore(token);
  expect(said[0]).toBe("sandbox-operations-1: takes the data of nightly");
  expect(await members()).toEqual(SERVERS);
});

test.each(["stopServer", "resetTo", "startServer", "removeData"])(
  "goes on after it was cut off at %s",
  async (method) => {
    let calls = 0;
    const cut = (): Promise<void> => {
      calls += 1;
      return Promise.reject(new Error("killed"));
    };
    await expect(restore(token, { [method]: cut })).rejects.toThrow("killed");
    expect(calls).toBe(1);
    await restore(token);
    expect(await members()).toEqual(SERVERS);
  },
);

test("lets no server join with the data of before", async () => {
  const keep = (): Promise<void> => Promise.resolve();
  await expect(restore(token, { removeData: keep })).rejects.toThrow(
    "sandbox-operations-2: its data is of the etcd before the restore; remove it first",
  );
});

test("names what there is when a snapshot is missing", () => {
  const all = [{ ...SNAPSHOT, name: "nightly" }];
  expect(() => chooseSnapshot(all, { environment: "sandbox", name: "weekly", k3s: K3S })).toThrow(
    "sandbox has not got a snapshot weekly. Nothing was touched. There is: nightly of 2026-11-20T00:00:00.000Z.",
  );
  expect(() => chooseSnapshot([], { environment: "sandbox", k3s: K3S })).toThrow("There is: none.");
  expect(chooseSnapshot(all, { environment: "sandbox", k3s: K3S }).name).toBe("nightly");
});

test("refuses a snapshot of another environment, and one of a newer minor", () => {
  const other = { ...SNAPSHOT, name: "nightly", environment: "production" };
  expect(() => chooseSnapshot([other], { environment: "sandbox", name: "nightly", k3s: K3S })).toThrow(
    "the snapshot nightly belongs to production, not to sandbox. Nothing was touched.",
  );
  const newer = { ...SNAPSHOT, name: "nightly", k3s: "v1.37.0+k3s1" };
  expect(() => chooseSnapshot([newer], { environment: "sandbox", k3s: K3S })).toThrow("Run `npm run upgrade` first.");
});
