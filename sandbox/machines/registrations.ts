import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

const registration = z.strictObject({
  pool: z.string(),
  provider: z.enum(["hetzner", "onprem", "aws"]),
  role: z.enum(["server", "agent", "compose"]),
  /** Id of the machine that has registered under the name. */
  machine: z.string(),
  /** What is left of it where others keep it: its Node object, its device in the mesh, its member of etcd. */
  node: z.boolean(),
  device: z.boolean(),
  etcdMember: z.boolean(),
  /** What the machine itself is like. */
  running: z.boolean(),
  cordoned: z.boolean(),
  /** Whether its pods have left. */
  drained: z.boolean(),
  versions: z.strictObject({
    k3s: z.string().optional(),
    tailscale: z.string().optional(),
    vault: z.string().optional(),
    os: z.string().optional(),
  }),
});
/** What cluster, mesh and etcd know under one host name. It outlives the machine: that is what `replace` is for. */
export type Registration = z.infer<typeof registration>;

const registrations = z.record(z.string(), registration);

/** Registrations by host name, in one file beside the world's objects. */
export class Registrations {
  readonly #file: string;

  /** @param marker Folder of the rehearsal. */
  constructor(marker: string) {
    this.#file = path.join(marker, "world", "nodes.json");
  }

  all(): ReadonlyMap<string, Registration> {
    if (!existsSync(this.#file)) return new Map();
    return new Map(Object.entries(registrations.parse(JSON.parse(readFileSync(this.#file, "utf8")))));
  }

  get(name: string): Registration | undefined {
    return this.all().get(name);
  }

  /** @param entry Undefined to forget the name. */
  set(name: string, entry: Registration | undefined): void {
    const all = new Map(this.all());
    if (entry === undefined) all.delete(name);
    else all.set(name, entry);
    mkdirSync(path.dirname(this.#file), { recursive: true, mode: 0o700 });
    const temporary = `${this.#file}.${process.pid}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(Object.fromEntries(all), undefined, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, this.#file);
  }
}
