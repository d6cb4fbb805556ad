import { existsSync, readdirSync } from "node:fs";

/** The stack of what environments share, such as the tailnet's policy; no environment has its name. */
export const ORGANISATION = "organisation";

/** Names of the environments in a folder: those of the files `Pulumi.<environment>.yaml`. Empty where there is no folder. */
export const environmentNames = (folder: string): readonly string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
        .filter((name) => name !== ORGANISATION)
    : [];
