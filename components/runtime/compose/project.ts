import { createHash } from "node:crypto";
import type { CatalogueModel, Container, Volume } from "../../workloads/contract.ts";
import type { PlannedWorkload } from "../../workloads/plan.ts";
import { type Run, runsOf } from "../../workloads/runs.ts";
import type { ComposeFile, ComposeService, Condition } from "./document.ts";
import { serviceName } from "./document.ts";
import { patienceSeconds, PROBE_TOOL } from "./health.ts";
import { MESH_RESOLVER, poolNetworks, type PoolNetworks, type Reach } from "./networks.ts";
import { layoutLines, secretUse } from "./secrets.ts";
import { composeService, type ServiceArgs, volumeName } from "./service.ts";
import { fingerprintOf, type Task } from "./units.ts";

export interface ProjectArgs {
  /** Workloads of the pool. */
  readonly own: readonly PlannedWorkload[];
  /** Workloads of the environment. */
  readonly all: readonly PlannedWorkload[];
  /** Folder of the node that the project lives in. */
  readonly root: string;
  readonly models: Readonly<Record<string, CatalogueModel>>;
  labelsOf(workload: PlannedWorkload): Readonly<Record<string, string>>;
}

/** What a pool's workloads come to on its node: plain data, no value of a secret. */
export interface Project {
  readonly compose: ComposeFile;
  /** Content of configuration files by the name that they have on the node: the digest of their content. */
  readonly files: Readonly<Record<string, string>>;
  /** Rules of the node's packet filter. */
  readonly filter: string;
  readonly volumes: Readonly<Record<string, Directory>>;
  /** How secrets are laid out; see `layoutLines`. */
  readonly secrets: readonly string[];
  readonly tasks: readonly Task[];
  /** How long all containers may take to be healthy. */
  readonly waitSeconds: number;
}

/** A directory of the node that containers mount. */
export interface Directory {
  /** User id. */
  readonly owner: number;
  readonly mode: string;
}

/** Profile of what does not run all the time: `up` leaves it alone. */
const TASKS = "tasks";

/** Kubernetes' default of `backoffLimit`, which jobs of a workload have there. */
const JOB_RETRIES = 6;

/** To pull nothing, create and start: beyond what probes allow. */
const START_SECONDS = 120;

/** Renders the workloads of one pool. */
export function renderProject(args: ProjectArgs): Project {
  const networks = poolNetworks(args);
  const parts = args.own.map((planned) => renderWorkload(planned, args, networks));
  const services = Object.fromEntries(parts.flatMap((part) => Object.entries(part.services)));
  const volumes = Object.fromEntries(parts.flatMap((part) => Object.entries(part.volumes)));
  return {
    compose: {
      services,
      networks: networks.networks,
      volumes: Object.fromEntries(
        Object.keys(volumes).map((name) => [
          name,
          { driver: "local", driver_opts: { type: "none", o: "bind", device: `${args.root}/volumes/${name}` } },
        ]),
      ),
    },
    files: Object.fromEntries(
      args.own.flatMap(({ workload }) =>
        Object.values(workload.files ?? {}).map((content) => [digestOf(content), content] as const),
      ),
    ),
    filter: networks.filter,
    volumes,
    secrets: parts.flatMap((part) => part.secrets),
    tasks: parts.flatMap((part) => part.tasks),
    waitSeconds: START_SECONDS + parts.reduce((sum, part) => sum + part.patience, 0),
  };
}

interface Rendered {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes: Readonly<Record<string, Directory>>;
  readonly secrets: readonly string[];
  readonly tasks: readonly Task[];
  readonly patience: number;
}

const digestOf = (content: string): string => createHash("sha256").update(content).digest("hex").slice(0, 16);

function renderWorkload(planned: PlannedWorkload, args: ProjectArgs, { reach }: PoolNetworks): Rendered {
  const { name, workload } = planned;
  const { container, sidecars = {}, prepare = {}, volumes = {} } = workload;
  const shared = sharedScratch([container, ...Object.values(sidecars), ...Object.values(prepare)]);
  const own = reach.get(name);
  if (own === undefined) throw new Error(`workload ${name} is not of the pool`);
  const task = workload.form === "scheduled" || workload.form === "batch";
  const profiles = task ? { profiles: [TASKS] } : {};
  const holds = Object.keys(sidecars).length > 0;
  const holder = serviceName(name, "pod");
  const services: Record<string, ComposeService> = {};
  const secrets: string[] = [];

  const add = (
    part: string | undefined,
    used: Container,
    rest: Pick<ServiceArgs, "attachment" | "dependsOn"> &
      Partial<Pick<ServiceArgs, "once" | "volumes" | "readOnly" | "profiles">>,
  ): string => {
    const service = serviceName(name, part);
    services[service] = composeService({
      service,
      planned,
      container: used,
      labels: args.labelsOf(planned),
      root: args.root,
      files: Object.fromEntries(
        Object.entries(workload.files ?? {}).map(([path, content]) => [
          path,
          `${args.root}/files/${digestOf(content)}`,
        ]),
      ),
      volumes,
      shared: Object.fromEntries(shared.map((path, index) => [path, scratchName(name, index)])),
      ...rest,
    });
    secrets.push(...layoutLines(service, secretUse(planned, used), used.user));
    return service;
  };

  const networked = attachmentOf(own, holds ? undefined : name);
  let before = conditionsOf(planned, args.own);
  for (const [part, used] of Object.entries(prepare)) {
    const attachment = attachmentOf({ ...own, published: [] }, undefined);
    const service = add(`prepare-${part}`, used, { attachment, dependsOn: before, once: true, ...profiles });
    before = { ...before, [service]: "service_completed_successfully" };
  }
  if (holds) {
    services[holder] = holderService(planned, args, attachmentOf(own, name));
    before = { ...before, [holder]: "service_started" };
  }
  const attachment = holds ? { network_mode: `service:${holder}` } : networked;
  const main = add(undefined, container, { attachment, dependsOn: before, once: task, ...profiles });
  for (const [part, used] of Object.entries(sidecars)) add(part, used, { attachment, dependsOn: before, ...profiles });
  const ready = { [main]: container.probes === undefined ? "service_started" : "service_healthy" } as const;
  const runs = runsOf(planned).map((run) => {
    const service = add(run.name.slice(name.length + 1), run.container, {
      attachment: attachmentOf({ ...own, published: [] }, undefined),
      dependsOn: task ? {} : ready,
      once: true,
      volumes: {},
      ...mountOf(run, volumes),
      profiles: [TASKS],
    });
    return { run, service };
  });

  const changed = workload.override?.compose?.(services[main] ?? missing(main));
  if (changed !== undefined) services[main] = changed;
  return {
    services,
    secrets,
    volumes: Object.fromEntries([
      ...Object.keys(volumes).map((volume) => [volumeName(name, volume), { owner: container.user, mode: "0700" }]),
      ...shared.map((_, index) => [scratchName(name, index), { owner: container.user, mode: "1777" }]),
    ]),
    tasks: [
      ...runs.flatMap(({ run: { trigger }, service }) =>
        trigger.kind === "demand"
          ? []
          : [
              {
                service,
                fingerprint: fingerprintOf(services[service]),
                retries: JOB_RETRIES,
                ...(trigger.kind === "clock" ? { schedule: trigger.schedule } : {}),
              },
            ],
      ),
      ...(workload.form === "scheduled" || workload.form === "batch"
        ? [
            {
              service: main,
              fingerprint: fingerprintOf(services[main]),
              retries: workload.retries,
              deadlineSeconds: workload.deadlineSeconds,
              ...(workload.form === "scheduled" ? { schedule: workload.schedule } : {}),
            },
          ]
        : []),
    ],
    patience: task ? 0 : Math.max(...[container, ...Object.values(sidecars)].map(patienceSeconds)),
  };
}

function missing(service: string): never {
  throw new Error(`no service ${service}`);
}

/** Scratch directories that several containers of a workload name: what one leaves there, the others find. */
const sharedScratch = (containers: readonly Container[]): string[] => {
  const paths = containers.flatMap(({ scratch = [] }) => scratch);
  return [...new Set(paths.filter((path, index) => paths.indexOf(path) !== index))];
};

const scratchName = (workload: string, index: number): string => volumeName(workload, `scratch-${index}`);

/** The one volume that a run has, if any. */
function mountOf(
  { mount }: Run,
  volumes: Readonly<Record<string, Volume>>,
): Pick<ServiceArgs, "readOnly"> & {
  readonly volumes?: Readonly<Record<string, Volume>>;
} {
  const volume = mount === undefined ? undefined : volumes[mount.volume];
  return mount === undefined || volume === undefined
    ? {}
    : { volumes: { [mount.volume]: volume }, readOnly: mount.readOnly };
}

/** What must be healthy first: the workloads of the pool that its definition declares a need for. */
function conditionsOf(planned: PlannedWorkload, own: readonly PlannedWorkload[]): Record<string, Condition> {
  const near = own.filter(
    ({ name }) => name !== planned.name && planned.requires.some((need) => need.workload === name),
  );
  return Object.fromEntries(
    near.map(({ name, workload }) => [
      name,
      workload.container.probes === undefined ? "service_started" : "service_healthy",
    ]),
  );
}

/** @param alias Name under which others of its networks find it. */
const attachmentOf = (
  { networks, published, remote, egress }: Reach,
  alias: string | undefined,
): ServiceArgs["attachment"] => ({
  networks: Object.fromEntries(networks.map((network) => [network, alias === undefined ? {} : { aliases: [alias] }])),
  ...(remote.length + egress.length === 0 ? {} : { dns: [MESH_RESOLVER] }),
  ...(published.length === 0
    ? {}
    : {
        ports: published.map(({ port, protocol }) => `\${MESH_ADDRESS:?}:${port}:${port}/${protocol.toLowerCase()}`),
      }),
});

/** Keeps the network of a workload with sidecars, as a pod's sandbox does, so that each of its containers can be restarted alone. */
const holderService = (
  planned: PlannedWorkload,
  args: ProjectArgs,
  attachment: ServiceArgs["attachment"],
): ComposeService =>
  composeService({
    service: serviceName(planned.name, "pod"),
    planned: { ...planned, workload: { container: planned.workload.container, replicas: 1 } },
    container: {
      image: planned.workload.container.image,
      command: [PROBE_TOOL, "sleep", "2147483647"],
      cpu: { request: 0 },
      memoryMiB: { request: HOLDER_MIB },
      user: planned.workload.container.user,
    },
    labels: args.labelsOf(planned),
    root: args.root,
    files: { [PROBE_TOOL]: "/usr/bin/busybox" },
    volumes: {},
    attachment,
    dependsOn: {},
  });

/** A sleeping BusyBox under `init`; Docker's least is 6. */
const HOLDER_MIB = 16;
