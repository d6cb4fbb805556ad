import { z } from "zod";
import { budget } from "./budget.ts";
import { cluster } from "./cluster.ts";
import { edge } from "./edge.ts";
import { identity } from "./identity.ts";
import { mesh } from "./mesh.ts";
import { models } from "./models.ts";
import { pools } from "./pools.ts";
import { privacy } from "./privacy.ts";
import { secrets } from "./secrets.ts";
import { sites } from "./sites.ts";
import { targets } from "./targets.ts";
import { teams } from "./teams.ts";
import { usage } from "./usage.ts";
import { workloads } from "./workloads.ts";

/** One environment: the sections of `stacks/Pulumi.<environment>.yaml` under the `splitfleet:` prefix. */
export const environmentSpec = z.strictObject({
  version: z.literal(1).meta({ description: "Version of this format; a later one comes with a migration." }),
  environment: identity.meta({ description: "Which environment this is, and whose." }),
  sites: sites.meta({ description: "Places: a Hetzner location, an on-prem room, an AWS region." }),
  pools: pools.meta({ description: "Nodes of one shape on one site." }),
  mesh: mesh.meta({ description: "The tailnet. Its policy file is the organisation's, not the environment's." }),
  cluster: cluster
    .optional()
    .meta({ description: "One k3s cluster over all sites. Left out where every node runs Docker Compose." }),
  secrets: secrets.optional().meta({
    description:
      "Where secrets are issued and rotated; their values never stand in the file. Needed by a cluster. Those of " +
      "Docker Compose are made once and kept, encrypted, in the state.",
  }),
  models: models.default({}).meta({ description: "The model catalogue: what teams may ask the proxy for." }),
  edge: edge
    .optional()
    .meta({ description: "Where the world comes in. Left out where nothing is public; needs Vault for its token." }),
  workloads: workloads.default({}).meta({ description: "Anything deployed on pools; one entry is one deployment." }),
  teams: teams.meta({ description: "Who pays and is limited. Each team has a namespace of its own." }),
  budget: budget.meta({ description: "What the environment may cost, in euros net of tax." }),
  privacy: privacy.meta({ description: "Where data may be kept." }),
  targets: targets.prefault({}).meta({ description: "What the fleet aims at: the scorecard shows it." }),
  usage: usage.prefault({}).meta({ description: "What is expected to be used, where the plan alone can not say." }),
});
export type EnvironmentSpec = z.infer<typeof environmentSpec>;

/** Section names, in the order in which files are written and reported. */
export const SECTIONS = Object.keys(environmentSpec.shape) as (keyof EnvironmentSpec)[];
