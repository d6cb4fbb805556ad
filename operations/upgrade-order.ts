/** A node and what it runs. */
export interface UpgradedNode {
  readonly name: string;
  /** Of k3s, such as `v1.36.2+k3s1`. */
  readonly version: string;
  readonly isServer: boolean;
}

/**
 * The order in which nodes are upgraded: servers first, since no kubelet may be newer than its API server, then agents;
 * those that run the version already are left out (Kubernetes version skew policy; k3s, "Manual Upgrades").
 *
 * @throws Error for an older version, and for one that skips a minor of any node
 */
export function upgradeOrder(nodes: readonly UpgradedNode[], target: string): readonly string[] {
  const wanted = parse(target);
  for (const { name, version } of nodes) {
    const runs = parse(version);
    if (compare(wanted, runs) < 0) throw new Error(`${target} is older than the ${version} that ${name} runs`);
    if (wanted.major !== runs.major || wanted.minor > runs.minor + 1) {
      throw new Error(
        `${name} runs ${version}; from there to ${target} a minor is skipped: go to ${nextMinor(version)} first`,
      );
    }
  }
  const behind = nodes.filter(({ version }) => compare(parse(version), wanted) < 0);
  return [...behind.filter(({ isServer }) => isServer), ...behind.filter(({ isServer }) => !isServer)].map(
    ({ name }) => name,
  );
}

/** By how many minors `runs` is behind `other`; negative where it is ahead, infinite across majors. */
export function minorsBehind(runs: string, other: string): number {
  const [a, b] = [parse(runs), parse(other)];
  return a.major === b.major ? b.minor - a.minor : (b.major - a.major) * Number.POSITIVE_INFINITY;
}

/** The first version of the minor after this one. */
export function nextMinor(version: string): string {
  const { major, minor } = parse(version);
  return `v${major}.${minor + 1}.0+k3s1`;
}

interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly revision: number;
}

function parse(version: string): Version {
  const [, ...numbers] = /^v(\d+)\.(\d+)\.(\d+)\+k3s(\d+)$/.exec(version) ?? [];
  const [major, minor, patch, revision] = numbers.map(Number);
  if (major === undefined || minor === undefined || patch === undefined || revision === undefined) {
    throw new Error(`${version} is no version of k3s such as v1.36.2+k3s1`);
  }
  return { major, minor, patch, revision };
}

const compare = (a: Version, b: Version): number =>
  a.major - b.major || a.minor - b.minor || a.patch - b.patch || a.revision - b.revision;
