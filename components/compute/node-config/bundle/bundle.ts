import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import { type Bundle, type BundleFile, bundleOf } from "../../../delivery/bundle.ts";
import { DOCKER_PACKAGES, dockerFiles } from "../docker.ts";
import { serverFiles } from "../hardening.ts";
import {
  type Architecture,
  type Binary,
  installCoolify,
  installK3s,
  type Installation,
  installTailscale,
  installVault,
} from "../install.ts";
import { FLANNEL_CONFIG, flannelConfig, k3sConfig, k3sUnits, type K3sRole } from "../k3s.ts";
import { baselineFiles, baselinePackages, type Provider, type UpdateWindow } from "./baseline.ts";
import { BURST_UNITS, burstFiles, type BurstRole } from "./burst.ts";
import { discoverScript } from "./discover.ts";
import { FILTER_FILE, filterUnit, nodeFilter, type PrivateNeighbours } from "./filter.ts";
import { healthScript } from "./health.ts";
import { CERTIFICATE_TIMER, vaultFiles, type VaultRole } from "./vault.ts";

/** Releases by name; those of what the node does not run may be left out. */
export interface NodeBinaries {
  readonly tailscale: Binary;
  readonly k3s?: Binary;
  readonly vault?: Binary;
  readonly coolify?: Binary;
}

/** Everything that a node's configuration depends on. */
export interface NodeFacts {
  /** Host name in the mesh and in the cluster; undefined where the cloud names the node. */
  readonly hostname: string | undefined;
  readonly provider: Provider;
  readonly architecture: Architecture;
  readonly binaries: NodeBinaries;
  readonly k3s: K3sRole | undefined;
  /** What a node outside the cluster runs in its place. */
  readonly docker: "compose" | "coolify" | undefined;
  readonly vault: VaultRole | undefined;
  /** Set for a node that comes and goes: nobody admits it, and nobody else empties it. */
  readonly burst?: BurstRole | undefined;
  readonly neighbours: PrivateNeighbours | undefined;
  /** A number of its own among the nodes of its pool, which spreads them over the window. */
  readonly place: number;
  /** When it may be updated; at night if the pool does not say. */
  readonly window: UpdateWindow | undefined;
}

/** The configuration of one node as a release: what it is to have, and how that is brought about. No secret is in it. */
export interface NodeBundle extends Bundle {
  readonly files: readonly BundleFile[];
  /** Content of what lies on the node afterwards, by path. */
  readonly installed: Readonly<Record<string, string>>;
}

const RELEASE = readFileSync(new URL("release.sh", import.meta.url), "utf8");
const UPGRADE = readFileSync(new URL("upgrade.sh", import.meta.url), "utf8");

/** Configures one node. The same facts give the same hash, whoever asks and when. */
export function nodeBundle(facts: NodeFacts): NodeBundle {
  const installed = installedFiles(facts);
  const { scripts, lists } = releaseParts(facts);
  const files: BundleFile[] = [
    ...Object.entries(scripts).map(([path, content]) => ({ path, mode: "0700", content })),
    ...Object.entries(lists).map(([path, lines]) => ({ path, mode: "0600", content: linesOf(lines) })),
    ...Object.entries(installed).map(([path, content]) => ({ path: `files${path}`, mode: modeOf(path), content })),
  ];
  return { ...bundleOf(files), files, installed };
}

const linesOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");

/** Configuration of k3s, Vault and the filter is root's alone. */
const modeOf = (path: string): string =>
  path.startsWith("/etc/rancher/") || path.startsWith("/etc/splitfleet/") ? "0600" : "0644";

const clusterPart = ({ k3s }: NodeFacts): "server" | "agent" | "none" => k3s?.role ?? "none";

function installedFiles(facts: NodeFacts): Record<string, string> {
  const { hostname, provider, k3s, docker, vault, burst, neighbours, place, window } = facts;
  const cluster = clusterPart(facts);
  return {
    ...baselineFiles({ provider, place, window, inCluster: k3s !== undefined }),
    [FILTER_FILE]: nodeFilter({
      provider,
      cluster,
      neighbours,
      vault: vault !== undefined,
      coolify: docker === "coolify",
    }),
    "/etc/systemd/system/splitfleet-filter.service": filterUnit(),
    ...(k3s === undefined ? {} : k3sFiles(hostname, k3s)),
    ...(docker === "compose" ? dockerFiles() : {}),
    ...(vault === undefined ? {} : vaultFiles(vault)),
    ...(burst === undefined ? {} : burstFiles(burst)),
  };
}

const k3sFiles = (hostname: string | undefined, k3s: K3sRole): Record<string, string> => ({
  "/etc/rancher/k3s/config.yaml": stringify(k3sConfig(hostname, k3s), { lineWidth: 0 }),
  [FLANNEL_CONFIG]: flannelConfig(k3s.podRange),
  ...(k3s.role === "server" ? serverFiles() : {}),
  ...Object.fromEntries(
    Object.entries(k3sUnits(k3s.role)).map(([unit, content]) => [`/etc/systemd/system/${unit}`, content]),
  ),
});

interface ReleaseParts {
  readonly scripts: Readonly<Record<string, string>>;
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

function releaseParts(facts: NodeFacts): ReleaseParts {
  const { provider, k3s, docker, vault } = facts;
  const discover =
    k3s?.cloud === "aws"
      ? "aws"
      : k3s?.privateAddress === undefined
        ? undefined
        : { privateAddress: k3s.privateAddress };
  const installations = installationsOf(facts);
  return {
    scripts: {
      "bin/release": RELEASE,
      ...(provider === "aws" ? {} : { "bin/upgrade": UPGRADE }),
      "bin/health": healthScript({
        cluster: clusterPart(facts),
        docker: docker !== undefined,
        vault: vault !== undefined,
      }),
      ...(discover === undefined ? {} : { "bin/discover": discoverScript(discover) }),
      ...Object.fromEntries(installations.map(([name, { script }]) => [`install/${name}`, script])),
    },
    lists: {
      "packages.txt": [...baselinePackages(provider), ...(docker === "compose" ? DOCKER_PACKAGES : [])].sort(),
      "versions.txt": installations.map(([name, { version, unit, paths }]) =>
        [name, version, unit, ...paths].join(" "),
      ),
      "units.txt": unitLines(facts),
    },
  };
}

/** Each unit: whether it is enabled, what is done to it when one of its files has changed, and where these are. */
function unitLines({ provider, k3s, docker, vault, burst }: NodeFacts): string[] {
  return [
    "splitfleet-filter.service enable restart /etc/splitfleet/filter.nft",
    "systemd-journald.service - restart /etc/systemd/journald.conf.d/",
    ...(provider === "aws"
      ? []
      : ["apt-daily-upgrade.timer enable restart /etc/systemd/system/apt-daily-upgrade.timer.d/"]),
    ...(provider === "hetzner" ? ["systemd-timesyncd.service enable restart /etc/systemd/timesyncd.conf.d/"] : []),
    ...(docker === "compose" ? ["docker.service enable restart /etc/docker/"] : []),
    // Started anew it would be sealed: what a reload does not take waits for `npm run upgrade`.
    ...(vault === undefined
      ? []
      : [
          "vault.service enable reload /etc/splitfleet/vault/",
          `${CERTIFICATE_TIMER} enable restart /etc/systemd/system/${CERTIFICATE_TIMER}`,
        ]),
    ...(k3s === undefined
      ? []
      : [
          "k3s.service - restart /etc/rancher/k3s/ /etc/systemd/system/k3s.service",
          "k3s-token.path enable restart /etc/systemd/system/k3s-token.path",
        ]),
    ...(burst === undefined ? [] : BURST_UNITS.map((unit) => `${unit} enable restart /etc/systemd/system/${unit}`)),
  ];
}

/** Its user data brings a burst node into the mesh, and another image takes its place instead of an upgrade. */
function installationsOf({
  provider,
  architecture,
  binaries,
  k3s,
  docker,
  vault,
}: NodeFacts): (readonly [string, Installation])[] {
  return [
    ...(provider === "aws" ? [] : [["tailscale", installTailscale(binaries.tailscale, architecture)] as const]),
    ...(k3s === undefined ? [] : [["k3s", installK3s(releaseOf("k3s", binaries.k3s), architecture)] as const]),
    ...(vault === undefined
      ? []
      : [["vault", installVault(releaseOf("vault", binaries.vault), architecture)] as const]),
    ...(docker === "coolify"
      ? [["coolify", installCoolify(releaseOf("coolify", binaries.coolify), architecture)] as const]
      : []),
  ];
}

function releaseOf(name: string, binary: Binary | undefined): Binary {
  if (binary === undefined) throw new Error(`binaries.${name} is not in the lock; run \`npm run resolve\``);
  return binary;
}
