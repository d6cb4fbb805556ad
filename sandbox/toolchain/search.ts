import { mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "./build.ts";
import { download, pinnedArchive } from "./download.ts";
import { withLock } from "./lock.mjs";
import { findOnPath, folderOf, isExecutable, probe } from "./probe.ts";
import type { Way } from "./progress.ts";
import type { ResolvedTool, SearchOptions } from "./resolve.ts";
import type { ToolDefinition } from "./tools.ts";

/** One attempt to have one tool. Each way gives the tool, or nothing and a note that says why. */
export class Search {
  readonly notes: string[] = [];
  readonly #tool: ToolDefinition;
  readonly #options: SearchOptions;
  /** Holds one folder a version. */
  readonly #folder: string;

  constructor(tool: ToolDefinition, options: SearchOptions) {
    this.#tool = tool;
    this.#options = options;
    this.#folder = join(options.cacheFolder, tool.name);
  }

  async onPath(): Promise<ResolvedTool | undefined> {
    if (!this.#mayTry("path")) return undefined;
    if (this.#tool.silent === true) {
      this.notes.push(`PATH: ${this.#tool.name} can not say its version`);
      return undefined;
    }
    const candidates = await findOnPath(this.#tool.name, this.#options.environment);
    if (candidates.length === 0) this.notes.push(`PATH: no ${this.#tool.name}`);
    for (const path of candidates) {
      const result = await probe(this.#tool, path, this.#options.environment);
      if (result.usable) return await this.#resolved(path, result.version, "path");
      this.notes.push(`PATH: ${result.reason}`);
    }
    return undefined;
  }

  async inCache(): Promise<ResolvedTool | undefined> {
    if (!this.#mayTry("cache")) return undefined;
    const pinned = pinnedArchive(this.#tool, this.#options.platform)?.version;
    const versions = pinned === undefined ? [this.#tool.version] : [...new Set([pinned, this.#tool.version])];
    for (const version of versions) {
      const path = join(this.#folder, version, this.#tool.name);
      if (!(await isExecutable(path))) {
        this.notes.push(`cache: no executable ${path}`);
        continue;
      }
      const result = await probe(this.#tool, path, this.#options.environment);
      if (result.usable) return await this.#resolved(path, result.version, "cache");
      this.notes.push(`cache: ${result.reason}`);
    }
    return undefined;
  }

  /** Downloads or builds, one run at a time. Whoever comes second finds the tool in the cache. */
  async install(): Promise<ResolvedTool | undefined> {
    if (!this.#mayTry("download") && !this.#mayTry("build")) return undefined;
    const onWait = ({ pid }: { pid: number }) =>
      this.#report("cache", `waiting for process ${pid}, which is installing ${this.#tool.name}`);
    try {
      return await withLock(join(this.#folder, "install.lock"), () => this.#installLocked(), { onWait });
    } catch (error) {
      this.notes.push(`cache: ${messageOf(error)}`);
      return undefined;
    }
  }

  async #installLocked(): Promise<ResolvedTool | undefined> {
    const before = this.notes.length;
    const found = await this.inCache();
    if (found !== undefined) return found;
    // The second look found what the first did: it needs no notes of its own.
    this.notes.length = before;
    await this.#removeLeftovers();
    return (await this.#download()) ?? (await this.#build());
  }

  async #download(): Promise<ResolvedTool | undefined> {
    if (!this.#mayTry("download")) return undefined;
    const archive = pinnedArchive(this.#tool, this.#options.platform);
    if (archive === undefined) {
      this.notes.push(`download: no SHA-256 is pinned for ${this.#tool.name} on ${this.#options.platform}`);
      return undefined;
    }
    return this.#install("download", archive.version, (draft) => download(this.#tool, archive, draft, this.#options));
  }

  async #build(): Promise<ResolvedTool | undefined> {
    if (!this.#mayTry("build")) return undefined;
    return this.#install("build", this.#tool.version, async (draft) => {
      await build(this.#tool, draft, this.#options);
      return draft;
    });
  }

  /**
   * Lets `produce` fill a draft folder beside the final one, sees that the executable runs, and moves the folder that
   * `produce` names into place. A failure becomes a note, so that the next way is tried.
   */
  async #install(
    way: "download" | "build",
    version: string,
    produce: (draft: string) => Promise<string>,
  ): Promise<ResolvedTool | undefined> {
    const draft = await mkdtemp(join(this.#folder, DRAFT_PREFIX));
    try {
      const produced = await produce(draft);
      const result = await probe(this.#tool, join(produced, this.#tool.name), this.#options.environment);
      if (!result.usable) throw new Error(result.reason);
      const folder = join(this.#folder, version);
      await rm(folder, { recursive: true, force: true });
      await rename(produced, folder);
      return await this.#resolved(join(folder, this.#tool.name), result.version, way);
    } catch (error) {
      this.notes.push(`${way}: ${messageOf(error)}`);
      this.#report(way, `failed: ${messageOf(error)}`);
      return undefined;
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }

  /** Drafts of runs that were killed. The lock is held, so no living run owns one. */
  async #removeLeftovers(): Promise<void> {
    const drafts = (await readdir(this.#folder)).filter((name) => name.startsWith(DRAFT_PREFIX));
    await Promise.all(drafts.map((name) => rm(join(this.#folder, name), { recursive: true, force: true })));
  }

  #mayTry(way: Way): boolean {
    return this.#options.ways.includes(way);
  }

  async #resolved(path: string, version: string, way: Way): Promise<ResolvedTool> {
    return { name: this.#tool.name, version, path, folder: await folderOf(path), way, notes: this.notes };
  }

  #report(way: Way, message: string): void {
    this.#options.onProgress({ tool: this.#tool.name, way, message });
  }
}

const DRAFT_PREFIX = ".draft-";

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
