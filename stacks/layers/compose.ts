import * as pulumi from "@pulumi/pulumi";
import { labelsOf } from "../../components/labels.ts";
import { createRandomProvider, type FleetProviders } from "../../components/providers.ts";
import { ComposeProject } from "../../components/runtime/compose.ts";
import { PROJECT_ROOT } from "../../components/runtime/compose/bundle.ts";
import { renderProject } from "../../components/runtime/compose/project.ts";
import { valuePath } from "../../components/runtime/compose/secrets.ts";
import { GeneratedSecrets } from "../../components/secrets/generated-secrets.ts";
import { secretsUsedBy } from "../../components/workloads/contract.ts";
import { catalogueOf, composeHost } from "../../components/workloads/facts.ts";
import type { PlannedWorkload } from "../../components/workloads/plan.ts";
import type { EnvironmentSpec } from "../spec/environment.ts";
import { entryOf } from "../spec/of-kind.ts";
import type { FleetNodes } from "./pools.ts";

/** The value of a secret that somebody else issues, by its place `<workload>/<secret>/<key>`. */
export type ProvidedSecrets = (place: string) => pulumi.Output<string>;

/** For a plan, which asks for no secret. */
export const standIn: ProvidedSecrets = (place) => pulumi.secret(`stands in for ${place}`);

interface Ground {
  readonly providers: FleetProviders;
  readonly nodes: FleetNodes;
  readonly provided: ProvidedSecrets;
}

/** The workloads of every pool outside the cluster, as one compose project on its node. */
export function createComposeProjects(
  spec: EnvironmentSpec,
  planned: readonly PlannedWorkload[],
  { providers, nodes, provided }: Ground,
): void {
  const all = planned.filter(({ runtime }) => runtime === "compose");
  if (all.length === 0) return;
  const secrets = secretValues(all, provided);
  for (const pool of new Set(all.map(({ entry }) => entry.pool))) {
    const created = entryOf("pools", nodes.composePools, pool);
    const own = all.filter(({ entry }) => entry.pool === pool);
    const project = renderProject({
      own,
      all,
      root: PROJECT_ROOT,
      models: catalogueOf(spec),
      labelsOf: ({ name, entry: { team, dataClass } }) =>
        labelsOf({ environment: spec.environment.name, team, dataClass, pool, workload: name }),
    });
    const places = new Set(own.flatMap(placesOf));
    const [node] = Object.values(created.nodes.members);
    if (node === undefined) throw new Error(`pools.${pool} has no node`);
    new ComposeProject(
      `${pool}-project`,
      {
        project,
        host: composeHost(spec, pool),
        node: node.nodes.server.id,
        secrets: Object.fromEntries(Object.entries(secrets).filter(([place]) => places.has(place))),
      },
      { providers: [providers.command], dependsOn: [created], deletedWith: created },
    );
  }
}

const placesOf = ({ name, workload }: PlannedWorkload): string[] =>
  secretsUsedBy(workload).map((reference) => valuePath(name, reference));

/** Every secret that the workloads declare, by place: made here, or given. */
function secretValues(
  all: readonly PlannedWorkload[],
  provided: ProvidedSecrets,
): Record<string, pulumi.Output<string>> {
  const declared = all.flatMap(({ name, workload }) =>
    Object.entries(workload.secrets ?? {}).flatMap(([secret, { class: kind, keys, fixed = {} }]) =>
      keys.map((key) => ({ place: valuePath(name, { secret, key }), kind, value: fixed[key] })),
    ),
  );
  const known = declared.filter(({ value }) => value !== undefined);
  const secret = declared.filter(({ value }) => value === undefined);
  const made = secret.filter(({ kind }) => kind !== "provided").map(({ place }) => place);
  const generated = new GeneratedSecrets("secrets", { places: made }, { providers: [createRandomProvider()] });
  const given = secret.filter(({ kind }) => kind === "provided").map(({ place }) => [place, provided(place)] as const);
  return {
    ...generated.values,
    ...Object.fromEntries(given),
    ...Object.fromEntries(known.map(({ place, value = "" }) => [place, pulumi.output(value)])),
  };
}
