import type { Package } from "./kind.ts";
import { hcloud } from "./kinds/hcloud.ts";
import { kubernetes } from "./kinds/kubernetes.ts";
import { tailscale } from "./kinds/tailscale.ts";

/** The provider packages that the twin serves, by name. */
export const packages: ReadonlyMap<string, Package> = new Map(
  [hcloud, tailscale, kubernetes].map((each) => [each.name, each]),
);
