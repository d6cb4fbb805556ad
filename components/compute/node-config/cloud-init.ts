import { stringify } from "yaml";
import { dockerFiles, installCoolify, installDocker } from "./docker.ts";
import { serverFiles } from "./hardening.ts";
import { installK3s, installMesh, type Binary } from "./install.ts";
import { FLANNEL_CONFIG, flannelConfig, k3sConfig, k3sUnits, type K3sRole } from "./k3s.ts";

export interface CloudInitArgs {
  /** Host name in the mesh and in the cluster; undefined where the cloud names the node. */
  readonly hostname: string | undefined;
  readonly k3s: K3sRole | undefined;
  /** What a node outside the cluster runs in its place. */
  readonly docker?: "compose" | "coolify" | undefined;
  /** Releases by name; those of what the node does not run may be left out. */
  readonly binaries: { readonly tailscale: Binary; readonly k3s?: Binary; readonly coolify?: Binary };
  readonly architecture: "amd64" | "arm64";
  readonly join: MeshJoin;
  /** Own addresses that the node announces to the mesh, so that foreign nodes reach its private address. */
  readonly advertiseRoutes: readonly string[];
  /** Foreign nodes reach private addresses through routes that others announce. */
  readonly acceptRoutes: boolean;
}

/** How the node joins: with the one secret that user data may hold, or with an identity that the cloud vouches for. */
export type MeshJoin = { readonly key: string } | { readonly federatedClientId: string };

interface File {
  readonly path: string;
  readonly permissions: string;
  readonly content: string;
}

/**
 * User data of a node. It does what must happen before the mesh is there and no more: join the mesh, then install k3s,
 * which waits for the token that Vault gives the node, or Docker, which waits for the first release of its project. Everything that may change later is the node bundle's.
 *
 * @returns A `#cloud-config` document, far below Hetzner's limit of 32 KiB; secret if `join` holds a key.
 */
export function cloudInit(args: CloudInitArgs): string {
  const { hostname, k3s, docker, binaries, architecture, join } = args;
  const files: File[] = [
    {
      path: "/etc/splitfleet/install-mesh",
      permissions: "0700",
      content: installMesh({ ...args, binary: binaries.tailscale }),
    },
    ...("key" in join ? [{ path: "/etc/splitfleet/mesh-key", permissions: "0600", content: `${join.key}\n` }] : []),
    ...(k3s === undefined ? [] : k3sFiles(hostname, k3s, releaseOf("k3s", binaries.k3s), architecture)),
    ...(docker === undefined ? [] : filesFor(docker, args)),
  ];
  const steps = [
    "/etc/splitfleet/install-mesh",
    ...(k3s === undefined ? [] : ["/etc/splitfleet/install-k3s"]),
    ...(docker === undefined ? [] : ["/etc/splitfleet/install-docker"]),
  ];
  const document = {
    ...(hostname === undefined ? {} : { hostname }),
    package_update: false,
    ssh_pwauth: false,
    disable_root: true,
    write_files: files,
    runcmd: steps.map((step) => [step]),
  };
  return `#cloud-config\n${stringify(document, { lineWidth: 0 })}`;
}

function releaseOf(name: string, binary: Binary | undefined): Binary {
  if (binary === undefined) throw new Error(`binaries.${name} is not in the lock; run \`npm run resolve\``);
  return binary;
}

function filesFor(docker: "compose" | "coolify", { binaries, architecture }: CloudInitArgs): File[] {
  const path = "/etc/splitfleet/install-docker";
  if (docker === "coolify") {
    const content = installCoolify(releaseOf("coolify", binaries.coolify), architecture);
    return [{ path, permissions: "0700", content }];
  }
  return [
    { path, permissions: "0700", content: installDocker() },
    ...Object.entries(dockerFiles()).map(([file, content]) => ({ path: file, permissions: "0644", content })),
  ];
}

function k3sFiles(
  hostname: string | undefined,
  k3s: K3sRole,
  binary: Binary,
  architecture: CloudInitArgs["architecture"],
): File[] {
  const discover = k3s.privateAddress === undefined ? undefined : { privateAddress: k3s.privateAddress };
  const configuration = {
    "/etc/rancher/k3s/config.yaml": stringify(k3sConfig(hostname, k3s), { lineWidth: 0 }),
    [FLANNEL_CONFIG]: flannelConfig(k3s.podRange),
    ...(k3s.role === "server" ? serverFiles() : {}),
  };
  return [
    {
      path: "/etc/splitfleet/install-k3s",
      permissions: "0700",
      content: installK3s({ binary, architecture, discover: k3s.cloud === "aws" ? "aws" : discover }),
    },
    ...Object.entries(configuration).map(([path, content]) => ({ path, permissions: "0600", content })),
    { path: "/etc/sysctl.d/90-kubelet.conf", permissions: "0644", content: KUBELET_SYSCTLS },
    ...Object.entries(k3sUnits(k3s.role)).map(([unit, content]) => ({
      path: `/etc/systemd/system/${unit}`,
      permissions: "0644",
      content,
    })),
  ];
}

/** What the kubelet demands when it protects the kernel's defaults (k3s hardening guide); must exist before its first start. */
const KUBELET_SYSCTLS = `vm.panic_on_oom=0
vm.overcommit_memory=1
kernel.panic=10
kernel.panic_on_oops=1
`;
