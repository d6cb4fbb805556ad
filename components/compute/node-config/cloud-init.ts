import { stringify } from "yaml";
import type { NodeBundle } from "./bundle/bundle.ts";
import { type Architecture, type Binary, installTailscale, type JoinMeshArgs, joinMesh, NODE_ROOT } from "./install.ts";

export interface CloudInitArgs {
  /** Host name in the mesh and in the cluster; undefined where the cloud names the node. */
  readonly hostname: string | undefined;
  readonly tailscale: Binary;
  readonly architecture: Architecture;
  readonly join: MeshJoin;
  /** Own addresses that the node announces to the mesh, so that foreign nodes reach its private address. */
  readonly advertiseRoutes: readonly string[];
  /** Foreign nodes reach private addresses through routes that others announce. */
  readonly acceptRoutes: boolean;
  /** Set for a node that nobody can reach once it is there: it brings its configuration along and applies it itself. */
  readonly bundle?: NodeBundle | undefined;
}

/** How the node joins: with the one secret that user data may hold, or with an identity that the cloud vouches for. */
export type MeshJoin = JoinMeshArgs["join"];

interface File {
  readonly path: string;
  readonly permissions: string;
  readonly content: string;
}

const INSTALL = "/etc/splitfleet/install-tailscale";
const JOIN = "/etc/splitfleet/join-mesh";

/**
 * User data of a node. It does what must happen before the mesh is there and no more: everything else is the node bundle's,
 * which comes over the mesh, or along with it.
 *
 * @returns A `#cloud-config` document, below Hetzner's limit of 32 KiB and AWS's of 16; secret if `join` holds a key.
 */
export function cloudInit(args: CloudInitArgs): string {
  const { hostname, tailscale, architecture, join, bundle } = args;
  const release = bundle === undefined ? undefined : `${NODE_ROOT}/releases/${bundle.hash}`;
  const files: File[] = [
    { path: INSTALL, permissions: "0700", content: installTailscale(tailscale, architecture).script },
    { path: JOIN, permissions: "0700", content: joinMesh(args) },
    ...("key" in join ? [{ path: "/etc/splitfleet/mesh-key", permissions: "0600", content: `${join.key}\n` }] : []),
    ...(bundle?.files ?? []).map(({ path, mode, content }) => ({
      path: `${release}/${path}`,
      permissions: mode,
      content,
    })),
  ];
  const document = {
    ...(hostname === undefined ? {} : { hostname }),
    package_update: false,
    ssh_pwauth: false,
    disable_root: true,
    write_files: files,
    runcmd: [[INSTALL], [JOIN], ...(release === undefined ? [] : [[`${release}/bin/release`, "apply"]])],
  };
  return `#cloud-config\n${stringify(document, { lineWidth: 0, indent: 1 })}`;
}
