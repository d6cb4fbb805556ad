import { basename, dirname } from "node:path/posix";
import type * as kubernetes from "@pulumi/kubernetes";
import {
  type Container,
  referredName,
  type SecretReference,
  type SocketPath,
  type Workload,
} from "../../workloads/contract.ts";
import type { ConfigFiles } from "./config-files.ts";

type Volume = kubernetes.types.input.core.v1.Volume;
type Mount = kubernetes.types.input.core.v1.VolumeMount;

/** What the containers of a pod have in common. */
export interface PodFiles {
  /** Name of the workload. */
  readonly name: string;
  readonly config: ConfigFiles | undefined;
  readonly secretFiles: Readonly<Record<string, SecretReference>>;
  /** Where each volume is mounted, by its name. */
  readonly volumes: NonNullable<Workload["volumes"]>;
  /** Claims that the pod names itself, by the volume's name; those of a StatefulSet it is given. */
  readonly claims: Readonly<Record<string, { readonly claim: string; readonly readOnly: boolean }>>;
  readonly hostPaths: readonly string[];
  readonly socketPaths: readonly SocketPath[];
  readonly identity: Workload["identity"];
}

/** Owner and group read it; the group is the pod's. */
const SECRET_MODE = 0o440;

/** Below it a container finds the directories of its node. */
const HOST = "/host";

/** Volumes of a pod with these containers, and where each container has them. */
export function mountsIn(
  containers: readonly Container[],
  files: PodFiles,
): { volumes: Volume[]; mountsOf: (container: Container) => Mount[] } {
  const scratch = [...new Set(containers.flatMap((container) => container.scratch ?? []))];
  const sharedMiB = containers.reduce((sum, { sharedMemoryMiB = 0 }) => sum + sharedMemoryMiB, 0);
  const shared = [
    ...configMounts(files),
    ...secretMounts(files),
    ...volumeMounts(files),
    ...hostMounts(files),
    ...socketMounts(files),
    ...identityMounts(files),
  ];
  return {
    mountsOf: ({ scratch: own = [], sharedMemoryMiB = 0 }) => [
      ...shared,
      ...own.map((path) => ({ name: `scratch-${scratch.indexOf(path)}`, mountPath: path })),
      ...(sharedMemoryMiB === 0 ? [] : [{ name: "shared-memory", mountPath: "/dev/shm" }]),
    ],
    volumes: [
      ...(files.config === undefined ? [] : [{ name: "config", configMap: { name: `${files.name}-config` } }]),
      ...secretVolumes(files),
      ...Object.entries(files.claims).map(([name, { claim, readOnly }]) => ({
        name,
        persistentVolumeClaim: { claimName: claim, readOnly },
      })),
      ...files.hostPaths.map((path, index) => ({ name: `host-${index}`, hostPath: { path, type: "Directory" } })),
      ...files.socketPaths.map((path, index) => ({ name: `sockets-${index}`, hostPath: { path, type: "Directory" } })),
      ...identityVolumes(files),
      ...scratch.map((_, index) => ({ name: `scratch-${index}`, emptyDir: {} })),
      ...(sharedMiB === 0
        ? []
        : [{ name: "shared-memory", emptyDir: { medium: "Memory", sizeLimit: `${sharedMiB}Mi` } }]),
    ],
  };
}

const configMounts = ({ config }: PodFiles): Mount[] =>
  (config?.mounts ?? []).map(({ key, path }) => ({ name: "config", mountPath: path, subPath: key, readOnly: true }));

/** Names of the Kubernetes secrets whose keys are files. */
const secretNames = ({ name, secretFiles }: PodFiles): string[] => [
  ...new Set(Object.values(secretFiles).map((reference) => referredName(name, reference))),
];

const secretMounts = (files: PodFiles): Mount[] =>
  Object.entries(files.secretFiles).map(([path, reference]) => ({
    name: `secret-${secretNames(files).indexOf(referredName(files.name, reference))}`,
    mountPath: path,
    subPath: reference.key,
    readOnly: true,
  }));

const secretVolumes = (files: PodFiles): Volume[] =>
  secretNames(files).map((secretName, index) => ({
    name: `secret-${index}`,
    secret: { secretName, defaultMode: SECRET_MODE },
  }));

const volumeMounts = ({ volumes, claims }: PodFiles): Mount[] =>
  Object.entries(volumes).map(([name, { path }]) => ({
    name,
    mountPath: path,
    ...(claims[name]?.readOnly === true ? { readOnly: true } : {}),
  }));

const hostMounts = ({ hostPaths }: PodFiles): Mount[] =>
  hostPaths.map((path, index) => ({
    name: `host-${index}`,
    mountPath: path === "/" ? HOST : `${HOST}${path}`,
    mountPropagation: "HostToContainer",
    readOnly: true,
  }));

const socketMounts = ({ socketPaths }: PodFiles): Mount[] =>
  socketPaths.map((path, index) => ({ name: `sockets-${index}`, mountPath: path }));

const IDENTITY = "identity";
/** The kubelet renews a token before its last hour. */
const IDENTITY_SECONDS = 3600;

const identityMounts = ({ identity }: PodFiles): Mount[] =>
  identity === undefined ? [] : [{ name: IDENTITY, mountPath: dirname(identity.path), readOnly: true }];

const identityVolumes = ({ identity }: PodFiles): Volume[] =>
  identity === undefined
    ? []
    : [
        {
          name: IDENTITY,
          projected: {
            sources: [
              {
                serviceAccountToken: {
                  audience: identity.audience,
                  expirationSeconds: IDENTITY_SECONDS,
                  path: basename(identity.path),
                },
              },
            ],
          },
        },
      ];
