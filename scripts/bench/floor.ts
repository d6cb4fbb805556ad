import * as aws from "@pulumi/aws";
import * as command from "@pulumi/command";
import * as hcloud from "@pulumi/hcloud";
import * as kubernetes from "@pulumi/kubernetes";
import { runtime } from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tailscale from "@pulumi/tailscale";
import * as vault from "@pulumi/vault";

/**
 * The least that any plan of this size costs: `node floor.ts <resources>` imports the packages that the program
 * imports and registers as many resources without components, arguments worth mentioning, rows, prices or rules.
 */
const resources = Number(process.argv[2]);

const registrations = [
  (name: string) => new hcloud.Network(name, { ipRange: "10.0.0.0/8" }),
  (name: string) => new aws.ec2.Vpc(name, { cidrBlock: "10.0.0.0/16" }),
  (name: string) => new kubernetes.core.v1.Namespace(name),
  (name: string) => new tailscale.TailnetKey(name),
  (name: string) => new command.remote.Command(name, { connection: { host: "localhost" } }),
  (name: string) => new random.RandomBytes(name, { length: 32 }),
  (name: string) => new vault.Policy(name, { policy: "" }),
];

Error.stackTraceLimit = 0;
await runtime.setMocks(
  { newResource: ({ inputs }) => ({ id: "", state: inputs }), call: ({ inputs }) => inputs },
  "floor",
  "floor",
  true,
);
await runtime.runInPulumiStack(async () => {
  for (let index = 0; index < resources; index++) registrations[index % registrations.length]?.(`resource-${index}`);
});
