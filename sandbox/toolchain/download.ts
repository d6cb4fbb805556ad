import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { execa } from "execa";
import type { OnProgress } from "./progress.ts";
import type { PinnedArchive, Platform } from "./releases.ts";
import type { ToolDefinition } from "./tools.ts";

export interface DownloadOptions {
  /** The release host, or a mirror of it. */
  releaseBaseUrl: string;
  environment: NodeJS.ProcessEnv;
  /** A connection that brings nothing for so long is given up. */
  stallTimeoutMs: number;
  onProgress: OnProgress;
}

type Downloaded = Pick<ToolDefinition, "name" | "release">;

/** The archive that may be downloaded for a platform, if anybody pinned its sum. */
export function pinnedArchive(tool: Downloaded, platform: Platform): PinnedArchive | undefined {
  return tool.release.archives.find((archive) => archive.platform === platform);
}

/**
 * Downloads the tool's release archive into `folder`, checks its SHA-256 before anything in it is touched, and unpacks
 * it.
 *
 * @returns the folder, within `folder`, that holds the executable and what came beside it
 * @throws Error saying which address failed and how
 */
export async function download(
  tool: Downloaded,
  archive: PinnedArchive,
  folder: string,
  options: DownloadOptions,
): Promise<string> {
  const path = tool.release.path.replaceAll("{version}", archive.version).replaceAll("{platform}", archive.platform);
  const url = `${options.releaseBaseUrl.replace(/\/+$/, "")}/${path}`;
  const file = join(folder, "archive");
  const sha256 = await fetchTo(file, url, options.stallTimeoutMs, (message, fraction) => {
    options.onProgress({ tool: tool.name, way: "download", message, ...(fraction !== undefined && { fraction }) });
  });
  if (sha256 !== archive.sha256) {
    throw new Error(`${url} has the SHA-256 ${sha256}, and ${archive.sha256} is pinned; nothing of it was used`);
  }

  const unpacked = join(folder, "unpacked");
  await mkdir(unpacked);
  const tar = await execa("tar", ["-xf", file, "-C", unpacked], {
    env: options.environment,
    extendEnv: false,
    reject: false,
  });
  if (tar.failed) throw new Error(`${url} could not be unpacked: ${tar.stderr || tar.shortMessage}`);
  await rm(file);

  const entries = await readdir(unpacked, { recursive: true, withFileTypes: true });
  const executable = entries.find((entry) => entry.isFile() && entry.name === tool.name);
  if (executable === undefined) throw new Error(`${url} holds no file named "${tool.name}"`);
  return executable.parentPath;
}

/** Streams an address into a file. Returns the content's SHA-256. */
async function fetchTo(
  file: string,
  url: string,
  stallTimeoutMs: number,
  report: (message: string, fraction?: number) => void,
): Promise<string> {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(), stallTimeoutMs);
  const hash = createHash("sha256");
  let bytes = 0;
  let reported = "";
  try {
    const response = await fetch(url, { signal: stalled.signal });
    if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`);
    const length = Number(response.headers.get("content-length")) || undefined;
    const meter = new Transform({
      transform(chunk: Uint8Array, _encoding, done) {
        timer.refresh();
        hash.update(chunk);
        bytes += chunk.length;
        const message = `${mebibytes(bytes)} of ${length === undefined ? "?" : mebibytes(length)} MiB`;
        if (message !== reported) report(message, length && bytes / length);
        reported = message;
        done(null, chunk);
      },
    });
    await mkdir(dirname(file), { recursive: true });
    await pipeline(response.body, meter, createWriteStream(file), { signal: stalled.signal });
    return hash.digest("hex");
  } catch (error) {
    const why = stalled.signal.aborted ? `nothing came for ${stallTimeoutMs / 1000} s` : causeOf(error);
    throw new Error(`${url} could not be downloaded after ${mebibytes(bytes)} MiB: ${why}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

const mebibytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

/** `fetch` hides what happened ("fetch failed", "terminated") in the cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
