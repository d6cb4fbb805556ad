import { z } from "zod";
import { registry } from "../../components/workloads/registry.ts";
import { dataClass, slug } from "./values.ts";

/** What every workload states, whatever its kind. */
const placement = {
  team: slug.meta({ description: "A key of `teams`; pays for it, and its namespace holds it." }),
  pool: slug.meta({ description: "A key of `pools`; the only nodes it runs on." }),
  dataClass: dataClass.meta({ description: "The most sensitive data it handles." }),
};

const [first, ...others] = registry.map((definition) =>
  z.strictObject({ kind: z.literal(definition.kind), ...placement, ...definition.spec }),
);
if (first === undefined) throw new Error("components/workloads/registry.ts lists no workload");

export const workload = z.discriminatedUnion("kind", [first, ...others]);

/** Anything deployed on pools, by name; one entry is one deployment. */
export const workloads = z.record(slug, workload);
