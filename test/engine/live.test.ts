import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { LiveStack } from "../../operations/live.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "splitfleet-fake-pulumi-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A `pulumi` that answers from files and notes how it was called. */
function stackWith(
  answers: Readonly<Record<string, unknown>>,
  environment = "production",
  user: NodeJS.ProcessEnv = {},
): LiveStack {
  const path = join(folder, "pulumi");
  for (const [command, answer] of Object.entries(answers)) {
    writeFileSync(join(folder, `${command}.json`), JSON.stringify(answer));
  }
  writeFileSync(
    path,
    `#!/bin/sh
echo "$@ token=$HCLOUD_TOKEN" >> "${folder}/calls"
cat "${folder}/$1.json" || { echo "error: no stack named 'production' found" >&2; exit 1; }
`,
    { mode: 0o755 },
  );
  const pulumi = { path, folder, version: "3.259.0" };
  const env = { PATH: process.env["PATH"], HCLOUD_TOKEN: "live", ...user };
  return new LiveStack({ root: folder, environment, pulumi, node: process.execPath, user: env });
}

const server = (id: string) => ({
  urn: "urn:pulumi:production::splitfleet::hcloud:index/server:Server::pool-1",
  custom: true,
  id,
  type: "hcloud:index/server:Server",
});
const exported = (...resources: readonly object[]) => ({ stack: { version: 3, deployment: { resources } } });

it("refuses the sandbox, which is never live", async () => {
  using stack = stackWith(exported(), "sandbox");
  await expect(stack.check()).rejects.toThrow("the sandbox is only ever brought up against the twin, never live.");
});

it.each(["SPLITFLEET_REHEARSAL", "SPLITFLEET_TWIN_SOCKET"])("refuses a shell in which %s is set", async (marker) => {
  using stack = stackWith(exported(), "production", { [marker]: "/x" });
  await expect(stack.check()).rejects.toThrow(`${marker} is set: this shell belongs to a rehearsal.`);
});

it("refuses a state with simulated resources and names them", async () => {
  using stack = stackWith(exported(server("9000000001"), { ...server("12345678"), urn: "urn:x::y::z::real" }));
  await expect(stack.check()).rejects.toThrow(
    'the state of the stack "production" holds simulated resources, so it comes from a rehearsal:\n' +
      "  hcloud:index/server:Server::pool-1 9000000001\n",
  );
});

it("accepts a state with real resources only", async () => {
  using stack = stackWith(exported(server("12345678")));
  await expect(stack.check()).resolves.toBeUndefined();
});

it("says how to get a stack where there is none", async () => {
  using stack = stackWith({});
  await expect(stack.check()).rejects.toThrow("create the stack once with `pulumi stack init production`");
});

it("shows the changes and the protected resources among those to be deleted or replaced", async () => {
  const urn = (name: string): string => `urn:pulumi:p::s::t::${name}`;
  const steps = [
    { op: "delete", urn: urn("data"), oldState: { protect: true } },
    { op: "replace", urn: urn("vault"), oldState: { protect: true } },
    { op: "delete", urn: urn("spare"), oldState: { protect: false } },
    { op: "same", urn: urn("k3s"), oldState: { protect: true } },
  ];
  using stack = stackWith({ preview: { changeSummary: { delete: 2, replace: 1, same: 1 }, steps } });
  expect(await stack.preview()).toEqual({
    changes: { delete: 2, replace: 1, same: 1 },
    protectedDeletes: [urn("data"), urn("vault")],
  });
});

it("runs the user's own pulumi with the user's own environment", async () => {
  using stack = stackWith({ up: {} });
  expect((await stack.run("up")).exitCode).toBe(0);
  expect(readFileSync(join(folder, "calls"), "utf8").replace(/\d+ token/, "PORT token")).toBe(
    "up --stack production --yes --skip-preview --non-interactive --color never " +
      "--event-log tcp://127.0.0.1:PORT token=live\n",
  );
});

it("says who the user is to which backend", async () => {
  using stack = stackWith({ whoami: { user: "alice", organizations: [], url: "s3://state" } });
  expect(await stack.account()).toBe("alice at s3://state");
});
