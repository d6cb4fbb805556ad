import { expect, test } from "vitest";
import { parseLayer, targetArguments, targetsOf } from "./targets.ts";

const resource = (types: string, name: string) => ({
  urn: `urn:pulumi:sandbox::splitfleet::${types}::${name}`,
  type: types.split("$").at(-1) ?? "",
});
const stack = resource("pulumi:pulumi:Stack", "splitfleet-sandbox");
const hcloud = resource("pulumi:providers:hcloud", "hcloud");
const vault = resource("pulumi:providers:vault", "vault");
const firewall = resource("splitfleet:network:NodeFirewall$hcloud:index/firewall:Firewall", "nodes-firewall");
const server = resource("splitfleet:compute:HetznerPool$hcloud:index/server:Server", "a-1");
const other = resource("splitfleet:compute:HetznerPool$hcloud:index/server:Server", "a-2");
const policy = resource("splitfleet:secrets:VaultAccess$vault:index/policy:Policy", "k3s-policy");
const program = [stack, hcloud, vault, firewall, server, policy];

const urns = (resources: readonly { readonly urn: string }[]): string[] => resources.map(({ urn }) => urn).toSorted();

test("a layer that exists is targeted alone, with its providers", () => {
  expect(targetsOf(["networks"], program, program)).toEqual(urns([hcloud, firewall]));
});

test("what the layer stands on is brought along where it does not exist yet", () => {
  expect(targetsOf(["secrets"], program, [stack, hcloud, firewall])).toEqual(urns([hcloud, vault, server, policy]));
});

test("nothing of the layers above is looked at, even where it does not exist yet", () => {
  expect(targetsOf(["networks"], program, [])).toEqual(urns([hcloud, firewall]));
});

test("what the program no longer has goes with its layer", () => {
  expect(targetsOf(["pools"], program, [...program, other])).toEqual(urns([hcloud, server, other]));
});

test("each target is an argument of its own", () => {
  expect(targetArguments(["urn:a", "urn:b"])).toEqual(["--target", "urn:a", "--target", "urn:b"]);
});

test("a name that is no layer is refused with the nearest one", () => {
  expect(parseLayer("networks")).toBe("networks");
  expect(() => parseLayer("network")).toThrow(
    "--only network: there is no such layer. Did you mean networks? " +
      "The layers are networks, pools, guardrails, secrets, cluster, workloads, compose, edge.",
  );
});
