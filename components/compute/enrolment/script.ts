import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { receiveCommand } from "../../delivery/bundle.ts";
import { oldestDriver } from "../gpu-drivers.ts";
import type { GpuProfile } from "../gpu-profile.ts";
import type { NodeBundle } from "../node-config/bundle/bundle.ts";
import { installToolkit, toolkitReleases } from "../node-config/container-toolkit.ts";
import { type Architecture, type Binary, installTailscale, joinMesh, NODE_ROOT } from "../node-config/install.ts";
import { MIG_SCRIPT, MIG_UNIT, migScript, migUnit } from "../node-config/mig-layout.ts";

const HOST = readFileSync(new URL("host.sh", import.meta.url), "utf8");

/** Control groups of version 2 with every controller that the kubelet needs; Debian 11 has it. */
const LEAST_KERNEL = "5.10";

/** Room for images and logs before the first workload: k3s removes images at 85 % of the disk. */
const LEAST_FREE_GIB = 40;

/** Tokens and leases of Vault allow for a minute between two clocks. */
const MOST_SECONDS_OFF = 60;

/** Answers with its own time; the host asks it anyway. */
const CLOCK_URL = "https://pkgs.tailscale.com/stable/";

const MIB_PER_GIB = 1024;

/** What a pool says of each of its machines. */
export interface DeclaredHardware {
  readonly architecture: Architecture;
  readonly vcpu: number;
  readonly memoryGiB: number;
  readonly diskGiB: number;
  readonly gpu:
    | {
        /** As the device plugin names it. */
        readonly model: string;
        readonly count: number;
        /** Of one GPU. */
        readonly memoryGiB: number;
        /** Where its workloads need a newer driver than the GPU does. */
        readonly minimumDriver: string | undefined;
        readonly profile: GpuProfile;
      }
    | undefined;
}

/** A way into the mesh: single-use, tagged, worth nothing after an hour. */
export interface MeshKey {
  readonly key: string;
  readonly expires: Date;
}

export interface EnrolmentArgs {
  readonly environment: string;
  /** `<pool>-<id>`, as people name it. */
  readonly node: string;
  /** In the mesh and in the cluster. */
  readonly hostname: string;
  readonly hardware: DeclaredHardware;
  readonly binaries: Readonly<Record<string, Binary>> & { readonly tailscale: Binary };
  readonly bundle: NodeBundle;
  /** Undefined for a script that can only be run dry, or again on a host that is in the mesh. */
  readonly key: MeshKey | undefined;
}

/**
 * The script that makes a host a node: one file for `sh`, which checks the host against its pool, joins the mesh, installs
 * what a GPU needs before k3s, and applies the node's bundle. Secret while it holds a key.
 *
 * @throws Error if a release is missing, or its checksum for the architecture.
 */
export function enrolmentScript(args: EnrolmentArgs): string {
  const { environment, node, hostname, bundle } = args;
  const payloads = payloadsOf(args);
  return [
    "#!/bin/sh",
    `# Enrols this host as ${hostname}. Written by \`npm run enroll -- ${environment} ${node}\`.`,
    "# shellcheck disable=SC2034,SC2317 # Steps, checks and their facts are called by name.",
    assignments({
      ENVIRONMENT: environment,
      NODE: node,
      ...limits(args),
      ...releases(args),
      BUNDLE_HASH: bundle.hash,
      MESH_KEY: args.key?.key ?? "",
      MESH_KEY_EXPIRES: args.key === undefined ? 0 : Math.floor(args.key.expires.getTime() / 1000),
      STEP_mesh_agent: digest(payloads["install-tailscale"]),
      STEP_mesh: digest(payloads["join-mesh"]),
      STEP_gpu_runtime: digest(payloads["install-toolkit"]),
      STEP_gpu_division: digest(payloads["mig-script"]),
      STEP_configuration: bundle.hash,
      STEP_cluster: bundle.hash,
    }),
    payloadFunction(payloads),
    HOST,
  ].join("\n");
}

function payloadsOf({ hostname, hardware, binaries, bundle }: EnrolmentArgs): Readonly<Record<string, string>> {
  const { architecture, gpu } = hardware;
  const join = joinMesh({ hostname, join: { key: "" }, advertiseRoutes: [], acceptRoutes: true });
  return {
    "install-tailscale": installTailscale(binaries.tailscale, architecture).script,
    "join-mesh": join,
    ...(gpu === undefined ? {} : { "install-toolkit": installToolkit(binaries, architecture) }),
    ...(gpu?.profile.kind === "mig" ? { "mig-script": migScript(gpu.profile.instances), "mig-unit": migUnit() } : {}),
    receive: receiveCommand(NODE_ROOT, bundle.hash),
    bundle: bundle.text,
  };
}

type Facts = Readonly<Record<string, string | number>>;

/** What the host is compared with. */
const limits = ({ hardware: { architecture, vcpu, memoryGiB, diskGiB, gpu } }: EnrolmentArgs): Facts => ({
  ARCHITECTURE: architecture,
  LEAST_KERNEL,
  CORES: vcpu,
  MEMORY_MIB: Math.floor(memoryGiB * MIB_PER_GIB),
  DISK_GIB: Math.floor(diskGiB),
  LEAST_FREE_GIB,
  MOST_SECONDS_OFF,
  CLOCK_URL,
  GPU_COUNT: gpu?.count ?? 0,
  GPU_MODEL: gpu?.model ?? "",
  GPU_MEMORY_MIB: Math.floor((gpu?.memoryGiB ?? 0) * MIB_PER_GIB),
  GPU_SHARING: gpu?.profile.kind ?? "none",
  LEAST_DRIVER: gpu === undefined ? "" : (gpu.minimumDriver ?? oldestDriver(gpu.model)),
});

/** What is to be there afterwards. */
const releases = ({ hardware: { gpu }, binaries }: EnrolmentArgs): Facts => ({
  TAILSCALE_VERSION: binaries.tailscale.version,
  TOOLKIT:
    gpu === undefined
      ? ""
      : toolkitReleases(binaries)
          .map(({ name, binary }) => `${name}=${binary.version}`)
          .join(" "),
  MIG_SCRIPT,
  MIG_UNIT,
  NODE_ROOT,
});

const digest = (text = ""): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

const quoted = (value: string | number): string => `'${String(value).replaceAll("'", `'\\''`)}'`;

const assignments = (values: Facts): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join("\n");

/** No line of a payload is this. */
const END = "END_OF_PAYLOAD_OF_SPLITFLEET";

/** A function that prints what travels in the script, by name. */
const payloadFunction = (payloads: Readonly<Record<string, string>>): string =>
  [
    "payload() {",
    "  case $1 in",
    ...Object.entries(payloads).flatMap(([name, text]) => [
      `    ${name})`,
      `      cat << '${END}'`,
      `${text}${END}`,
      "      ;;",
    ]),
    "  esac",
    "}",
  ].join("\n");
