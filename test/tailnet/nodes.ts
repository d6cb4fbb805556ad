import { parse } from "yaml";
import { z } from "zod";
import { FILTER_FILE } from "../../components/compute/node-config/bundle/filter.ts";
import { nodeBundle, type NodeFacts } from "../../components/compute/node-config/bundle/bundle.ts";
import { FLANNEL_CONFIG } from "../../components/compute/node-config/k3s.ts";
import { poolTag } from "../../components/mesh/tags.ts";
import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { burstFacts, hetznerFacts, onpremFacts } from "../../stacks/layers/bundles.ts";
import { scriptFor } from "../../stacks/layers/enrolment.ts";
import { ofKind } from "../../stacks/spec/of-kind.ts";
import { userDataOf } from "../user-data.ts";
import { rowsOf } from "../harness.ts";

/** What the program says of one node's part in the networks; every value is read from what the node would get. */
export interface NetworkNode {
  readonly name: string;
  readonly place: "hetzner" | "behind NAT" | "aws";
  /** In the mesh. */
  readonly tag: string;
  /** Of `tailscale up`, those that concern routes. */
  readonly joinFlags: readonly string[];
  /** Address that the kubelet reports; undefined for that of the mesh. */
  readonly privateAddress: string | undefined;
  /** MTU of pods and of their VXLAN. */
  readonly clusterMtu: number;
  /** Input of `nft -f`. */
  readonly filter: string;
  /** Kernel settings of IPv4, as `key=value`. */
  readonly sysctls: readonly string[];
}

const k3sConfig = z.object({ "node-ip": z.string().optional(), "flannel-iface": z.string().optional() });
const flannelConfig = z.object({ Backend: z.object({ Type: z.literal("vxlan"), MTU: z.number() }) });

/** One node of each pool of an environment, the server first. */
export async function networkNodes(environment: ResolvedEnvironment): Promise<readonly NetworkNode[]> {
  const { spec } = environment;
  const userData = userDataOf(await rowsOf(environment));
  const joinScript = (start: string): string =>
    userData.find(({ name }) => name.startsWith(start))?.document.write_files.find(({ path }) => path === JOIN)
      ?.content ?? "";
  const hetzner = Object.entries(ofKind(spec.pools, "hetzner")).map(([name, pool]) => {
    const facts = hetznerFacts(environment, name, pool, pool.nodes[0] ?? 0);
    return nodeOf(environment, name, "hetzner", facts, joinScript(name));
  });
  const onprem = Object.entries(ofKind(spec.pools, "onprem")).map(([name, pool]) => {
    const [id = ""] = Object.keys(pool.nodes);
    const script = scriptFor(environment, { poolName: name, id, pool }, undefined);
    return nodeOf(environment, name, "behind NAT", onpremFacts(environment, name, pool, id), script);
  });
  const burst = Object.entries(ofKind(spec.pools, "aws")).map(([name, pool]) =>
    nodeOf(environment, name, "aws", burstFacts(environment, name, pool), joinScript(name)),
  );
  return [...hetzner, ...onprem, ...burst];
}

const JOIN = "/etc/splitfleet/join-mesh";

function nodeOf(
  environment: ResolvedEnvironment,
  name: string,
  place: NetworkNode["place"],
  facts: NodeFacts,
  joinScript: string,
): NetworkNode {
  const { installed } = nodeBundle(facts);
  const content = (path: string): string => {
    const found = installed[path];
    if (found === undefined) throw new Error(`the bundle of ${name} has no ${path}`);
    return found;
  };
  const k3s = k3sConfig.parse(parse(content("/etc/rancher/k3s/config.yaml")));
  const foreign = k3s["node-ip"] === undefined;
  if (foreign && k3s["flannel-iface"] !== "tailscale0") throw new Error(`flannel of ${name} is not on the mesh`);
  return {
    name,
    place,
    tag: poolTag(environment.spec.environment.name, name),
    joinFlags: routeFlags(name, joinScript),
    privateAddress: k3s["node-ip"],
    clusterMtu: flannelConfig.parse(JSON.parse(content(FLANNEL_CONFIG))).Backend.MTU,
    filter: content(FILTER_FILE),
    sysctls: content("/etc/sysctl.d/90-splitfleet.conf")
      .split("\n")
      .filter((line) => line.startsWith("net.ipv4.")),
  };
}

function routeFlags(name: string, script: string): string[] {
  const line = script.split("\n").find((text) => text.startsWith("tailscale up "));
  if (line === undefined) throw new Error(`${name} does not join the mesh`);
  return line.match(/--(accept-routes|advertise-routes|snat-subnet-routes)=\S+/g) ?? [];
}
