import { z } from "zod";
import type { WorkloadKind } from "../../components/workloads/contract.ts";
import { registry } from "../../components/workloads/registry.ts";
import { dataClass, hostname, slug } from "./values.ts";

/** What every workload states, whatever its kind. */
const placement = {
  team: slug.meta({ description: "A key of `teams`; pays for it, and its namespace holds it." }),
  pool: slug.meta({ description: "A key of `pools`; the only nodes it runs on." }),
  dataClass: dataClass.meta({ description: "The most sensitive data it handles." }),
};

/** Which workload to take for each need of the kind; nothing if it has no need. */
function choices({ needs }: WorkloadKind): z.ZodRawShape {
  const choice = Object.entries(needs).map(([name, { kind, optional = false }]) => {
    const description = `A workload of kind ${kind}, if there are several.${optional ? " It can do without." : ""}`;
    return [name, slug.optional().meta({ description })] as const;
  });
  return choice.length === 0 ? {} : { needs: z.strictObject(Object.fromEntries(choice)).optional() };
}

/** Host names of the kind's public ports; nothing if it has none. */
function names({ ports }: WorkloadKind): z.ZodRawShape {
  const publicPorts = Object.entries(ports).filter(([, { audience }]) => audience === "public");
  const name = hostname.meta({ description: "The name under which the world reaches the port." });
  return publicPorts.length === 0
    ? {}
    : { hostnames: z.strictObject(Object.fromEntries(publicPorts.map(([port]) => [port, name]))) };
}

const [first, ...others] = registry.map((definition) =>
  z.strictObject({
    kind: z.literal(definition.kind),
    ...placement,
    ...choices(definition),
    ...names(definition),
    ...definition.spec,
  }),
);
if (first === undefined) throw new Error("components/workloads/registry.ts lists no workload");

export const workload = z.discriminatedUnion("kind", [first, ...others]);

/** Anything deployed on pools, by name; one entry is one deployment. */
export const workloads = z.record(slug, workload);
