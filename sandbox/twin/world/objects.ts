import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Properties } from "../protocol/values.ts";

/** One object of a simulated cloud, as its file holds it. */
export interface WorldObject {
  readonly package: string;
  /** Type token, such as `hcloud:index/server:Server`. */
  readonly type: string;
  readonly id: string;
  /** The resource that owns the object; a replacement's old and new object have the same one. */
  readonly urn: string;
  /** What the owner asked for, without secret wrappers. */
  readonly inputs: Properties;
  /** What became of the object since, such as a spent key; wins over inputs and computed outputs. */
  readonly facts: Properties;
  /**
   * What a real server has made of the inputs, as it last answered. Absent in the plain store, and as long as it is
   * unknown whether the server has done what it was asked.
   */
  readonly applied?: Properties;
  /** 1 when created, one more with every update. */
  readonly revision: number;
  /** ISO time. */
  readonly createdAt: string;
}

/**
 * The objects of one package, one file each below `folder`. A write goes to a temporary file that is renamed, so an
 * object, its id and its owner become visible together or not at all. Reads are cached by file identity: another
 * process may change the folder at any time.
 */
export class ObjectFolder {
  readonly #folder: string;
  readonly #cache = new Map<string, { stamp: string; object: WorldObject }>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  get(id: string): WorldObject | undefined {
    return this.#read(fileName(id));
  }

  /** In order of creation. */
  all(): WorldObject[] {
    return list(this.#folder)
      .filter((name) => name.endsWith(".json"))
      .flatMap((name) => this.#read(name) ?? [])
      .sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.id, b.id));
  }

  put(object: WorldObject): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const file = path.join(this.#folder, fileName(object.id));
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, `${JSON.stringify(object, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, file);
  }

  /** Whether there was such an object. */
  remove(id: string): boolean {
    const existed = this.get(id) !== undefined;
    rmSync(path.join(this.#folder, fileName(id)), { force: true });
    return existed;
  }

  #read(name: string): WorldObject | undefined {
    const file = path.join(this.#folder, name);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) {
      this.#cache.delete(name);
      return undefined;
    }
    const stamp = `${stat.ino}/${stat.mtimeMs}/${stat.size}`;
    const cached = this.#cache.get(name);
    if (cached?.stamp === stamp) return cached.object;
    const object = JSON.parse(readFileSync(file, "utf8")) as WorldObject;
    this.#cache.set(name, { stamp, object });
    return object;
  }
}

/** Names in a folder; none where it does not exist. */
export function list(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? readdirSync(folder) : [];
}

function fileName(id: string): string {
  return `${encodeURIComponent(id)}.json`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
