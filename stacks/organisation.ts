import { policyFile } from "../components/mesh/policy-file.ts";
import { TailnetPolicy } from "../components/mesh/tailnet-policy.ts";
import { createTailscaleProvider } from "../components/providers.ts";
import type { TailnetEnvironment } from "./tailnet.ts";

export interface OrganisationOutputs {
  readonly tailnet: string;
  /** Names of the environments that the policy is made from. */
  readonly environments: readonly string[];
}

export interface OrganisationArgs {
  readonly tailnet: string;
  readonly environments: readonly TailnetEnvironment[];
  /** Replaces a policy that somebody else has written. */
  readonly overwrite: boolean;
}

/** What exists once for all environments of a tailnet: its policy file. */
export function organisation({ tailnet, environments, overwrite }: OrganisationArgs): OrganisationOutputs {
  const meshes = environments.map(({ mesh }) => mesh);
  new TailnetPolicy("tailnet", { file: policyFile(meshes), overwrite }, { providers: [createTailscaleProvider()] });
  return { tailnet, environments: meshes.map(({ name }) => name) };
}
