import type { Machine } from "../../sandbox/machines/machines.ts";
import type { Registration } from "../../sandbox/machines/registrations.ts";
import { textAt } from "../../sandbox/twin/protocol/paths.ts";
import type { World } from "../../sandbox/twin/world/world.ts";
import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";

/** What is known of a machine that has just joined, with the versions of its environment's lock. */
export function registrationOf(
  { spec, lock }: ResolvedEnvironment,
  { id, pool, provider, role }: Machine,
): Registration {
  const { k3s, tailscale, vault } = lock.binaries;
  const locked = lock.pools[pool];
  const carriesVault = spec.pools[pool];
  return {
    pool,
    provider,
    role,
    machine: id,
    node: role !== "compose",
    device: true,
    etcdMember: role === "server",
    running: true,
    cordoned: false,
    drained: false,
    versions: {
      ...(role === "compose" || k3s === undefined ? {} : { k3s: k3s.version }),
      ...(tailscale === undefined ? {} : { tailscale: tailscale.version }),
      ...(carriesVault?.kind === "hetzner" && carriesVault.vault && vault !== undefined
        ? { vault: vault.version }
        : {}),
      ...(locked === undefined ? {} : { os: locked.kind === "aws" ? locked.image.name : locked.image }),
    },
  };
}

export const isReady = ({ role, running, node, device, etcdMember }: Registration): boolean =>
  running && device && (role === "compose" || (node && (role === "agent" || etcdMember)));

export const isSomethingLeft = ({ node, device, etcdMember }: Registration): boolean => node || device || etcdMember;

export function leftoversOf({ node, device, etcdMember }: Registration): string {
  const parts = [
    ...(node ? ["the Node object"] : []),
    ...(device ? ["the mesh device"] : []),
    ...(etcdMember ? ["the member of etcd"] : []),
  ];
  return parts.join(", ");
}

/**
 * The bundle that the engine's command has brought to a machine. A machine that was made anew has none yet: the command
 * names the one that it ran on. Those that nobody creates are known by their name alone.
 */
export function bundleOn(world: World, { id, name, provider }: Machine): string | undefined {
  return world
    .ofType("command:remote:Command")
    .filter(({ urn }) => urn.includes("splitfleet:compute:NodeConfiguration$"))
    .filter(({ inputs }) => textAt(inputs, "connection.host")?.startsWith(`${name}.`) === true)
    .map(({ inputs }) => textAt(inputs, "create") ?? "")
    .filter((create) => provider === "onprem" || create.startsWith(`# node ${id}\n`))
    .flatMap((create) => /^hash=(\w+)$/m.exec(create)?.[1] ?? [])[0];
}
