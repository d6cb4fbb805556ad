import type { MeshEnvironment, MeshFlow } from "./flow.ts";

/**
 * A connection that the service tries before it takes the file over (https://tailscale.com/kb/1337/policy-syntax, tests):
 * one source, and targets of one host and one port each.
 */
export interface PolicyTest {
  readonly src: string;
  readonly proto: MeshFlow["protocol"];
  readonly accept?: readonly string[];
  readonly deny?: readonly string[];
}

export interface SshTest {
  readonly src: string;
  readonly dst: readonly string[];
  readonly accept?: readonly string[];
  readonly deny?: readonly string[];
}

const SSH_PORT = 22;

/**
 * Tests for every flow, and against what must never be: a node that logs in to another one, and one environment that
 * reaches what another serves.
 */
export function policyTests(environments: readonly MeshEnvironment[]): PolicyTest[] {
  const hosts = representatives(environments);
  const accepted = environments
    .flatMap(({ flows }) => flows)
    .map(({ from, to, protocol, port }): PolicyTest => ({
      src: hosts(from),
      proto: protocol,
      accept: [`${hosts(to)}:${port}`],
    }));
  const denied = environments.flatMap((environment) =>
    environment.pools.flatMap(({ tag }): PolicyTest[] => [
      { src: tag, proto: "tcp", deny: environment.pools.map((other) => `${other.tag}:${SSH_PORT}`) },
      ...environments
        .filter((other) => other !== environment)
        .flatMap(({ flows }) => flows)
        .map(({ to, protocol, port }) => ({ src: tag, proto: protocol, deny: [`${hosts(to)}:${port}`] })),
    ]),
  );
  return merged([...accepted, ...denied]);
}

/** Tests of who may log in: operators to every node, and no node to any. */
export const sshTests = ({ pools }: MeshEnvironment, operators: readonly string[], account: string): SshTest[] =>
  pools.length === 0
    ? []
    : [
        ...operators.map((src) => ({ src, dst: pools.map(({ tag }) => tag), accept: [account] })),
        ...pools.map(({ tag: src }) => ({ src, dst: pools.map(({ tag }) => tag), deny: [account] })),
      ];

/** A test takes no range: one of the hosts in it stands for all of them. */
function representatives(environments: readonly MeshEnvironment[]): (selector: string) => string {
  const first = environments
    .flatMap(({ pools }) => pools)
    .flatMap(({ announced }) => {
      const [host] = Object.keys(announced?.addresses ?? {});
      return announced === undefined || host === undefined ? [] : [[announced.range, host] as const];
    });
  const known = new Map(first);
  return (selector) => known.get(selector) ?? selector;
}

/** One test for each source and protocol. */
function merged(tests: readonly PolicyTest[]): PolicyTest[] {
  const groups = Map.groupBy(tests, ({ src, proto }) => `${src} ${proto}`);
  const all = (group: readonly PolicyTest[], field: "accept" | "deny"): Partial<PolicyTest> => {
    const targets = [...new Set(group.flatMap((test) => test[field] ?? []))];
    return targets.length === 0 ? {} : { [field]: targets };
  };
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [{ src: first.src, proto: first.proto, ...all(group, "accept"), ...all(group, "deny") }];
  });
}
