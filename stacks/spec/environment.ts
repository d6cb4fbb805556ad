import { z } from "zod";
import { budget } from "./budget.ts";
import { cluster } from "./cluster.ts";
import { mesh } from "./mesh.ts";
import { models } from "./models.ts";
import { pools } from "./pools.ts";
import { privacy } from "./privacy.ts";
import { secrets } from "./secrets.ts";
import { sites } from "./sites.ts";
import { teams } from "./teams.ts";
import { usage } from "./usage.ts";
import { email, slug } from "./values.ts";
import { workloads } from "./workloads.ts";

export const identity = z.strictObject({
  name: slug.meta({ description: "Equals the stack's name." }),
  purpose: z.enum(["development", "staging", "production"]),
  owner: email.meta({ description: "Who is told when something needs a decision." }),
});

/** One environment: the sections of `stacks/Pulumi.<environment>.yaml` under the `splitfleet:` prefix. */
export const environmentSpec = z.strictObject({
  version: z.literal(1).meta({ description: "Version of this format; a later one comes with a migration." }),
  environment: identity,
  sites,
  pools,
  mesh,
  cluster,
  secrets,
  models: models.default({}),
  workloads: workloads.default({}),
  teams,
  budget,
  privacy,
  usage: usage.default({ pools: {} }),
});
export type EnvironmentSpec = z.infer<typeof environmentSpec>;

/** Section names, in the order in which files are written and reported. */
export const SECTIONS = Object.keys(environmentSpec.shape) as (keyof EnvironmentSpec)[];
