import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test, vi } from "vitest";
import { debianProgram } from "../../../../sandbox/toolchain/debian.ts";
import * as nodes from "../testdata/nodes.ts";
import { nodeBundle, type NodeFacts } from "./bundle.ts";

/** Namespaces take their time on a busy machine. */
vi.setConfig({ testTimeout: 60_000 });

const SCRIPT = path.join(import.meta.dirname, "testdata", "neighbourhood.sh");

const METADATA = "169.254.169.254 80";
const INTERNET = "198.51.100.9 443";

/** Makes calls with a kernel that has the node's settings and filter, and says what became of each. */
async function calls(facts: NodeFacts, wanted: readonly string[]): Promise<string[]> {
  const { installed } = nodeBundle(facts);
  const folder = mkdtempSync(path.join(tmpdir(), "splitfleet-filter-"));
  try {
    writeFileSync(path.join(folder, "filter"), installed["/etc/splitfleet/filter.nft"] ?? "");
    writeFileSync(path.join(folder, "sysctls"), installed["/etc/sysctl.d/90-splitfleet.conf"] ?? "");
    writeFileSync(path.join(folder, "calls"), wanted.map((call) => `${call}\n`).join(""));
    const unshare = await debianProgram("unshare", "util-linux");
    await debianProgram("nft", "nftables");
    return execFileSync(unshare, ["--user", "--map-root-user", "--net", "--mount", "sh", SCRIPT], {
      env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", FOLDER: folder },
      encoding: "utf8",
      stdio: "pipe",
    })
      .trim()
      .split("\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is written as reached or dropped is what happens. */
async function expectCalls(facts: NodeFacts, expected: readonly string[]): Promise<void> {
  const wanted = expected.map((line) => line.slice(0, line.lastIndexOf(" ")));
  expect(await calls(facts, wanted)).toEqual(expected);
}

test("a k3s server takes from its private network what a server serves, and from the database's members the database", () =>
  expectCalls(nodes.server, [
    `pod ${METADATA} dropped`,
    `pod ${INTERNET} reached`,
    `node ${METADATA} reached`,
    "pod 10.42.0.1 6443 reached",
    "pod 10.42.0.1 8200 reached",
    "pod 10.42.0.1 22 dropped",
    "room 10.10.1.11 6443 reached",
    "room 10.10.1.11 2379 reached",
    "room-77 10.10.1.11 2379 dropped",
    "room 10.10.1.11 8200 reached",
    "room-77 10.10.1.11 8200 dropped",
    "room 10.10.1.11 22 dropped",
    "device 100.64.0.7 8200 reached",
    "device 10.10.1.11 6443 reached",
    "outside 198.51.100.7 6443 dropped",
    "outside 198.51.100.7 22 dropped",
  ]));

test("an agent serves its kubelet to the private network and no database", () =>
  expectCalls(nodes.agent, [
    `pod ${METADATA} dropped`,
    "room 10.10.1.11 10250 reached",
    "pod 10.42.0.1 8200 dropped",
    "room 10.10.1.11 6443 dropped",
    "room 10.10.1.11 2379 dropped",
    "outside 198.51.100.7 10250 dropped",
  ]));

test("a burst node closes its metadata address to pods as well, and is called over the mesh alone", () =>
  expectCalls(nodes.burst, [
    `pod ${METADATA} dropped`,
    `pod ${INTERNET} reached`,
    `node ${METADATA} reached`,
    "device 100.64.0.7 10250 reached",
    "outside 198.51.100.7 10250 dropped",
  ]));

test("a machine of one's own keeps what it served in its room, and serves the fleet over the mesh alone", () =>
  expectCalls(nodes.onprem, [
    `pod ${METADATA} dropped`,
    "room 10.10.1.11 22 reached",
    "room 10.10.1.11 10250 dropped",
    "pod 10.42.0.1 10250 reached",
    "device 100.64.0.7 10250 reached",
  ]));

test("a VPS with Docker Compose is called over the mesh alone, and Coolify's by the internet at its proxy", async () => {
  await expectCalls(nodes.compose, [
    "device 100.64.0.7 4000 reached",
    "room 10.10.1.11 4000 dropped",
    "outside 198.51.100.7 443 dropped",
  ]);
  await expectCalls(nodes.coolify, ["outside 198.51.100.7 443 reached", "outside 198.51.100.7 8000 dropped"]);
});

test("on the node itself the metadata address is root's", () => {
  const filter = nodeBundle(nodes.burst).installed["/etc/splitfleet/filter.nft"];
  expect(filter).toContain("    ip daddr 169.254.169.254 meta skuid != 0 drop\n");
});
