import type { EnvironmentLock } from "../../stacks/spec/lock.ts";
import { InputError } from "../errors.ts";
import { answerTo, type Ask } from "./ask.ts";

type Binary = EnvironmentLock["binaries"][string];

const ARCHITECTURES = ["amd64", "arm64"] as const;

/** NVIDIA's index of packages for one architecture, which `apt` verifies by the signed list above it. */
const indexOf = (architecture: string): URL =>
  new URL(`https://nvidia.github.io/libnvidia-container/stable/deb/${architecture}/Packages`);

export interface ToolkitQuery {
  /** Packages that have to have one version; none where nobody needs them. */
  readonly packages: readonly string[];
  readonly locked: EnvironmentLock["binaries"];
  /** Leave what the lock has. */
  readonly keep: boolean;
}

/**
 * Checksums of the container toolkit's packages, from NVIDIA's index: of the version that the lock has, or else of the newest.
 *
 * @throws InputError if the index does not answer, or does not have a package in that version.
 */
export async function resolveToolkit(
  { packages, locked, keep }: ToolkitQuery,
  ask: Ask,
): Promise<Record<string, Binary>> {
  const [first] = packages;
  if (first === undefined) return {};
  const known = packages.flatMap((name) => (locked[name] === undefined ? [] : [[name, locked[name]] as const]));
  if (keep && known.length === packages.length) return Object.fromEntries(known);
  const [amd64, arm64] = await Promise.all(
    ARCHITECTURES.map(async (architecture) =>
      stanzas(await (await answerTo(ask, { url: indexOf(architecture) })).text()),
    ),
  );
  const version = locked[first]?.version ?? newest((amd64 ?? []).filter(({ Package }) => Package === first));
  return Object.fromEntries(
    packages.map((name) => [
      name,
      {
        version,
        sha256: { amd64: sumOf(amd64, "amd64", name, version), arm64: sumOf(arm64, "arm64", name, version) },
      },
    ]),
  );
}

type Stanza = Readonly<Record<string, string | undefined>>;

/** The packages of an index, field by field. */
const stanzas = (text: string): Stanza[] =>
  text
    .split(/\n{2,}/)
    .map((stanza) =>
      Object.fromEntries([...stanza.matchAll(/^([\w-]+): (.*)$/gm)].map(([, key, value]) => [key, value])),
    );

/** The highest release; those that are not finished have a tilde. */
function newest(found: readonly Stanza[]): string {
  const versions = found.flatMap(({ Version }) => (Version === undefined || Version.includes("~") ? [] : [Version]));
  const last = versions.toSorted((left, right) => left.localeCompare(right, "en", { numeric: true })).at(-1);
  if (last !== undefined) return last;
  throw new InputError(`${indexOf("amd64").href} lists no release. Nothing was written. Try again later.`);
}

function sumOf(index: readonly Stanza[] | undefined, architecture: string, name: string, version: string): string {
  const sum = index?.find(({ Package, Version }) => Package === name && Version === version)?.["SHA256"];
  if (sum !== undefined && /^[0-9a-f]{64}$/.test(sum)) return sum;
  throw new InputError(
    `${indexOf(architecture).href} has no checksum of ${name} ${version}. Nothing was written. Check the release by hand.`,
  );
}
