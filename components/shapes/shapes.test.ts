import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { componentTokens, generateShapes, isCustomResource } from "./generate.ts";
import { describeUnknown, hasShape, shapedTypes, unknownProperties, unknownTopLevel } from "./shapes.ts";

const root = path.join(import.meta.dirname, "../..");
const SERVER = "hcloud:index/server:Server";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";

test("every type that a component creates is declared by its package or is a custom resource", () => {
  expect(componentTokens(root).filter((token) => !hasShape(token) && !isCustomResource(token))).toEqual([]);
});

test("the committed shapes are what the installed packages declare; run `npm run generate` otherwise", () => {
  expect(readFileSync(path.join(import.meta.dirname, "shapes.json"), "utf8")).toBe(generateShapes(root));
  // The declarations of eight packages are read: a second on an idle core.
}, 30_000);

test("the settings of every provider in use are known", () => {
  const packages = new Set(componentTokens(root).map((token) => token.split(":")[0]));
  expect([...packages].filter((name) => !shapedTypes.includes(`pulumi:providers:${name}`))).toEqual([]);
});

test("a token that its package does not declare is an error", () => {
  expect(() => generateShapes(root, ["hcloud:index/servr:Servr"])).toThrow(
    "hcloud:index/servr:Servr: @pulumi/hcloud declares no such resource. " +
      "Correct the token where the component creates it, or update the package.",
  );
  expect(() => generateShapes(root, ["kubernetes:apps/v1:Deploymnt"])).toThrow("declares no such resource");
});

test.each([
  ["kubernetes:secrets.hashicorp.com/v1beta1:VaultStaticSecret", true],
  ["kubernetes:kueue.x-k8s.io/v1beta1:ClusterQueue", true],
  ["kubernetes:gateway.networking.k8s.io/v1:Gateway", true],
  ["kubernetes:networking.k8s.io/v1:NetworkPolicy", false],
  ["kubernetes:core/v1:Service", false],
  ["kubernetes:helm.sh/v3:Release", false],
  ["hcloud:index/server:Server", false],
])("%s is a custom resource: %s", (type, expected) => {
  expect(isCustomResource(type)).toBe(expected);
});

test("an unknown top-level name comes with the nearest one", () => {
  const [unknown] = unknownTopLevel(SERVER, ["serverType", "usrData", "__defaults"]);
  expect(unknown).toMatchObject({ path: "usrData", nearest: "userData" });
  expect(unknownTopLevel(SERVER, ["serverType", "userData"])).toEqual([]);
});

test("unknown names are found at any depth, through lists and nested types", () => {
  const container = { name: "a", env: [{ name: "A", valu: "1" }], resources: { limits: { "nvidia.com/gpu": "1" } } };
  const metadata = { labels: { any: "thing" }, lables: {} };
  const inputs = { metadata, spec: { template: { spec: { containers: [container] } } } };
  expect(unknownProperties(DEPLOYMENT, inputs).map(({ path, nearest }) => [path, nearest])).toEqual([
    ["metadata.lables", "labels"],
    ["spec.template.spec.containers[0].env[0].valu", "value"],
  ]);
});

test("values that are not there yet are not judged", () => {
  const spec = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  expect(unknownProperties(DEPLOYMENT, { metadata: undefined, spec })).toEqual([]);
});

test("types without a shape are open", () => {
  expect(unknownProperties("kubernetes:secrets.hashicorp.com/v1beta1:VaultStaticSecret", { anything: 1 })).toEqual([]);
});

test("the message names the place, the type, the nearest name and a few valid ones", () => {
  const [unknown] = unknownProperties("hcloud:index/network:Network", { ipRang: "10.0.0.0/16" });
  expect(unknown === undefined ? "" : describeUnknown("hcloud:index/network:Network", unknown)).toBe(
    "ipRang is not a property of hcloud:index/network:Network; did you mean ipRange? " +
      "Valid here: deleteProtection, exposeRoutesToVswitch, ipRange, labels, name",
  );
});
