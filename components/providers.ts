import * as aws from "@pulumi/aws";
import * as hcloud from "@pulumi/hcloud";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as tailscale from "@pulumi/tailscale";
import * as vault from "@pulumi/vault";

export interface FleetProviders {
  readonly hcloud: hcloud.Provider;
  readonly tailscale: tailscale.Provider;
  readonly vault: vault.Provider;
  readonly kubernetes: kubernetes.Provider;
  /** By site. */
  readonly aws: Readonly<Record<string, aws.Provider>>;
}

export interface ProviderSettings {
  readonly environment: string;
  readonly vaultAddress: string;
  /** Regions by AWS site. */
  readonly awsRegions: Readonly<Record<string, aws.Region>>;
}

/**
 * The one place where providers are made. None gets a credential as an input, so none lands in state: each reads its own
 * environment variables (`HCLOUD_TOKEN`, `AWS_*`, `TAILSCALE_*`, `VAULT_TOKEN`, `KUBECONFIG`). An unreachable API server
 * leaves its objects as they are and does not stop a change to the layers below it.
 */
export const createProviders = ({ environment, vaultAddress, awsRegions }: ProviderSettings): FleetProviders => ({
  hcloud: new hcloud.Provider("hcloud"),
  tailscale: new tailscale.Provider("tailscale"),
  vault: new vault.Provider("vault", { address: vaultAddress, skipChildToken: true }),
  kubernetes: new kubernetes.Provider("kubernetes", {
    context: `splitfleet-${environment}`,
    // An output, since the SDK would put the path that KUBECONFIG has on this machine into the state.
    kubeconfig: pulumi.output(undefined),
    clusterIdentifier: environment,
    skipUpdateUnreachable: true,
    enableServerSideApply: true,
  }),
  aws: Object.fromEntries(
    Object.entries(awsRegions).map(([site, region]) => [site, new aws.Provider(site, { region })]),
  ),
});
