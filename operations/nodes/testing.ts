import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { StateResource } from "../../sandbox/session/state.ts";
import { World } from "../../sandbox/twin/world/world.ts";
import type { Environment } from "../../stacks/environment-file.ts";
import { declaredNodes } from "./inventory.ts";
import type { NodeEngine } from "./replace/engine.ts";

const SERVER = "hcloud:index/server:Server";

/** The servers of an environment in a world of their own, and an engine that makes them anew as the real one does. */
export class TestFleet implements Disposable {
  readonly marker = mkdtempSync(path.join(tmpdir(), "splitfleet-nodes-"));
  readonly engine: NodeEngine;
  readonly protections: string[] = [];
  readonly #world: World;
  readonly #environment: Environment;
  readonly #protected: Set<string>;
  #made = 0;

  constructor(environment: Environment, { isProtected = false } = {}) {
    let at = 0;
    this.#world = new World(this.marker, { now: () => new Date(Date.UTC(2026, 10, 21) + (at += 1000)) });
    this.#environment = environment;
    const servers = declaredNodes(environment).filter(({ provider }) => provider === "hetzner");
    for (const { name } of servers) this.#create(name);
    this.#protected = new Set(isProtected ? servers.map(({ name }) => urnOf(name)) : []);
    this.engine = {
      repair: () => Promise.resolve(),
      resources: () => Promise.resolve(this.#resources()),
      up: ({ replace }) => {
        for (const urn of replace) {
          if (this.#protected.has(urn)) throw new Error(`${urn} is protected`);
          const [server] = this.#world.ofType(SERVER).filter((object) => object.urn === urn);
          if (server === undefined) continue;
          this.#world.remove(server);
          this.#create(urn.split("::").at(-1) ?? "");
        }
        const changes = { create: 0, update: 0, replace: replace.length, delete: 0, same: 0 };
        const summary = { changes, diagnostics: [], policyViolations: [], finished: true };
        return Promise.resolve({ ...summary, exitCode: 0, durationMs: 0, output: "" });
      },
      setProtection: (urns, isProtected) => {
        for (const urn of urns) {
          this.protections.push(`${isProtected ? "protect" : "unprotect"} ${urn.split("::").at(-1) ?? ""}`);
          if (isProtected) this.#protected.add(urn);
          else this.#protected.delete(urn);
        }
        return Promise.resolve();
      },
    };
  }

  /** Ids of the servers by host name. */
  get servers(): Record<string, string> {
    return Object.fromEntries(this.#world.ofType(SERVER).map(({ urn, id }) => [urn.split("::").at(-1) ?? "", id]));
  }

  /** Ends a server behind everybody's back. */
  lose(name: string): void {
    for (const server of this.#world.ofType(SERVER)) if (server.urn === urnOf(name)) this.#world.remove(server);
  }

  [Symbol.dispose](): void {
    rmSync(this.marker, { recursive: true, force: true });
  }

  #create(name: string): void {
    const node = declaredNodes(this.#environment).find((each) => each.name === name);
    this.#made += 1;
    this.#world.put("create", {
      package: "hcloud",
      type: SERVER,
      id: String(9_000_000_000 + this.#made),
      urn: urnOf(name),
      inputs: {
        labels: { "splitfleet/pool": node?.pool ?? "" },
        userData: `#cloud-config\nhostname: ${name}\n`,
        serverType: "cpx42",
      },
      facts: {},
      revision: 1,
      createdAt: this.#world.now().toISOString(),
    });
  }

  #resources(): StateResource[] {
    return this.#world.ofType(SERVER).flatMap(({ urn, id, inputs }): StateResource[] => {
      const name = urn.split("::").at(-1) ?? "";
      const component = componentUrn(name.slice(this.#environment.name.length + 1));
      return [
        { urn: component, custom: false, type: "splitfleet:compute:HetznerNode" },
        {
          urn,
          id,
          custom: true,
          type: SERVER,
          parent: component,
          protect: this.#protected.has(urn),
          inputs: { serverType: String(inputs["serverType"]) },
        },
      ];
    });
  }
}

const componentUrn = (name: string): string => `urn:pulumi:test::splitfleet::splitfleet:compute:HetznerNode::${name}`;
const urnOf = (name: string): string =>
  `urn:pulumi:test::splitfleet::splitfleet:compute:HetznerNode$${SERVER}::${name}`;

/** The environment with other nodes in one of its Hetzner pools. */
export function withNodes(environment: Environment, pool: string, nodes: readonly number[]): Environment {
  const entry = environment.spec.pools[pool];
  if (entry?.kind !== "hetzner") throw new Error(`${pool} is no Hetzner pool`);
  const pools = { ...environment.spec.pools, [pool]: { ...entry, nodes: [...nodes] } };
  return { ...environment, spec: { ...environment.spec, pools } };
}
