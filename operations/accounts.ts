import { z } from "zod";
import type { EnvironmentSpec } from "../stacks/spec/environment.ts";
import { ofKind } from "../stacks/spec/of-kind.ts";
import type { AwsCli } from "./resolve/aws-cli.ts";

const caller = z.object({ Account: z.string(), Arn: z.string() });

export interface AccountSources {
  /** Who the Pulumi CLI is, and where it keeps the state. */
  readonly pulumi: string;
  readonly aws: AwsCli;
  /** The user's own; only whether a name is set is read. */
  readonly environment: NodeJS.ProcessEnv;
}

/** A line for each account that a live run would change: shown before anybody agrees. Holds no credential. */
export async function accountsOf(
  spec: EnvironmentSpec,
  { pulumi, aws, environment }: AccountSources,
): Promise<readonly string[]> {
  const line = (what: string, who: string): string => `  ${what.padEnd(10)} ${who}`;
  const isSet = (name: string): string => (environment[name] === undefined ? `${name} is not set` : `by ${name}`);
  const lines = [line("Pulumi", pulumi)];
  if (Object.keys(ofKind(spec.sites, "hetzner")).length > 0) {
    lines.push(line("Hetzner", `the project of the token, ${isSet("HCLOUD_TOKEN")}`));
  }
  if (Object.keys(ofKind(spec.sites, "aws")).length > 0) lines.push(line("AWS", await awsAccount(aws)));
  lines.push(line("Tailscale", spec.mesh.tailnet));
  if (spec.secrets !== undefined) lines.push(line("Vault", spec.secrets.vault.address));
  return lines;
}

async function awsAccount(aws: AwsCli): Promise<string> {
  const answer = await aws(["sts", "get-caller-identity"]);
  if ("unavailable" in answer) return `unknown: ${answer.unavailable}`;
  const { Account, Arn } = caller.parse(answer.value);
  return `${Account} as ${Arn}`;
}
