import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSession, type Session } from "../../sandbox/session/session.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { readWorld } from "../../sandbox/twin/world/reader.ts";
import type { ClusterSpec } from "./fixtures/cluster/stacks/cluster-spec.ts";

const FIXTURES = fileURLToPath(new URL("fixtures", import.meta.url));
const NODE_MODULES = fileURLToPath(new URL("../../node_modules", import.meta.url));
export const ENVIRONMENT = "rehearsed";

/** What the fixture's environment file says. */
export interface FixtureSpec {
  readonly location: string;
  readonly nodes: readonly string[];
}

/** A copy of the fixture project in a temporary folder, with an engine session of its own. */
export class Project {
  readonly root = mkdtempSync(join(tmpdir(), "splitfleet-engine-"));

  constructor(fixture: "fleet" | "cluster" = "fleet") {
    cpSync(join(FIXTURES, fixture), this.root, { recursive: true });
    symlinkSync(NODE_MODULES, join(this.root, "node_modules"));
  }

  get environmentFile(): string {
    return join(this.root, "stacks", `Pulumi.${ENVIRONMENT}.yaml`);
  }

  /** The folder of the rehearsal. */
  get marker(): string {
    return join(this.root, ".sandbox", ENVIRONMENT);
  }

  write({ location, nodes }: FixtureSpec): void {
    const secret = "v1:bm90IGEgcmVhbCBub25jZQ==:bm90IGEgcmVhbCBzZWNyZXQ=";
    writeFileSync(
      this.environmentFile,
      `config:
  # The comment and the unquoted number must survive a run.
  splitfleet:version: 1
  splitfleet:location: ${location}
  splitfleet:nodes: ${JSON.stringify(nodes)}
  splitfleet:hcloudToken:
    secure: ${secret}
`,
    );
  }

  writeCluster(spec: ClusterSpec): void {
    writeFileSync(this.environmentFile, `config:\n  splitfleet:cluster: ${JSON.stringify(spec)}\n`);
  }

  async open(user: NodeJS.ProcessEnv = process.env): Promise<Session> {
    return openSession({
      root: this.root,
      environment: { name: ENVIRONMENT, file: this.environmentFile, lockFile: join(this.root, "none.lock.yaml") },
      pulumi: await resolveTool("pulumi"),
      node: process.execPath,
      user,
    });
  }

  git(...args: readonly string[]): string {
    const identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
    return execFileSync("git", ["-C", this.root, ...identity, ...args], { encoding: "utf8" });
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** `type::name id` of every object of the world. */
export function worldObjects(marker: string): readonly string[] {
  if (!existsSync(marker)) return [];
  return readWorld(marker)
    .map(({ urn, id }) => `${urn.split("::").slice(2).join("::")} ${id}`)
    .sort();
}

/** `type::name id` of every resource in the state that stands for an object of the world. */
export function stateObjects(session: Session): readonly string[] {
  return (session.state().resources ?? [])
    .filter(({ custom, type }) => custom && !type.startsWith("pulumi:"))
    .map(({ urn, id }) => `${urn.split("::").slice(2).join("::")} ${id ?? ""}`)
    .sort();
}

/** Names of the pool's servers in the world. */
export function servers(marker: string): readonly string[] {
  return worldObjects(marker).flatMap((object) => /Server::(\S+) /.exec(object)?.[1] ?? []);
}
