import { z } from "zod";
import { email, gibibytes, slug } from "./values.ts";

export const team = z.strictObject({
  owner: email.meta({ description: "Who answers for the team's cost." }),
  quota: z
    .strictObject({
      cpu: z.number().positive().meta({ description: "Cores, requested." }),
      memoryGiB: gibibytes,
      storageGiB: gibibytes,
      gpus: z.int().min(0).default(0),
      pods: z.int().min(1).default(50),
    })
    .meta({ description: "Hard limits of the team's namespace." }),
});

/** Who pays and is limited. Each team has a namespace of its own. */
export const teams = z.record(slug, team);
