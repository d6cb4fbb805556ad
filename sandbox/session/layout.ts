import { join } from "node:path";

/** The Pulumi project that every environment belongs to; Pulumi.yaml says the same. */
export const PROJECT = "splitfleet";

/** Everything one rehearsed environment keeps on disk. Git ignores all of it; deleting `folder` starts over. */
export interface Layout {
  /** `<root>/.sandbox/<environment>`: the rehearsal marker that plugins ask for. */
  readonly folder: string;
  readonly rehearsalFile: string;
  readonly world: string;
  readonly pulumiHome: string;
  readonly state: string;
  readonly passphraseFile: string;
  readonly config: string;
  readonly configFile: string;
  readonly lockFile: string;
  readonly bin: string;
  /** The engine's checkpoint of the stack in the file backend. */
  readonly checkpointFile: string;
  /** One file a running engine, named at random; a killed engine leaves its file. */
  readonly locks: string;
}

export function layoutOf(root: string, environment: string): Layout {
  const folder = join(root, ".sandbox", environment);
  const state = join(folder, "state");
  const config = join(folder, "config");
  return {
    folder,
    rehearsalFile: join(folder, "rehearsal.json"),
    world: join(folder, "world"),
    pulumiHome: join(folder, "home"),
    state,
    passphraseFile: join(folder, "passphrase"),
    config,
    configFile: join(config, `Pulumi.${environment}.yaml`),
    lockFile: join(config, `${environment}.lock.yaml`),
    bin: join(folder, "bin"),
    checkpointFile: join(state, ".pulumi", "stacks", PROJECT, `${environment}.json`),
    locks: join(state, ".pulumi", "locks", "organization", PROJECT, environment),
  };
}
