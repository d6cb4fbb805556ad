import { z } from "zod";

export const STATES = ["ready", "cordoned", "not-ready", "absent", "declared", "lost", "unlisted"] as const;

const version = z.string().nullable().meta({ description: "Null where the node does not run it, or does not say." });

const nodeStatus = z.strictObject({
  name: z.string(),
  pool: z.string(),
  provider: z.enum(["hetzner", "onprem", "aws"]),
  role: z.enum(["server", "agent", "compose"]),
  state: z.enum(STATES).meta({
    description:
      "`absent`: the file names it and nobody has seen it; `declared`, `lost`: an on-prem node that the file says is " +
      "not there; `unlisted`: it runs and no pool has it.",
  }),
  versions: z.strictObject({ k3s: version, tailscale: version, vault: version, os: version }),
  bundle: z.string().nullable().meta({ description: "Hash of the node bundle that was applied last." }),
  etcd: z.enum(["healthy", "unhealthy"]).nullable().meta({ description: "Null for what is no member." }),
  behind: z
    .array(z.string())
    .meta({ description: "What is not as file and lock ask for, such as `k3s v1.36.2+k3s1`." }),
  command: z.string().nullable().meta({ description: "What brings it to where it should be." }),
});
export type NodeStatus = z.infer<typeof nodeStatus>;

/** What `npm run status` writes to standard output with `--json`. */
export const statusReport = z
  .strictObject({
    environment: z.string(),
    verdict: z.enum(["pass", "findings"]).meta({ description: "`findings`: a node is behind or not ready." }),
    nodes: z.array(nodeStatus),
    replacing: z.string().nullable().meta({ description: "The node whose replacement was interrupted." }),
  })
  .meta({ title: "splitfleet status", description: "What `npm run -s status -- <environment> --json` writes." });
export type StatusReport = z.infer<typeof statusReport>;
