import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { oldestDriver } from "../../components/compute/gpu-drivers.ts";
import { nodeBundle } from "../../components/compute/node-config/bundle/bundle.ts";
import { installToolkit, toolkitReleases } from "../../components/compute/node-config/container-toolkit.ts";
import { installTailscale, joinMesh, NODE_ROOT } from "../../components/compute/node-config/install.ts";
import { MIG_SCRIPT, MIG_UNIT, migScript, migUnit } from "../../components/compute/node-config/mig-layout.ts";
import { receiveCommand } from "../../components/delivery/bundle.ts";
import { onpremFacts } from "../../stacks/layers/bundles.ts";
import { nodeName } from "../../stacks/layers/nodes.ts";
import type { EnvironmentSpec } from "../../stacks/spec/environment.ts";
import type { EnvironmentLock } from "../../stacks/spec/lock.ts";
import type { Member } from "./member.ts";
import type { MeshKey } from "./mesh-key.ts";

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

export interface EnrolmentArgs {
  readonly spec: EnvironmentSpec;
  readonly lock: EnvironmentLock;
  readonly member: Member;
  /** Undefined for a script that can only be run dry, or again on a host that is in the mesh. */
  readonly key: MeshKey | undefined;
}

/**
 * The script that makes a host a node: one file for `sh`, which checks the host against its pool, joins the mesh, installs
 * what a GPU needs before k3s, and applies the node's bundle. Secret while it holds a key.
 *
 * @throws Error if the lock lacks a release, or its checksum for the pool's architecture.
 */
export function enrolmentScript({ spec, lock, member, key }: EnrolmentArgs): string {
  const { pool, poolName, id } = member;
  const facts = onpremFacts({ spec, lock }, poolName, pool, id);
  const { architecture, gpu, memoryGiB, vcpu, diskGiB } = pool.hardware;
  const hostname = nodeName(spec, poolName, id);
  const bundle = nodeBundle(facts);
  const toolkit = gpu === undefined ? [] : toolkitReleases(lock.binaries);
  const join = joinMesh({
    hostname,
    join: { key: key?.key ?? "" },
    advertiseRoutes: [],
    acceptRoutes: true,
  });
  const payloads: Record<string, string> = {
    "install-tailscale": installTailscale(facts.binaries.tailscale, architecture).script,
    "join-mesh": join,
    ...(gpu === undefined ? {} : { "install-toolkit": installToolkit(lock.binaries, architecture) }),
    ...(gpu?.sharing === "mig" ? { "mig-script": migScript(gpu.instances ?? {}), "mig-unit": migUnit() } : {}),
    receive: receiveCommand(NODE_ROOT, bundle.hash),
    bundle: bundle.text,
  };
  const printed = (name: string): string => digest(payloads[name] ?? "");
  return [
    "#!/bin/sh",
    `# Enrols this host as ${hostname}. Written by \`npm run enroll -- ${spec.environment.name} ${poolName}-${id}\`.`,
    "# shellcheck disable=SC2034,SC2317 # Steps, checks and their facts are called by name.",
    assignments({
      ENVIRONMENT: spec.environment.name,
      NODE: `${poolName}-${id}`,
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
      GPU_SHARING: gpu?.sharing ?? "none",
      LEAST_DRIVER: gpu === undefined ? "" : (gpu.minimumDriver ?? oldestDriver(gpu.model)),
      TAILSCALE_VERSION: facts.binaries.tailscale.version,
      TOOLKIT: toolkit.map(({ name, binary }) => `${name}=${binary.version}`).join(" "),
      MIG_SCRIPT,
      MIG_UNIT,
      NODE_ROOT,
      BUNDLE_HASH: bundle.hash,
      MESH_KEY: key?.key ?? "",
      MESH_KEY_EXPIRES: key === undefined ? 0 : Math.floor(key.expires.getTime() / 1000),
      STEP_mesh_agent: printed("install-tailscale"),
      STEP_mesh: printed("join-mesh"),
      STEP_gpu_runtime: printed("install-toolkit"),
      STEP_gpu_division: printed("mig-script"),
      STEP_configuration: bundle.hash,
      STEP_cluster: bundle.hash,
    }),
    payloadFunction(payloads),
    HOST,
  ].join("\n");
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

const quoted = (value: string | number): string => `'${String(value).replaceAll("'", `'\\''`)}'`;

const assignments = (values: Readonly<Record<string, string | number>>): string =>
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
