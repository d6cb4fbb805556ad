import type { Container, SecretReference, Service } from "../contract.ts";
import { HOST_RULES } from "./sql.ts";

const DATA = "/var/lib/postgresql/data";
const BACKUPS = "/var/lib/postgresql/backups";

const SUPERUSER: SecretReference = { secret: "superuser", key: "password" };

interface Options {
  readonly container: Container;
  readonly exporterImage: string;
  readonly storageGiB: number;
  readonly retentionDays: number;
  readonly keepDays: number;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * One PostgreSQL without an operator. A sidecar takes a base backup each day, and every file of the log of changes is
 * copied beside it as it is full, at the latest after five minutes: the copies that leave the server hold both.
 */
export function postgresServer(
  options: Options,
): Pick<Service, "replicas" | "container" | "sidecars" | "files" | "volumes" | "secrets"> {
  const { container, exporterImage, storageGiB, retentionDays, keepDays, parameters } = options;
  return {
    replicas: 1,
    container: {
      ...container,
      command: ["/bin/sh", "-ec"],
      args: [START],
      env: { PGDATA: `${DATA}/main`, SUPERUSER_PASSWORD: SUPERUSER },
      scratch: ["/tmp"],
    },
    sidecars: {
      exporter: {
        image: exporterImage,
        env: {
          DATA_SOURCE_URI: "127.0.0.1:5432/postgres?sslmode=disable",
          DATA_SOURCE_USER: "postgres",
          DATA_SOURCE_PASS: SUPERUSER,
        },
        cpu: { request: 0.02 },
        memoryMiB: { request: 48 },
        user: 65534,
      },
      "base-backup": {
        image: container.image,
        command: ["/bin/sh", "-ec"],
        args: [BASE_BACKUP],
        env: { PGHOST: "127.0.0.1", PGUSER: "postgres", PGPASSWORD: SUPERUSER },
        cpu: { request: 0.05 },
        memoryMiB: { request: 64 },
        scratch: ["/tmp"],
        user: container.user,
      },
    },
    files: {
      "/etc/postgresql/postgresql.conf": serverConfiguration(parameters),
      "/etc/postgresql/pg_hba.conf": `${[...SUPERUSER_RULES, ...HOST_RULES].join("\n")}\n`,
    },
    volumes: {
      data: { path: DATA, sizeGiB: storageGiB, keep: true, retentionDays },
      backups: {
        path: BACKUPS,
        sizeGiB: storageGiB * 3,
        keep: true,
        retentionDays: Math.min(keepDays, retentionDays),
        backup: { everyHours: 1, keepDays: Math.min(keepDays, retentionDays) },
      },
    },
    secrets: { superuser: { class: "generated", keys: ["password"] } },
  };
}

/** The superuser's password reaches the server from its own pod and from jobs, which make roles and databases. */
const SUPERUSER_RULES = [
  "local all all peer",
  "host replication postgres 127.0.0.1/32 scram-sha-256",
  "host all postgres all scram-sha-256",
];

/** `postgresql.conf`. @param parameters Name to value. */
export const serverConfiguration = (parameters: Readonly<Record<string, string>>): string =>
  Object.entries({
    ...parameters,
    listen_addresses: "*",
    unix_socket_directories: "/tmp",
    hba_file: "/etc/postgresql/pg_hba.conf",
    wal_level: "replica",
    archive_mode: "on",
    archive_timeout: "300",
    archive_command: `test -f ${BACKUPS}/wal/%f || { cp %p ${BACKUPS}/wal/.%f && mv ${BACKUPS}/wal/.%f ${BACKUPS}/wal/%f; }`,
  })
    .map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
    .join("");

/**
 * Starts the server. Files that are lost come back from the newest base backup and the log of changes since. So does an
 * earlier state, where `restore-to` in the folder of backups names a moment such as `2026-11-21 09:30:00+00`; what was
 * there before is set aside and stays until somebody removes it.
 */
const START = `umask 077
backups=${BACKUPS}
mkdir -p "$backups/wal" "$backups/base"
newest_base() {
  until=$(date -u -d "\${1:-now}" +%Y%m%dT%H%M%SZ)
  ls "$backups/base" | awk -v until="$until" '$0 <= until' | sort | tail -n 1
}
if [ -s "$backups/restore-to" ] || [ ! -s "$PGDATA/PG_VERSION" ]; then
  moment=
  if [ -s "$backups/restore-to" ]; then moment=$(cat "$backups/restore-to"); fi
  base=$(newest_base "$moment")
  if [ -n "$base" ]; then
    rm -rf "$PGDATA.new"
    mkdir "$PGDATA.new"
    tar -xzf "$backups/base/$base/base.tar.gz" -C "$PGDATA.new"
    printf '%s' "$moment" > "$PGDATA.new/restore-to"
    touch "$PGDATA.new/recovery.signal"
    if [ -e "$PGDATA" ]; then mv "$PGDATA" "$PGDATA.before-$(date -u +%Y%m%dT%H%M%SZ)"; fi
    mv "$PGDATA.new" "$PGDATA"
    rm -f "$backups/restore-to"
  elif [ -n "$moment" ]; then
    echo "no base backup is older than $moment; there are: $(ls "$backups/base" | tr '\\n' ' ')" >&2
    exit 1
  fi
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  printf '%s' "$SUPERUSER_PASSWORD" > /tmp/superuser
  initdb --username=postgres --pwfile=/tmp/superuser --auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8 --data-checksums
  rm /tmp/superuser
fi
set -- -c config_file=/etc/postgresql/postgresql.conf
if [ -e "$PGDATA/recovery.signal" ]; then
  set -- "$@" -c restore_command="cp $backups/wal/%f %p" -c recovery_target_action=promote
  if [ -s "$PGDATA/restore-to" ]; then set -- "$@" -c recovery_target_time="$(cat "$PGDATA/restore-to")"; fi
fi
exec postgres "$@"
`;

/**
 * Keeps two base backups, and the log of changes since the older one. Each is named by the moment at which it was
 * complete: it can be replayed to any later one.
 */
const BASE_BACKUP = `umask 077
until pg_isready --quiet; do sleep 2; done
while true; do
  rm -rf "${BACKUPS}/base/.new"
  if pg_basebackup --pgdata "${BACKUPS}/base/.new" --format=tar --gzip --wal-method=none --checkpoint=fast; then
    mv "${BACKUPS}/base/.new" "${BACKUPS}/base/$(date -u +%Y%m%dT%H%M%SZ)"
    for old in $(ls "${BACKUPS}/base" | sort | head -n -2); do rm -r "${BACKUPS}/base/$old"; done
    oldest=$(ls -t "${BACKUPS}"/wal/*.backup | head -n 2 | tail -n 1)
    pg_archivecleanup "${BACKUPS}/wal" "$(basename "$oldest")"
  fi
  sleep 86400
done
`;
