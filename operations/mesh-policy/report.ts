import { z } from "zod";
import type { MeshProof } from "../../sandbox/mesh-policy/prove.ts";
import type { ReasonedGrant } from "../../stacks/tailnet.ts";
import type { PolicyDifference } from "./compare.ts";

const selectors = z.array(z.string());

const grant = z.strictObject({
  src: selectors,
  dst: selectors,
  ip: z.array(z.string()).meta({ description: "Protocol and port, such as `tcp:8200`." }),
  why: z.string(),
});

const difference = z.strictObject({
  section: z.string().meta({ description: "Of the policy file, such as `grants`." }),
  only: z.enum(["derived", "other"]).meta({ description: "Which of the two files has the entry." }),
  entry: z.json(),
});

const proof = z.strictObject({
  engines: z.array(z.string()).meta({ description: "Modules that judged, with their versions." }),
  judged: z
    .int()
    .meta({ description: "Kinds of packets: two addresses, a protocol and ports that are alike to every rule." }),
  passing: z.int().meta({ description: "Connections between two addresses that are declared." }),
  differences: z.array(z.string()).meta({ description: "What is open and not declared, or declared and blocked." }),
});

export interface MeshPolicyReport {
  readonly tailnet: string;
  readonly environments: readonly string[];
  readonly grants: readonly ReasonedGrant[];
  readonly file: string;
  readonly differences?: readonly PolicyDifference[] | undefined;
  readonly proof?: MeshProof | undefined;
}

/** What `npm run -s mesh-policy -- <environment> --json` prints. */
export const meshPolicyReport: z.ZodType<MeshPolicyReport> = z
  .strictObject({
    tailnet: z.string(),
    environments: z.array(z.string()).meta({ description: "Names of the environments that share the tailnet." }),
    grants: z.array(grant),
    file: z.string().meta({ description: "The policy file, in HuJSON." }),
    differences: z.array(difference).optional().meta({ description: "With `--check`: how that file differs." }),
    proof: proof
      .optional()
      .meta({ description: "With `--prove`: what passes, of the file to be checked if there is one." }),
  })
  .meta({ title: "splitfleet mesh policy" });
