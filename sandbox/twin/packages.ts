import type { Package } from "./kind.ts";
import { aws } from "./kinds/aws/aws.ts";
import { cloudflare } from "./kinds/cloudflare.ts";
import { command } from "./kinds/command.ts";
import { hcloud } from "./kinds/hcloud.ts";
import { kubernetes } from "./kinds/kubernetes.ts";
import { random } from "./kinds/random.ts";
import { tailscale } from "./kinds/tailscale.ts";
import { vault } from "./kinds/vault.ts";

/** The provider packages that the twin serves, by name. */
export const packages: ReadonlyMap<string, Package> = new Map(
  [aws, cloudflare, command, hcloud, kubernetes, random, tailscale, vault].map((each) => [each.name, each]),
);
