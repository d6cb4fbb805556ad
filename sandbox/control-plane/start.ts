import { existsSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ResolvedTool } from "../toolchain/resolve.ts";
import type { CONTROL_PLANE_TOOLS } from "../toolchain/tools.ts";
import { apiServerFlags, type ClusterRanges, controllerManagerFlags, etcdFlags, schedulerFlags } from "./commands.ts";
import type { ComponentError, ComponentSpec } from "./component.ts";
import { type ControlPlaneUser, ensureServiceAccountKey, issueTokens, writeKubeconfig } from "./credentials.ts";
import { holdFolder } from "./hold-folder.ts";
import { type Layout, layoutOf, prepare } from "./layout.ts";
import { HURRIED } from "./pace.ts";
import { requireLinux } from "./platform.ts";
import { answers } from "./probe.ts";
import { Supervisor } from "./supervisor.ts";

export type ControlPlaneTools = Readonly<Record<(typeof CONTROL_PLANE_TOOLS)[number], Pick<ResolvedTool, "path">>>;

export interface StartOptions {
  /** `<marker>/control-plane`. What a cluster held that ran here before is there again. */
  readonly folder: string;
  /** Names the kubeconfig's context. */
  readonly environment: string;
  readonly tools: ControlPlaneTools;
  /** Ranges inside the cluster. @default k3s's own: 10.42.0.0/16 for pods, 10.43.0.0/16 for services */
  readonly ranges?: ClusterRanges;
  /** Whether dead nodes are given up as fast as {@link HURRIED} says, for drills. @default false */
  readonly hurried?: boolean;
  /** Gives up the start, and ends the control plane that has started. */
  readonly signal?: AbortSignal;
}

/**
 * The real etcd, API server, controller manager and scheduler, on loopback alone. They end with `stop`, and the kernel
 * kills them when this process ends, however that happens.
 */
export interface ControlPlane {
  readonly folder: string;
  /** Of the API server, such as `https://127.0.0.1:40123`. */
  readonly url: string;
  /** The authority behind the API server's certificate. */
  readonly caFile: string;
  /** The administrator's kubeconfig, mode 0600, context `splitfleet-<environment>`; gone after `stop`. */
  readonly kubeconfig: string;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
  /** Resolves when a component ends that nobody stopped: its name and the end of its log. */
  readonly crashed: Promise<ComponentError>;
  /** Bearer token for the API server. */
  token(user: ControlPlaneUser): string;
  /** Writes a kubeconfig for a user, mode 0600. @returns its path */
  kubeconfigOf(user: ControlPlaneUser): string;
  /** Starts one more process beside the control plane's, such as KWOK; it ends with them. */
  start(component: ComponentSpec): Promise<void>;
  /** Kills one of its processes, as a machine that dies does. @returns what starts it again, on the same port */
  outage(name: string): Promise<() => Promise<void>>;
  /** Resolves when every process has ended, within five seconds. */
  stop(): Promise<void>;
}

const K3S_RANGES: ClusterRanges = { podRange: "10.42.0.0/16", serviceRange: "10.43.0.0/16" };

/**
 * Starts a control plane of its own on free loopback ports; any number run side by side. It is ready when pods can be
 * created in namespace `default` and would be scheduled.
 *
 * @throws Error when another one runs in the folder, or this machine is not Linux
 * @throws ComponentError with the end of a component's log when it does not come up; nothing runs then
 */
export async function startControlPlane(options: StartOptions): Promise<ControlPlane> {
  requireLinux();
  const layout = layoutOf(resolve(options.folder));
  const release = await holdFolder(layout.folder, layout.lockFile);
  const supervisor = new Supervisor(layout);

  let stopped: Promise<void> | undefined;
  const stop = (reason: Error): Promise<void> => {
    stopped ??= supervisor.stop(reason).then(async () => {
      rmSync(layout.kubeconfig, { force: true });
      await release();
    });
    return stopped;
  };
  options.signal?.addEventListener("abort", () => void stop(new Error("The start was given up.")), { once: true });
  try {
    options.signal?.throwIfAborted();
    return await bringUp(layout, supervisor, options, () => stop(new Error("The control plane was stopped.")));
  } catch (error) {
    await stop(new Error("The control plane did not start."));
    throw error;
  }
}

async function bringUp(
  layout: Layout,
  supervisor: Supervisor,
  { environment, tools, ranges = K3S_RANGES, hurried = false }: StartOptions,
  stop: () => Promise<void>,
): Promise<ControlPlane> {
  prepare(layout);
  ensureServiceAccountKey(layout);
  const tokens = issueTokens(layout);
  const { caFile } = layout;
  const executable = (name: keyof ControlPlaneTools) => ({ name, executable: tools[name].path });
  const asAdmin = { caFile, token: tokens.admin };
  const healthy = (port: number) => answers(`https://127.0.0.1:${port}/healthz`, { caFile });

  await supervisor.start({
    ...executable("etcd"),
    flags: () => etcdFlags(layout),
    ready: () => Promise.resolve(existsSync(layout.etcdSocket)),
  });
  await supervisor.start({
    ...executable("kube-apiserver"),
    flags: (port) => [...apiServerFlags(layout, ranges, port), ...(hurried ? HURRIED.apiServer : [])],
    ready: (port) => answers(`https://127.0.0.1:${port}/readyz`, asAdmin),
  });

  const url = `https://127.0.0.1:${supervisor.portOf("kube-apiserver")}`;
  const writeConfig = (user: ControlPlaneUser, file: string): string => {
    writeKubeconfig(file, { context: `splitfleet-${environment}`, url, caFile, user, token: tokens[user] });
    return file;
  };
  const kubeconfigOf = (user: ControlPlaneUser): string =>
    writeConfig(user, join(layout.folder, `${user.replace("system:", "")}.kubeconfig.yaml`));
  // Admission refuses a pod until the controllers have made its namespace's service account.
  const serviceAccount = `${url}/api/v1/namespaces/default/serviceaccounts/default`;
  await Promise.all([
    supervisor.start({
      ...executable("kube-controller-manager"),
      flags: (port) => [
        ...controllerManagerFlags(layout, ranges, kubeconfigOf("system:kube-controller-manager"), port),
        ...(hurried ? HURRIED.controllerManager : []),
      ],
      ready: async (port) => (await healthy(port)) && (await answers(serviceAccount, asAdmin)),
    }),
    supervisor.start({
      ...executable("kube-scheduler"),
      flags: (port) => schedulerFlags(layout, kubeconfigOf("system:kube-scheduler"), port),
      ready: healthy,
    }),
  ]);

  return {
    folder: layout.folder,
    url,
    caFile,
    kubeconfig: writeConfig("admin", layout.kubeconfig),
    get processes() {
      return supervisor.processes;
    },
    crashed: supervisor.crashed,
    token: (user) => tokens[user],
    kubeconfigOf,
    start: (component) => supervisor.start(component),
    outage: (name) => supervisor.outage(name),
    stop,
  };
}
