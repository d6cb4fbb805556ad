import { AutoscalerIdentity } from "../../components/cluster/autoscaler-identity.ts";
import { labelsOf } from "../../components/labels.ts";
import type { FleetProviders } from "../../components/providers.ts";
import { AWS_AUDIENCE, autoscalerPlace, autoscalerRole } from "../../components/workloads/cluster-autoscaler.ts";
import { namespaceOf } from "../../components/workloads/neighbour.ts";
import type { EnvironmentSpec } from "../spec/environment.ts";
import { ofKind } from "../spec/of-kind.ts";

/** What the environment's autoscaler may do at AWS; nothing where no workload is one. */
export function createAutoscalerIdentity(spec: EnvironmentSpec, providers: FleetProviders): void {
  const issuer = spec.cluster?.issuer;
  for (const [serviceAccount, workload] of Object.entries(spec.workloads)) {
    if (workload.kind !== "cluster-autoscaler" || issuer === undefined) continue;
    const { account, region } = autoscalerPlace(workload);
    const [site] = Object.entries(ofKind(spec.sites, "aws")).find(([, place]) => place.region === region) ?? [];
    const provider = site === undefined ? undefined : providers.aws[site];
    if (provider === undefined) throw new Error(`workloads.${serviceAccount}.region: no site is in ${region}`);
    const environment = spec.environment.name;
    new AutoscalerIdentity(
      serviceAccount,
      {
        role: autoscalerRole(environment),
        issuer,
        audience: AWS_AUDIENCE,
        namespace: namespaceOf(workload.team),
        serviceAccount,
        cluster: environment,
        account,
        region,
        labels: labelsOf({ environment, team: "platform", dataClass: "internal" }),
      },
      { providers: [provider] },
    );
  }
}
