import type { EtcdMember } from "./control.ts";

/** Members that have to agree. */
const majorityOf = (members: number): number => Math.floor(members / 2) + 1;

/**
 * Why a member can not leave etcd; undefined where it can. The cluster has to be able to decide both before and after.
 *
 * @param members All of them, healthy or not.
 */
export function mayLeave(node: string, members: readonly EtcdMember[]): string | undefined {
  const others = members.filter((member) => member.node !== node);
  if (others.length === members.length) return undefined;
  if (others.length === 0) {
    return (
      `${node} is the only member of etcd: the cluster would be gone with it. Add two servers to its pool and run ` +
      "`npm run up` first; a cluster that is lost already comes back with `npm run restore`."
    );
  }
  const healthy = others.filter((member) => member.healthy).length;
  const needed = Math.max(majorityOf(others.length), majorityOf(members.length) - (isHealthy(node, members) ? 1 : 0));
  if (healthy >= needed) return undefined;
  const sick = others.filter((member) => !member.healthy).map((member) => member.node);
  return (
    `without ${node}, ${healthy} of ${others.length} members of etcd would be healthy and ${needed} are needed. ` +
    `Bring ${sick.join(" and ")} back first.`
  );
}

const isHealthy = (node: string, members: readonly EtcdMember[]): boolean =>
  members.some((member) => member.node === node && member.healthy);
