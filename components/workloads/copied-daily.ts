import type { Volume } from "./contract.ts";

interface Copied {
  readonly path: string;
  readonly storageGiB: number;
  readonly retentionDays: number;
  /** How long a copy is kept, if what it is a copy of may be kept as long. */
  readonly copyDays: number;
}

/** A volume whose files are kept, and copied once a day. */
export const copiedDaily = ({ path, storageGiB, retentionDays, copyDays }: Copied): Volume => ({
  path,
  sizeGiB: storageGiB,
  keep: true,
  retentionDays,
  backup: { everyHours: 24, keepDays: Math.min(copyDays, retentionDays) },
});
