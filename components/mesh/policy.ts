import type { MeshEnvironment, MeshFlow } from "./flow.ts";
import { policyTests, sshTests, type PolicyTest, type SshTest } from "./policy-tests.ts";
import { environmentTag, operatorGroup } from "./tags.ts";

/** Who may reach whom on some ports, such as `tcp:8200`. */
export interface Grant {
  readonly src: readonly string[];
  readonly dst: readonly string[];
  readonly ip: readonly string[];
}

interface SshRule {
  readonly action: "accept";
  readonly src: readonly string[];
  readonly dst: readonly string[];
  readonly users: readonly string[];
}

/** A tailnet's policy file (https://tailscale.com/kb/1337/policy-syntax). What it does not grant is refused. */
export interface MeshPolicy {
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly hosts: Readonly<Record<string, string>>;
  readonly tagOwners: Readonly<Record<string, readonly string[]>>;
  readonly autoApprovers: { readonly routes: Readonly<Record<string, readonly string[]>> };
  readonly grants: readonly Grant[];
  readonly ssh: readonly SshRule[];
  readonly tests: readonly PolicyTest[];
  readonly sshTests: readonly SshTest[];
}

/** A grant with why it is there. */
export interface ReasonedGrant extends Grant {
  readonly why: string;
}

/** The account that operations and the delivery of node bundles use. */
export const NODE_ACCOUNT = "root";

/** The policy of the tailnet that the environments share: nothing of one reaches anything of another. */
export function meshPolicy(environments: readonly MeshEnvironment[]): MeshPolicy {
  const collect = <T>(entries: (environment: MeshEnvironment) => readonly (readonly [string, T])[]) =>
    Object.fromEntries(environments.flatMap(entries));
  return {
    groups: collect(({ name, operators }) => (operators.length === 0 ? [] : [[operatorGroup(name), operators]])),
    hosts: collect(({ pools }) => pools.flatMap(({ announced }) => Object.entries(announced?.addresses ?? {}))),
    tagOwners: collect((environment): [string, string[]][] => [
      [environmentTag(environment.name), groupsOf(environment)],
      ...environment.pools.map(({ tag }): [string, string[]] => [tag, [environmentTag(environment.name)]]),
    ]),
    autoApprovers: {
      routes: collect(({ pools }) =>
        pools.flatMap(({ tag, announced }) => (announced === undefined ? [] : [[announced.range, [tag]] as const])),
      ),
    },
    grants: meshGrants(environments).map(({ src, dst, ip }) => ({ src, dst, ip })),
    ssh: environments
      .filter(({ pools }) => pools.length > 0)
      .map((environment) => ({
        action: "accept",
        src: operatorsOf(environment),
        dst: environment.pools.map(({ tag }) => tag),
        users: [NODE_ACCOUNT],
      })),
    tests: policyTests(environments),
    sshTests: environments.flatMap((environment) => sshTests(environment, operatorsOf(environment), NODE_ACCOUNT)),
  };
}

/** Who may do what its operators may: people, and the machine that brings it up. */
export const operatorsOf = (environment: Pick<MeshEnvironment, "name" | "operators">): string[] => [
  ...groupsOf(environment),
  environmentTag(environment.name),
];

const groupsOf = ({ name, operators }: Pick<MeshEnvironment, "name" | "operators">): string[] =>
  operators.length === 0 ? [] : [operatorGroup(name)];

/** Flows of every environment as few grants: one for each reason. */
export const meshGrants = (environments: readonly MeshEnvironment[]): ReasonedGrant[] =>
  environments.flatMap(({ flows }) => joined(joined(flows.map(single), "dst"), "src"));

const single = ({ from, to, protocol, port, why }: MeshFlow): ReasonedGrant => ({
  src: [from],
  dst: [to],
  ip: [`${protocol}:${port}`],
  why,
});

/** Joins grants that differ in one field alone. */
function joined(grants: readonly ReasonedGrant[], field: "src" | "dst"): ReasonedGrant[] {
  const groups = Map.groupBy(grants, (grant) => JSON.stringify({ ...grant, [field]: [] }));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [{ ...first, [field]: [...new Set(group.flatMap((grant) => grant[field]))] }];
  });
}
