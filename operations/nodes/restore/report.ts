import { z } from "zod";

const snapshot = z.strictObject({
  name: z.string(),
  takenAt: z.string().meta({ description: "ISO time." }),
  k3s: z.string().nullable().meta({ description: "Version that made it; null where that is not recorded." }),
});

/** What `npm run restore` writes to standard output with `--json`. */
export const restoreReport = z
  .strictObject({
    environment: z.string(),
    verdict: z.enum(["listed", "restored", "stopped"]).meta({ description: "`stopped`: the next run goes on." }),
    snapshots: z.array(snapshot).meta({ description: "Newest first." }),
    restored: snapshot.nullable(),
    lost: z.string().nullable().meta({
      description: "Since when changes of the cluster are lost, as ISO time; null where nothing was restored.",
    }),
    problem: z.string().nullable(),
    next: z.string().nullable().meta({ description: "The command that goes on, or what to do next." }),
  })
  .meta({
    title: "splitfleet restore",
    description: "What `npm run -s restore -- <environment> --json` writes to standard output.",
  });
export type RestoreReport = z.infer<typeof restoreReport>;

/** For people. */
export function describeRestore({ environment, snapshots, restored, lost, problem, next }: RestoreReport): string {
  const listed = snapshots.map(({ name, takenAt, k3s }) => `  ${takenAt}  ${name}${k3s === null ? "" : `  (${k3s})`}`);
  const lines =
    restored === null
      ? [snapshots.length === 0 ? `${environment} has no snapshots` : `${environment}, newest first:`, ...listed]
      : [
          `${environment}: ${problem === null ? "restored" : "not yet restored"} to ${restored.name}`,
          ...(lost === null ? [] : [`Lost: every change of the cluster since ${lost}.`]),
        ];
  return `${[...lines, ...(problem === null ? [] : [`Stopped: ${problem}`]), ...(next === null ? [] : [`Next: ${next}`])].join("\n")}\n`;
}
