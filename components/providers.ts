import type * as aws from "@pulumi/aws";
import { Provider as AwsProvider } from "@pulumi/aws/provider.js";
import { Provider as CloudflareProvider } from "@pulumi/cloudflare/provider.js";
import * as command from "@pulumi/command";
import * as hcloud from "@pulumi/hcloud";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tailscale from "@pulumi/tailscale";
import * as vault from "@pulumi/vault";

/*
 * The one place where providers are made. None gets a credential as an input, so none lands in state: each reads its own
 * environment variables (`CLOUDFLARE_API_TOKEN`, `HCLOUD_TOKEN`, `AWS_*`, `TAILSCALE_*`, `VAULT_TOKEN`, `KUBECONFIG`).
 */

/** Providers of what every environment is built from. */
export interface FleetProviders {
  readonly hcloud: hcloud.Provider;
  readonly tailscale: tailscale.Provider;
  /** Runs commands on nodes, over the mesh. */
  readonly command: command.Provider;
  /** By site. */
  readonly aws: Readonly<Record<string, AwsProvider>>;
}

/** Of an environment, and of the tailnet that several share. */
export const createTailscaleProvider = (): tailscale.Provider => new tailscale.Provider("tailscale");

/** @param awsRegions Regions by AWS site. */
export const createProviders = (awsRegions: Readonly<Record<string, aws.Region>>): FleetProviders => ({
  hcloud: new hcloud.Provider("hcloud"),
  tailscale: createTailscaleProvider(),
  command: new command.Provider("command"),
  aws: Object.fromEntries(
    Object.entries(awsRegions).map(([site, region]) => [site, new AwsProvider(site, { region })]),
  ),
});

/**
 * Of an environment with Vault. It asks Vault for nothing until something in Vault changes, so that a sealed one does
 * not stop a change to the layers below it.
 */
export const createVaultProvider = ({ address, version }: { address: string; version: string }): vault.Provider =>
  new vault.Provider("vault", {
    address,
    skipChildToken: true,
    // Else the first difference asks Vault for its version, sealed or not.
    skipGetVaultVersion: true,
    vaultVersionOverride: version,
  });

/**
 * Of an environment with a cluster. An unreachable API server leaves its objects as they are and does not stop a change
 * to the layers below it.
 */
export const createKubernetesProvider = (environment: string): kubernetes.Provider =>
  new kubernetes.Provider("kubernetes", {
    context: `splitfleet-${environment}`,
    // An output, since the SDK would put the path that KUBECONFIG has on this machine into the state.
    kubeconfig: pulumi.output(undefined),
    clusterIdentifier: environment,
    skipUpdateUnreachable: true,
    enableServerSideApply: true,
  });

/** Of nodes outside the cluster, whose secrets are made once and kept in the state. */
export const createRandomProvider = (): random.Provider => new random.Provider("random");

/** Of an environment with an edge. */
export interface EdgeProviders {
  readonly cloudflare: CloudflareProvider;
  readonly random: random.Provider;
}

export const createEdgeProviders = (): EdgeProviders => ({
  cloudflare: new CloudflareProvider("cloudflare"),
  random: new random.Provider("edge-random"),
});
