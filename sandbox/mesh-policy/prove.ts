import { BlockList, isIPv4 } from "node:net";
import { type MeshEnvironment, type MeshFlow, PEOPLE } from "../../components/mesh/flow.ts";
import { NODE_ACCOUNT, operatorsOf } from "../../components/mesh/policy.ts";
import { operatorGroup } from "../../components/mesh/tags.ts";
import type { MeshDevice } from "./devices.ts";
import { judge, type Judgement } from "./judge.ts";

export interface MeshProof {
  /** Modules and versions of the engines. */
  readonly engines: readonly string[];
  /** Packets that were judged. */
  readonly judged: number;
  /** Connections between two addresses that are declared and pass. */
  readonly passing: number;
  /** Where the policy and the declarations disagree, one a line; empty where they agree both ways. */
  readonly differences: readonly string[];
}

/** Accounts of a node that nobody has business with stand for all others. */
const ACCOUNTS = [NODE_ACCOUNT, "ubuntu"];

/** Connection between two addresses of devices. */
interface Connection {
  readonly from: number;
  readonly source: string;
  readonly to: number;
  readonly target: string;
  readonly protocol: string;
  readonly port: number;
  readonly why: string;
}

/**
 * Whether a policy lets through what the environments declare and nothing else: every port of every address of every
 * device, from every other, routes and logins too.
 *
 * @param engine path of the executable `mesh-flows`
 * @throws PolicyError for a policy that the engine does not take
 */
export async function proveMesh(
  engine: string,
  policy: string,
  environments: readonly MeshEnvironment[],
  devices: readonly MeshDevice[],
): Promise<MeshProof> {
  const judgement = await judge(engine, { policy, devices, accounts: ACCOUNTS });
  const declared = new Map(
    environments.flatMap((environment) =>
      environment.flows
        .flatMap((flow) => connectionsOf(flow, environments, devices))
        .map((each) => [keyOf(each), each]),
    ),
  );
  return {
    engines: judgement.engines,
    judged: judgement.judged,
    passing: [...declared.keys()].length,
    differences: [
      ...(judgement.tests === "" ? [] : [`the policy's own tests: ${judgement.tests}`]),
      ...judgement.unapproved.flatMap((routes, index) =>
        routes.map((route) => `blocked: nothing approves ${route} of ${devices[index]?.name}`),
      ),
      ...packetDifferences(judgement, declared, devices),
      ...loginDifferences(judgement, environments, devices),
    ],
  };
}

const keyOf = ({ from, source, to, target, protocol, port }: Omit<Connection, "why">): string =>
  [from, source, to, target, protocol, port].join(" ");

/** A flow between every two devices that it means: the range that nodes announce means the addresses in it. */
function connectionsOf(
  { from, to, protocol, port, why }: MeshFlow,
  environments: readonly MeshEnvironment[],
  devices: readonly MeshDevice[],
): Connection[] {
  const ends = (selector: string, other: MeshDevice): (readonly [number, string])[] =>
    devices.flatMap((device, index) =>
      addressesOf(selector, device, other, environments).map((address) => [index, address] as const),
    );
  return devices.flatMap((sender, index) =>
    ends(to, sender)
      .filter(([target]) => target !== index)
      .flatMap(([target, address]) => {
        const receiver = devices[target];
        const sources = receiver === undefined ? [] : addressesOf(from, sender, receiver, environments);
        return sources
          .filter((source) => isIPv4(source) === isIPv4(address))
          .map((source) => ({
            from: index,
            source,
            to: target,
            target: address,
            protocol: protocol.toUpperCase(),
            port,
            why,
          }));
      }),
  );
}

/** Addresses of a device that a selector means, as far as the device at the other end knows a way to them. */
function addressesOf(
  selector: string,
  device: MeshDevice,
  other: MeshDevice,
  environments: readonly MeshEnvironment[],
): readonly string[] {
  if (selector.includes("/")) {
    const range = new BlockList();
    const [network = "", bits] = selector.split("/");
    range.addSubnet(network, Number(bits));
    const announces = environments.some(({ pools }) =>
      pools.some(({ tag, announced }) => announced?.range === selector && device.tags.includes(tag)),
    );
    const announced = device.routes.map((route) => route.replace("/32", ""));
    return announces && other.acceptRoutes ? announced.filter((address) => range.check(address)) : [];
  }
  const isMeant =
    selector === PEOPLE
      ? device.user !== ""
      : device.tags.includes(selector) ||
        environments.some(({ name, operators }) => selector === operatorGroup(name) && operators.includes(device.user));
  return isMeant ? device.addresses : [];
}

function packetDifferences(
  { open }: Judgement,
  declared: ReadonlyMap<string, Connection>,
  devices: readonly MeshDevice[],
): string[] {
  const found = new Set<string>();
  // A device's own addresses go by its name, of whichever family.
  const name = (index: number, address: string): string => {
    const device = devices[index];
    return device?.addresses.includes(address) === true ? device.name : `${device?.name} by ${address}`;
  };
  const surplus = open.flatMap(({ first, last, ...between }): string[] => {
    const ends = `${name(between.from, between.source)} -> ${name(between.to, between.target)}`;
    // Ports side by side of several flows come as one range.
    const ports = Array.from({ length: Math.min(last - first + 1, declared.size + 1) }, (_, index) => first + index);
    const keys = ports.map((port) => keyOf({ ...between, port }));
    for (const key of keys) found.add(key);
    if (keys.every((key) => declared.has(key))) return [];
    return [`open: ${ends}, ${first === last ? first : `${first}-${last}`}/${between.protocol}`];
  });
  const missing = [...declared].flatMap(([key, { from, source, to, target, port, protocol, why }]) =>
    found.has(key) ? [] : [`blocked: ${name(from, source)} -> ${name(to, target)}, ${port}/${protocol}: ${why}`],
  );
  return [...new Set([...surplus, ...missing])];
}

/** Operators of an environment log in to its nodes as the account of operations, and nobody anywhere else. */
function loginDifferences(
  { logins }: Judgement,
  environments: readonly MeshEnvironment[],
  devices: readonly MeshDevice[],
): string[] {
  const isOne = (device: MeshDevice, selector: string): boolean =>
    addressesOf(selector, device, device, environments).length > 0;
  const wanted = environments.flatMap((environment) =>
    devices
      .filter((device) => operatorsOf(environment).some((selector) => isOne(device, selector)))
      .flatMap((operator) =>
        devices
          .filter((device) => device !== operator && environment.pools.some(({ tag }) => isOne(device, tag)))
          .map((node) => `${operator.name} -> ${NODE_ACCOUNT} of ${node.name}`),
      ),
  );
  const given = logins.map(
    ({ from, to, account, check }) =>
      `${devices[from]?.name} -> ${account} of ${devices[to]?.name}${check ? ", after another sign-in" : ""}`,
  );
  return [
    ...given.filter((login) => !wanted.includes(login)).map((login) => `open: login ${login}`),
    ...wanted.filter((login) => !given.includes(login)).map((login) => `blocked: login ${login}`),
  ];
}
