import type { ResolvedEnvironment } from "../../stacks/environment-file.ts";
import { allOf } from "../../stacks/words.ts";
import type { NodeControl } from "./control.ts";
import { declaredNodes } from "./inventory.ts";

export interface GoneOptions {
  /** As it runs in its mode. */
  readonly environment: Pick<ResolvedEnvironment, "spec">;
  readonly control: Pick<NodeControl, "nodes" | "deleteNode" | "deleteMeshDevice">;
  readonly say: (text: string) => void;
}

/**
 * After an `up`: removes what cluster and mesh still know of agents whose servers it has deleted, so that new machines can
 * have their names. What can not be removed now is told and left to the next run. Members of etcd leave by `npm run replace`
 * alone, instances of burst pools by their own autoscaler, and machines of one's own by `npm run enroll`.
 */
export async function forgetGoneNodes({ environment, control, say }: GoneOptions): Promise<void> {
  const standing = new Set(declaredNodes(environment).map(({ name }) => name));
  try {
    const gone = (await control.nodes())
      .filter(({ name, provider, role }) => provider === "hetzner" && role === "agent" && !standing.has(name))
      .map(({ name }) => name);
    for (const name of gone) {
      await control.deleteNode(name);
      await control.deleteMeshDevice(name);
    }
    if (gone.length > 0) say(`Taken out of cluster and mesh, since their servers are gone: ${allOf(gone)}.`);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    say(`Whether cluster or mesh still know nodes whose servers are gone could not be looked up: ${problem}`);
  }
}
