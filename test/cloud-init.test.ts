import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { debianProgram } from "../sandbox/toolchain/debian.ts";
import { loadEnvironment, type ResolvedEnvironment } from "../stacks/environment-file.ts";
import { environmentNames } from "../stacks/environment-names.ts";
import { ofKind } from "../stacks/spec/of-kind.ts";
import { rowsOf } from "./harness.ts";
import { type UserData, userDataOf } from "./user-data.ts";

/** cloud-init is Python: seconds on a busy machine. */
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const STACKS = path.join(import.meta.dirname, "..", "stacks");
const ENVIRONMENTS = environmentNames(STACKS);

const KIBIBYTE = 1024;

/** Most that each cloud takes, in bytes (Hetzner's API reference of servers; AWS's of instance user data). */
const LIMITS: Readonly<Record<string, number>> = {
  "hcloud:index/server:Server": 32 * KIBIBYTE,
  "aws:ec2/launchTemplate:LaunchTemplate": 16 * KIBIBYTE,
};

/** The starter with Coolify in place of Docker Compose on its first pool. */
function withCoolify({ spec, lock }: ResolvedEnvironment): ResolvedEnvironment {
  const [first] = Object.entries(ofKind(spec.pools, "hetzner"));
  if (first === undefined) throw new Error("the starter has no pool at Hetzner");
  const [name, pool] = first;
  const coolify = { version: "v4.3.11", sha256: { amd64: "a".repeat(64) } };
  return {
    spec: { ...spec, pools: { [name]: { ...pool, coolify: true } }, workloads: {} },
    lock: { ...lock, binaries: { ...lock.binaries, coolify } },
  };
}

const load = (name: string): Promise<ResolvedEnvironment> => loadEnvironment(path.join(STACKS, `Pulumi.${name}.yaml`));

const cases: readonly (readonly [string, () => Promise<ResolvedEnvironment>])[] = [
  ...ENVIRONMENTS.map((name) => [name, () => load(name)] as const),
  ["starter with Coolify", async () => withCoolify(await load("starter"))],
];

describe.each(cases)("user data of %s", (_, environment) => {
  let all: readonly UserData[];
  let folder: string;
  beforeAll(async () => {
    all = userDataOf(await rowsOf(await environment()));
    folder = mkdtempSync(path.join(tmpdir(), "splitfleet-user-data-"));
    return () => rmSync(folder, { recursive: true, force: true });
  });

  test("is a cloud-config document below the limit of its cloud", () => {
    expect(all.length).toBeGreaterThan(0);
    for (const { name, type, text, bytes } of all) {
      expect(text.split("\n")[0], name).toBe("#cloud-config");
      expect(bytes, name).toBeLessThan(LIMITS[type] ?? 0);
    }
  });

  test("has nothing that cloud-init finds wrong", async () => {
    const program = await debianProgram("cloud-init", "cloud-init");
    // Nodes of a pool differ in names and addresses alone.
    const kinds = new Map(all.map((each) => [each.name.replace(/-\d+-server$/, ""), each]));
    for (const [kind, { text }] of kinds) {
      const file = path.join(folder, kind);
      writeFileSync(file, text);
      expect(execFileSync(program, ["schema", "--config-file", file], { encoding: "utf8", stdio: "pipe" })).toMatch(
        /^Valid (cloud-config|schema)/m,
      );
    }
  });

  test("runs scripts that it wrote, which bash reads and shellcheck finds nothing wrong with", async () => {
    const shellcheck = await debianProgram("shellcheck", "shellcheck");
    const scripts = all.flatMap(({ document: { write_files: written, runcmd } }) => {
      for (const [program] of runcmd) expect(written.map((file) => file.path)).toContain(program);
      return written.filter(({ permissions }) => permissions === "0700").map(({ content }) => content);
    });
    const files = [...new Set(scripts)].map((content, index) => {
      expect(content.split("\n")[0]).toBe("#!/bin/sh");
      const file = path.join(folder, `script-${index}`);
      writeFileSync(file, content);
      return file;
    });
    for (const file of files) expect(() => execFileSync("bash", ["-n", file], { stdio: "pipe" })).not.toThrow();
    expect(spawnSync(shellcheck, ["--shell=sh", ...files], { encoding: "utf8" }).stdout).toBe("");
  });

  test("keeps what it writes from other users of the node, but for what they have to read", () => {
    for (const { document } of all) {
      for (const { path: file, permissions } of document.write_files) {
        const isPublic = /\/files\/(etc\/(apt|sysctl\.d|systemd)|usr\/local\/lib)\//.test(file);
        expect(permissions, file).toMatch(isPublic ? /^0644$/ : /^0[67]00$/);
      }
    }
  });

  test("checks every download before it is used", () => {
    for (const { document } of all) {
      for (const { path: file, content } of document.write_files) {
        const lines = content.split("\n");
        for (const [index, line] of lines.entries()) {
          if (!line.startsWith("curl ") || !line.includes("--output")) continue;
          expect(lines[index + 1], file).toMatch(/^echo "[0-9a-f]{64} {2}\S+" \| sha256sum --check --quiet -$/);
        }
      }
    }
  });
});
