import {
  type Backup,
  type Container,
  credential,
  type Handle,
  type Need,
  type SecretReference,
  type Volume,
  type Workload,
} from "./contract.ts";
import type { RegisteredKind } from "./extensions.ts";

/** Name of a workload's need for a store of its backups. */
export const BACKUP_NEED = "backup";

/** Name of the secret that encrypts a workload's backups: without it they are lost. */
const PASSWORD = "backup";

/** What a kind with backed up volumes needs, beside the needs of its definition. */
export function backupNeed(
  { backups }: Pick<RegisteredKind, "backups">,
  kinds: readonly RegisteredKind[],
): Readonly<Record<string, Need>> {
  if (backups === undefined) return {};
  const stores = kinds.filter(({ backupBucket }) => backupBucket !== undefined);
  const need: Need = { kind: stores.map(({ kind }) => kind), port: "s3" };
  return { [BACKUP_NEED]: backups === "optional" ? { ...need, optional: true } : need };
}

/** Where the copies of a workload's volumes go. */
export interface BackupStore {
  readonly handle: Handle;
  readonly bucket: string;
  /** Gives the image with restic. */
  readonly image: () => string;
}

/** Completes the backups of a workload: containers for volumes that have none, and for all of them where and how. */
export function withBackups(workload: Workload, name: string, store: BackupStore): Workload {
  const { volumes, container, secrets } = workload;
  if (volumes === undefined || Object.values(volumes).every(({ backup }) => backup === undefined)) return workload;
  return {
    ...workload,
    volumes: Object.fromEntries(
      Object.entries(volumes).map(([key, volume]) => [
        key,
        withBackup(volume, `${name}/${key}`, container.user, store),
      ]),
    ),
    secrets: { ...secrets, [PASSWORD]: { class: "immutable", keys: ["password"] } },
  };
}

function withBackup(volume: Volume, path: string, user: number, store: BackupStore): Volume {
  const { backup } = volume;
  if (backup === undefined) return volume;
  const env = environment(path, backup, store);
  const addressed = (container: Container): Container => ({ ...container, env: { ...env, ...container.env } });
  const { save, restore, ...rest } = backup;
  if (save === undefined) {
    const copied = (script: string): Container => addressed(fileCopy(script, volume.path, user, store.image()));
    return { ...volume, backup: { ...rest, save: copied(SAVE), restore: copied(RESTORE), mounts: true } };
  }
  const back = restore === undefined ? {} : { restore: addressed(restore) };
  return { ...volume, backup: { ...rest, save: addressed(save), ...back } };
}

const environment = (
  path: string,
  { keepDays }: Backup,
  { handle, bucket }: BackupStore,
): Record<string, string | SecretReference> => ({
  BACKUP_REPOSITORY: `s3:${handle.url}/${bucket}/${path}`,
  BACKUP_KEEP_DAYS: String(keepDays),
  AWS_ENDPOINT_URL: handle.url,
  AWS_ACCESS_KEY_ID: credential(handle, "access-key-id"),
  AWS_SECRET_ACCESS_KEY: credential(handle, "secret-access-key"),
  RESTIC_PASSWORD: { secret: PASSWORD, key: "password" },
});

/** Restic ends with 10 where there is no repository yet. A lock that `unlock` removes is one whose holder is gone. */
const SAVE = `status=0
restic --repo "$BACKUP_REPOSITORY" cat config > /dev/null || status=$?
case "$status" in
  0) restic --repo "$BACKUP_REPOSITORY" unlock ;;
  10) restic --repo "$BACKUP_REPOSITORY" init ;;
  *) exit "$status" ;;
esac
restic --repo "$BACKUP_REPOSITORY" backup --host splitfleet "$BACKUP_PATH"
restic --repo "$BACKUP_REPOSITORY" forget --keep-within "$BACKUP_KEEP_DAYS"d --prune
`;

/** Files that the copy does not have are removed, so that nothing newer is left beside it. */
const RESTORE = `restic --repo "$BACKUP_REPOSITORY" restore "\${RESTORE_AT:-latest}:$BACKUP_PATH" --target "$BACKUP_PATH" --delete
`;

/** Copies a volume's files with restic, as the user that they belong to. */
const fileCopy = (script: string, path: string, user: number, image: string): Container => ({
  image,
  command: ["/bin/sh", "-euc"],
  args: [script],
  env: { BACKUP_PATH: path, RESTIC_CACHE_DIR: "/tmp/cache", HOME: "/tmp" },
  cpu: { request: 0.1 },
  memoryMiB: { request: 256, limit: 512 },
  scratch: ["/tmp"],
  user,
});
