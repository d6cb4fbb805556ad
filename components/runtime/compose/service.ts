import type { Container, Volume } from "../../workloads/contract.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";
import { type Condition, type ComposeService, literal } from "./document.ts";
import { healthcheck, PROBE_TOOL } from "./health.ts";
import { revisionVariable, secretFile, secretUse, variablesFile } from "./secrets.ts";

/** Docker's own default for `cpu-shares` of one core. */
const SHARES_PER_CORE = 1024;

/** Processes and threads of one container: far above what any service starts, and an end to a fork bomb. */
const PIDS = 2048;

/** 30 MB of logs a container; a log agent reads them before they go. */
/** Each line says whose it is, for the agent that reads the files. */
const LOGGING = {
  driver: "json-file",
  options: { "max-size": "10m", "max-file": "3", labels: "splitfleet/workload" },
};

export interface ServiceArgs {
  /** Name of the service. */
  readonly service: string;
  readonly planned: PlannedWorkload;
  readonly container: Container;
  readonly labels: Readonly<Record<string, string>>;
  /** Folder of the node that the project lives in. */
  readonly root: string;
  /** Where the node keeps each configuration file, by path within the container. */
  readonly files: Readonly<Record<string, string>>;
  readonly volumes: Readonly<Record<string, Volume>>;
  /** Whether it may only read its volumes. */
  readonly readOnly?: boolean;
  /** Directories that it shares with others of its workload, by path, with the volume's name; none unless given. */
  readonly shared?: Readonly<Record<string, string>>;
  readonly attachment: Pick<ComposeService, "network_mode" | "networks" | "dns" | "ports">;
  readonly dependsOn: Readonly<Record<string, Condition>>;
  /** Runs once and ends. */
  readonly once?: boolean;
  readonly profiles?: readonly string[];
}

/** One container under the same restrictions as a pod: no root, no privilege, no writable image, bounded in every way. */
export function composeService(args: ServiceArgs): ComposeService {
  const { service, planned, container, root, attachment, dependsOn, once = false, profiles, shared = {} } = args;
  const { image, command, cpu, memoryMiB, sharedMemoryMiB, scratch = [], lifecycle, user } = container;
  const secrets = secretUse(planned, container);
  const plain = Object.entries(container.env ?? {}).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, literal(value)] as const] : [],
  );
  const limit = `${memoryMiB.limit ?? memoryMiB.request}m`;
  const own = scratch.filter((path) => shared[path] === undefined);
  const health = healthcheck(container);
  return {
    image,
    ...(command === undefined ? {} : { entrypoint: command.map(literal) }),
    ...(container.args === undefined ? {} : { command: container.args.map(literal) }),
    ...(plain.length === 0 ? {} : { environment: Object.fromEntries(plain) }),
    ...(Object.keys(secrets.variables).length === 0 ? {} : { env_file: [variablesFile(root, service)] }),
    user: `${user}:${user}`,
    read_only: true,
    // Docker's own options, less `noexec`: a pod's scratch may hold programs too.
    ...(own.length === 0 ? {} : { tmpfs: own.map((path) => `${path}:exec,nosuid,nodev,mode=1777`) }),
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    init: true,
    mem_limit: limit,
    memswap_limit: limit,
    ...(cpu.limit === undefined ? {} : { cpus: cpu.limit }),
    cpu_shares: Math.max(2, Math.round(cpu.request * SHARES_PER_CORE)),
    pids_limit: PIDS,
    ...(sharedMemoryMiB === undefined ? {} : { shm_size: `${sharedMemoryMiB}m` }),
    restart: once ? "no" : "unless-stopped",
    ...(lifecycle === undefined ? {} : { stop_grace_period: `${lifecycle.graceSeconds}s` }),
    logging: LOGGING,
    labels: {
      ...args.labels,
      ...(Object.keys(secrets.files).length === 0
        ? {}
        : { "splitfleet/secrets-revision": `\${${revisionVariable(service)}:-none}` }),
    },
    ...(health === undefined ? {} : { healthcheck: health }),
    ...(Object.keys(dependsOn).length === 0
      ? {}
      : {
          depends_on: Object.fromEntries(Object.entries(dependsOn).map(([name, condition]) => [name, { condition }])),
        }),
    ...attachment,
    ...mountsOf(args, Object.keys(secrets.files)),
    ...(profiles === undefined ? {} : { profiles }),
  };
}

function mountsOf(
  { service, planned, container, root, files, volumes, readOnly = false, shared = {} }: ServiceArgs,
  secretFiles: readonly string[],
): Pick<ComposeService, "volumes"> {
  const mounts = [
    ...(container.probes === undefined ? [] : [`/usr/bin/busybox:${PROBE_TOOL}:ro`]),
    ...Object.entries(files).map(([path, source]) => `${source}:${path}:ro`),
    ...secretFiles.map((path) => `${secretFile(root, service, path)}:${path}:ro`),
    ...(planned.workload.hostPaths ?? []).map((path) => `${path}:/host${path === "/" ? "" : path}:ro,rslave`),
    ...Object.entries(volumes).map(
      ([name, { path }]) => `${volumeName(planned.name, name)}:${path}${readOnly ? ":ro" : ""}`,
    ),
    ...(container.scratch ?? []).flatMap((path) => (shared[path] === undefined ? [] : [`${shared[path]}:${path}`])),
  ];
  return mounts.length === 0 ? {} : { volumes: mounts };
}

export const volumeName = (workload: string, volume: string): string => `${workload}_${volume}`;
