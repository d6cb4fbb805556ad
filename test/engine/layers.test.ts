import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { down } from "../../operations/down.ts";
import { targetsOf } from "../../operations/layers/targets.ts";
import { up } from "../../operations/up.ts";
import type { Row } from "../../policies/row.ts";
import type { OperationResult } from "../../sandbox/session/engine.ts";
import { openSession, type Session } from "../../sandbox/session/session.ts";
import { resolveTool } from "../../sandbox/toolchain/resolve.ts";
import { readWorld } from "../../sandbox/twin/world/reader.ts";
import { loadEnvironment } from "../../stacks/environment-file.ts";
import { rowsOf } from "../harness.ts";

// What stands above a firewall fails in every way there is, and the firewall changes all the same.

const ROOT = path.join(import.meta.dirname, "../..");
const FIREWALL = "components/network/node-firewall.ts";

/** The project with a program of its own, which a test can change. */
class ChangedProject implements Disposable {
  readonly root = mkdtempSync(path.join(tmpdir(), "splitfleet-layers-"));

  constructor() {
    const own = ["components", "stacks", "extensions"];
    for (const name of readdirSync(ROOT)) {
      const [from, to] = [path.join(ROOT, name), path.join(this.root, name)];
      if (own.includes(name)) cpSync(from, to, { recursive: true });
      else if (name !== ".sandbox" && name !== ".git") symlinkSync(from, to);
    }
  }

  replace(file: string, before: string, after: string): void {
    const absolute = path.join(this.root, file);
    const text = readFileSync(absolute, "utf8");
    if (!text.includes(before)) throw new Error(`${file} does not hold ${before}`);
    writeFileSync(absolute, text.replace(before, after));
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

const errorsOf = ({ diagnostics }: OperationResult): string =>
  diagnostics
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => message)
    .join("\n");

/** Texts of the rules of the one firewall that exists. */
const rulesOf = (session: Session): readonly unknown[] => {
  const [firewall] = readWorld(session.layout.folder).filter(({ type }) => type === "hcloud:index/firewall:Firewall");
  return firewall === undefined ? [] : [firewall.inputs["rules"]].flat().map((rule) => JSON.stringify(rule));
};

interface Failure {
  readonly outage: string;
  /** A change to what can not be reached, so that it would be asked. */
  readonly above: { readonly file: string; readonly before: string; readonly after: string };
  /** What a run over all layers says of it; undefined where it leaves what it can not reach as it is. */
  readonly says: string | undefined;
}

const POLICY = "components/secrets/vault-access.ts";
const environments: readonly { readonly name: string; readonly failures: readonly Failure[] }[] = [
  {
    name: "sandbox",
    failures: [
      {
        outage: "vault-sealed",
        above: { file: POLICY, before: "HOUR / 6", after: "HOUR / 12" },
        says: "Vault is sealed",
      },
      {
        outage: "api-server-down",
        above: {
          file: "components/cluster/priority-classes.ts",
          before: "Whatever answers",
          after: "All that answers",
        },
        says: undefined,
      },
      {
        outage: "off-the-mesh",
        above: { file: POLICY, before: "HOUR / 12", after: "HOUR / 20" },
        says: "no such host",
      },
    ],
  },
  {
    name: "starter",
    failures: [
      {
        outage: "off-the-mesh",
        above: { file: "components/delivery/remote.ts", before: "booting: 40", after: "booting: 41" },
        says: "no such host",
      },
    ],
  },
];

describe.each(environments)("$name", ({ name, failures }) => {
  let project: ChangedProject;
  let session: Session;
  let rows: readonly Row[];
  let rule = "path MTU discovery";
  const changeFirewall = (text: string): void => {
    project.replace(FIREWALL, `"${rule}"`, `"${text}"`);
    rule = text;
  };
  const faults = (outages: readonly string[]): void =>
    writeFileSync(path.join(session.layout.folder, "faults.json"), JSON.stringify({ outages }));

  beforeAll(async () => {
    project = new ChangedProject();
    const environment = await loadEnvironment(path.join(project.root, `stacks/Pulumi.${name}.yaml`));
    rows = await rowsOf(environment);
    const pulumi = await resolveTool("pulumi");
    session = await openSession({ root: project.root, environment, pulumi, node: process.execPath });
    const first = await up(session);
    expect(first.exitCode, errorsOf(first)).toBe(0);
  });
  afterAll(async () => {
    await session.close();
    project[Symbol.dispose]();
  });

  describe.each(failures)("$outage", ({ outage, above, says }) => {
    it("lets a firewall change through where nothing above has changed", async () => {
      await up(session);
      faults([outage]);
      changeFirewall(`echo, ${outage}`);
      const result = await up(session);
      expect(result.exitCode, errorsOf(result)).toBe(0);
      expect(result.changes).toMatchObject({ create: 0, update: 1, replace: 0, delete: 0 });
      expect(rulesOf(session).join()).toContain(`"echo, ${outage}"`);
    });

    it("lets a firewall change through on its own layer while a change above waits", async () => {
      project.replace(above.file, above.before, above.after);
      const whole = await up(session);
      if (says === undefined) expect(whole).toMatchObject({ exitCode: 0, changes: { update: 0 } });
      else expect(errorsOf(whole)).toContain(says);

      changeFirewall(`errors, ${outage}`);
      const result = await up(session, { targets: (state) => targetsOf(["networks"], rows, state) });
      expect(result.exitCode, errorsOf(result)).toBe(0);
      expect(result.changes).toMatchObject({ create: 0, update: 1, replace: 0, delete: 0 });
      expect(rulesOf(session).join()).toContain(`"errors, ${outage}"`);
      faults([]);
    });
  });

  it("brings up what had to wait, and goes away although nothing on its servers can be reached", async () => {
    const late = await up(session);
    expect(late.exitCode, errorsOf(late)).toBe(0);
    expect(late.changes.update).toBeGreaterThan(0);
    faults(failures.map(({ outage }) => outage));
    const result = await down(session);
    expect(result.exitCode, errorsOf(result)).toBe(0);
    expect(readWorld(session.layout.folder).map(({ urn }) => urn)).toEqual([]);
  });
});
