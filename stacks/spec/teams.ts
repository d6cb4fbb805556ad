import { z } from "zod";
import { email, gibibytes, share, slug } from "./values.ts";

export const team = z.strictObject({
  owner: email.meta({ description: "Who answers for the team's cost." }),
  quota: z
    .strictObject({
      cpu: z.number().positive().meta({ description: "Cores, requested." }),
      memoryGiB: gibibytes,
      storageGiB: gibibytes,
      gpus: z
        .int()
        .min(0)
        .default(0)
        .meta({ description: "Whole GPUs or slices of their time, and as many MIG instances of each profile." }),
      pods: z.int().min(1).default(50),
    })
    .meta({ description: "Hard limits of the team's namespace." }),
  shares: z
    .record(slug, share)
    .default({})
    .meta({
      description:
        "By pool: the part that is reserved for the team's runs. A pool that is named by any team has queues; what is " +
        "reserved for others and unused may be borrowed.",
    }),
});

/** Who pays and is limited. Each team has a namespace of its own. */
export const teams = z.record(slug, team);
