import { z } from "zod";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import type { EnvironmentLock } from "../../stacks/spec/lock.ts";
import { toolkitOf } from "../../stacks/spec/node-releases.ts";
import { InputError } from "../errors.ts";
import { answerTo, type Ask, jsonOf } from "./ask.ts";
import type { Note, Resolved } from "./part.ts";
import { resolveToolkit } from "./toolkit.ts";

type Binary = EnvironmentLock["binaries"][string];
type Architecture = keyof Binary["sha256"];

/** Where a vendor publishes the checksum of a release's file for one architecture. */
interface Release {
  /** The list of checksums, or the file's own. */
  list(version: string, architecture: Architecture): URL;
  /** The file's name within the list; undefined where the list is of this file alone. */
  file?(version: string, architecture: Architecture): string;
}

const RELEASES = {
  k3s: {
    list: (version, architecture) =>
      new URL(
        `https://github.com/k3s-io/k3s/releases/download/${encodeURIComponent(version)}/sha256sum-${architecture}.txt`,
      ),
    file: (_version, architecture) => (architecture === "amd64" ? "k3s" : "k3s-arm64"),
  },
  tailscale: {
    list: (version, architecture) =>
      new URL(`https://pkgs.tailscale.com/stable/tailscale_${version}_${architecture}.tgz.sha256`),
  },
  vault: {
    list: (version) => new URL(`https://releases.hashicorp.com/vault/${version}/vault_${version}_SHA256SUMS`),
    file: (version, architecture) => `vault_${version}_linux_${architecture}.zip`,
  },
} as const satisfies Record<string, Release>;
type Name = keyof typeof RELEASES;

const stable = z.object({ TarballsVersion: z.string().regex(/^\d+\.\d+\.\d+$/, "a version such as 1.102.3") });

export interface BinariesQuery {
  readonly spec: Pick<EnvironmentSpec, "cluster" | "secrets" | "pools">;
  readonly locked: EnvironmentLock["binaries"];
  /** Leave what the lock has of the wanted version. */
  readonly keep: boolean;
}

/**
 * Checksums of what nodes download, from the vendors' own lists. k3s and Vault have the version that the environment
 * says; Tailscale and the container toolkit the one that the lock has, or the newest stable one where it has none.
 *
 * @throws InputError if a list does not answer, or does not have the file.
 */
export async function resolveBinaries({ spec, locked, keep }: BinariesQuery, ask: Ask): Promise<Resolved<Binary>> {
  const versions: Partial<Record<Name, string>> = {
    ...(spec.cluster === undefined ? {} : { k3s: spec.cluster.version }),
    tailscale: locked["tailscale"]?.version ?? (await newestTailscale(ask)),
    ...(spec.secrets === undefined ? {} : { vault: spec.secrets.vault.version }),
  };
  const wanted = Object.entries(versions) as [Name, string][];
  const found = await Promise.all(
    wanted.map(async ([name, version]): Promise<[string, Binary]> => {
      const known = locked[name];
      if (keep && known?.version === version) return [name, known];
      return [name, { version, sha256: await checksums(RELEASES[name], version, ask) }];
    }),
  );
  const toolkit = await resolveToolkit({ packages: toolkitOf(spec.pools), locked, keep }, ask);
  const others = Object.entries(locked).filter(([name]) => !(name in RELEASES) && !(name in toolkit));
  return {
    entries: { ...Object.fromEntries([...found, ...others]), ...toolkit },
    notes: others.map(([name]): Note => ({
      path: `binaries.${name}`,
      message: "left as it is: its vendor publishes no list of checksums",
    })),
    reasons: new Map(),
    incomplete: false,
  };
}

async function newestTailscale(ask: Ask): Promise<string> {
  const url = new URL("https://pkgs.tailscale.com/stable/?mode=json");
  return (await jsonOf(ask, { url }, stable)).TarballsVersion;
}

async function checksums(release: Release, version: string, ask: Ask): Promise<Binary["sha256"]> {
  const [amd64, arm64] = await Promise.all([
    checksum(release, version, "amd64", ask),
    checksum(release, version, "arm64", ask),
  ]);
  return { amd64, arm64 };
}

async function checksum(release: Release, version: string, architecture: Architecture, ask: Ask): Promise<string> {
  const url = release.list(version, architecture);
  const steps = { 404: `There is no release ${version}: correct the version in the environment file.` };
  const text = await (await answerTo(ask, { url }, steps)).text();
  const file = release.file?.(version, architecture);
  const sums = text
    .split("\n")
    .map((line) => /^([0-9a-f]{64})(?:\s+\*?(\S+))?\s*$/.exec(line))
    .flatMap((match) => (match === null || (file !== undefined && match[2] !== file) ? [] : [match[1] ?? ""]));
  const [sum] = sums;
  if (sum !== undefined && sums.length === 1) return sum;
  throw new InputError(
    `${url.href} has ${sums.length} checksums of ${file ?? "its file"}, expected one. Nothing was written. Check the release by hand.`,
  );
}
