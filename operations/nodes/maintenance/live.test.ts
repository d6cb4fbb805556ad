import { expect, test } from "vitest";
import { NodeControlError, type NodeState } from "../control.ts";
import { LiveMaintenance } from "./live.ts";

interface Call {
  readonly host: string;
  readonly command: string;
  readonly input: string;
}
const node = (name: string, more: Partial<NodeState> = {}): NodeState => ({
  name,
  pool: "operations",
  provider: "hetzner",
  role: "server",
  ready: true,
  cordoned: false,
  versions: { k3s: "v1.36.2+k3s1", vault: "1.21.0" },
  bundle: undefined,
  etcdMember: true,
  machine: name,
  ...more,
});

/** Nodes that answer each command by the first entry whose text the command holds. */
function fleet(answers: Readonly<Record<string, readonly (string | Error)[]>>, nodes = [node("factory-operations-1")]) {
  const calls: Call[] = [];
  const left = new Map(Object.entries(answers).map(([text, all]) => [text, [...all]]));
  const remote = async (host: string, command: string, { input = "" }: { readonly input?: string } = {}) => {
    calls.push({ host, command, input });
    const [, queue] = [...left].find(([text]) => command.includes(text)) ?? [];
    const answer = (queue !== undefined && queue.length > 1 ? queue.shift() : queue?.[0]) ?? "";
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const options = {
    environment: "factory",
    tailnet: "a.ts.net",
    vaultToken: "hvs.secret",
    pause: async () => undefined,
  };
  return { maintenance: new LiveMaintenance(remote, { nodes: async () => nodes }, options), calls };
}
const NODE = "factory-operations-1";

test("installs by the bundle that names the version, and bears with a mesh that is away meanwhile", async () => {
  const away = new NodeControlError("timeout");
  const { maintenance, calls } = fleet({ "echo waits": ["activating\ndone", away, "inactive\ndone"] });
  await maintenance.install(NODE, { component: "tailscale", version: "1.104.0" });
  expect(calls.map(({ host }) => host)).toEqual(Array.from({ length: 4 }, () => "factory-operations-1.a.ts.net"));
  expect(calls[0]?.command).toContain('grep -qsF "tailscale 1.104.0 " "$release/versions.txt"');
  expect(calls[0]?.command).toContain('--unit=splitfleet-install "$release/bin/');
});

test("gives the node's own words where it went back", async () => {
  const { maintenance } = fleet({ "echo waits": ["failed\ndone"], journalctl: ["k3s v2 failed; k3s v1 runs again"] });
  await expect(maintenance.install(NODE, { component: "k3s", version: "v1.37.0+k3s1" })).rejects.toThrow(
    "factory-operations-1: k3s v2 failed; k3s v1 runs again",
  );
});

test("takes nothing for a version that a shell could run", async () => {
  const { maintenance, calls } = fleet({});
  await expect(maintenance.install(NODE, { component: "k3s", version: '"; reboot' })).rejects.toThrow("is no version");
  expect(calls).toEqual([]);
});

test("waits for the restart of a system that asks for one", async () => {
  const { maintenance, calls } = fleet({
    "echo waits": ["inactive\nwaits", "inactive\ndone"],
    simulate: ["3\nrestart"],
  });
  expect(await maintenance.updates(NODE)).toEqual({ packages: 3, restart: true });
  await maintenance.updateSystem(NODE);
  expect(calls.filter(({ command }) => command.includes("echo waits"))).toHaveLength(2);
});

test("says who leads Vault and who is sealed; its token goes to standard input alone", async () => {
  const nodes = [NODE, "factory-operations-2", "factory-operations-3"].map((name) => node(name));
  const health = [
    '{"sealed":false,"standby":false}',
    '{"sealed":false,"standby":true}',
    '{"sealed":true,"standby":true}',
  ];
  const { maintenance, calls } = fleet({ "sys/health": health }, nodes);
  expect((await maintenance.vaultMembers()).map(({ active, sealed }) => [active, sealed])).toEqual([
    [true, false],
    [false, false],
    [false, true],
  ]);
  await maintenance.stepDown(NODE);
  expect(calls.at(-1)?.input).toBe("X-Vault-Token: hvs.secret\n");
  expect(calls.every(({ command }) => !command.includes("hvs."))).toBe(true);
});

test("lists the copies that are in object storage and ready, newest first", async () => {
  const item = (name: string, location: string, creationTime: string, nodeName = NODE) => ({
    spec: { snapshotName: name, nodeName, location },
    status: { creationTime, readyToUse: true },
  });
  const items = [
    item("old", "s3://b/factory/old", "2026-11-20T00:00:00Z"),
    item("new", "s3://b/factory/new", "2026-11-21T00:00:00Z"),
    item("local", "file:///var/lib", "2026-11-21T00:00:00Z"),
    item("strange", "s3://b/factory/x", "2026-11-19T00:00:00Z", "production-operations-1"),
  ];
  const { maintenance } = fleet({ etcdsnapshotfiles: [JSON.stringify({ items })] });
  expect((await maintenance.snapshots()).map(({ name, environment }) => [name, environment])).toEqual([
    ["new", "factory"],
    ["old", "factory"],
    ["strange", "the owner of production-operations-1"],
  ]);
});

test("resets with the token on standard input and in a file of root's that goes at the end", async () => {
  const { maintenance, calls } = fleet({});
  await maintenance.resetTo(NODE, { snapshot: "it's", token: "K10secret" });
  const [call] = calls;
  expect(call?.input).toBe("K10secret");
  expect(call?.command).toContain("umask 077");
  expect(call?.command).toContain("trap 'rm -f /run/splitfleet-restore-token' EXIT");
  expect(call?.command).toContain("--cluster-reset-restore-path='it'\\''s' --token-file=/run/splitfleet-restore-token");
  expect(call?.command).not.toContain("K10secret");
});
