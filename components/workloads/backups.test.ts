import { expect, test } from "vitest";
import { backupNeed, withBackups } from "./backups.ts";
import { containersOf, demandOfPod, type Handle, secretsUsedBy, type Workload } from "./contract.ts";
import { throughProxy } from "./egress.ts";
import { registry } from "./registry.ts";
import { scheduleOf } from "./runs.ts";

const container = { image: "shop", cpu: { request: 1 }, memoryMiB: { request: 256 }, user: 1000 };
const handle: Handle = {
  workload: "store",
  team: "platform",
  namespace: "team-platform",
  port: 8333,
  protocol: "TCP",
  host: "store",
  url: "http://store:8333",
  credentials: "client-shop",
};
const store = { handle, bucket: "backups", image: () => "restic" };
const access = (key: string) => ({ workload: "store", secret: "client-shop", key });
const env = {
  BACKUP_REPOSITORY: "s3:http://store:8333/backups/shop/data",
  BACKUP_KEEP_DAYS: "14",
  AWS_ENDPOINT_URL: "http://store:8333",
  AWS_ACCESS_KEY_ID: access("access-key-id"),
  AWS_SECRET_ACCESS_KEY: access("secret-access-key"),
  RESTIC_PASSWORD: { secret: "backup", key: "password" },
};
const volume = { path: "/data", sizeGiB: 5, keep: true, backup: { everyHours: 24, keepDays: 14 } };
const shop: Workload = { replicas: 1, container };

test("a volume without containers of its own is copied by restic, as the user whose files they are", () => {
  const { volumes, secrets } = withBackups({ ...shop, volumes: { data: volume } }, "shop", store);
  const { backup } = volumes?.["data"] ?? {};
  expect(backup).toMatchObject({ everyHours: 24, keepDays: 14, mounts: true });
  expect(backup?.save).toEqual({
    image: "restic",
    command: ["/bin/sh", "-euc"],
    args: [expect.stringContaining('restic --repo "$BACKUP_REPOSITORY" backup --host splitfleet "$BACKUP_PATH"\n')],
    env: { ...env, BACKUP_PATH: "/data", RESTIC_CACHE_DIR: "/tmp/cache", HOME: "/tmp" },
    cpu: { request: 0.1 },
    memoryMiB: { request: 256, limit: 512 },
    scratch: ["/tmp"],
    user: 1000,
  });
  expect(backup?.restore?.args).toEqual([
    'restic --repo "$BACKUP_REPOSITORY" restore "${RESTORE_AT:-latest}:$BACKUP_PATH" --target "$BACKUP_PATH" --delete\n',
  ]);
  expect(secrets).toEqual({ backup: { class: "immutable", keys: ["password"] } });
});

test("containers of a volume's own are told where to and with what", () => {
  const save = { ...container, env: { DATABASE: "shop" } };
  const data = { ...volume, backup: { ...volume.backup, save } };
  const { volumes } = withBackups({ ...shop, volumes: { data } }, "shop", store);
  expect(volumes?.["data"]?.backup).toEqual({ ...data.backup, save: { ...save, env: { ...env, DATABASE: "shop" } } });
});

test("a workload whose volumes can be filled again has no backup and no secret for one", () => {
  const models: Workload = { ...shop, volumes: { models: { path: "/models", sizeGiB: 1, keep: false } } };
  expect(withBackups(models, "shop", store)).toBe(models);
});

test("a kind with backups needs an object store, unless it can do without", () => {
  const stores = registry.filter(({ backupBucket }) => backupBucket !== undefined).map(({ kind }) => kind);
  expect(backupNeed({ backups: "required" }, registry)).toEqual({ backup: { kind: stores, port: "s3" } });
  expect(backupNeed({ backups: "optional" }, registry)).toEqual({
    backup: { kind: stores, port: "s3", optional: true },
  });
  expect(backupNeed({}, registry)).toEqual({});
});

test("copies through the day come at a minute of their own, daily and rarer ones in the night", () => {
  expect([6, 24, 168].map((hours) => scheduleOf(hours, "shop/data"))).toEqual([
    "53 */6 * * *",
    "53 3 * * *",
    "53 3 */7 * *",
  ]);
});

test("every container that reaches the outside is told the way, those of backups and of erasure too", () => {
  const backed = withBackups({ ...shop, volumes: { data: volume }, erasure: { job: container } }, "shop", store);
  const workload = { ...backed, sidecars: { exporter: container }, prepare: { fetch: container } };
  const proxied = throughProxy(workload, { ...handle, url: "http://proxy:3128" }, "shop");
  expect(containersOf(proxied).map((each) => each.env?.["HTTPS_PROXY"])).toEqual(
    Array.from({ length: 6 }, () => "http://proxy:3128"),
  );
});

test("a pod asks for its containers together, or for the largest that runs before them; shared memory counts", () => {
  const sidecars = { exporter: { ...container, memoryMiB: { request: 32, limit: 64 }, sharedMemoryMiB: 16 } };
  const pod = { container: { ...container, gpus: 1 }, sidecars };
  expect(demandOfPod(pod)).toEqual({ cpu: 2, memoryMiB: 304, memoryLimitMiB: 336, gpus: 1 });
  const load = { ...container, cpu: { request: 0.5 }, memoryMiB: { request: 1024 } };
  expect(demandOfPod({ ...pod, prepare: { load } })).toEqual({
    cpu: 2,
    memoryMiB: 1024,
    memoryLimitMiB: 1024,
    gpus: 1,
  });
});

test("secrets are used by every container, as files, and by what measures a queue", () => {
  const reference = (secret: string) => ({ secret, key: "value" });
  const by = { kind: "queue", server: handle, list: "work", perReplica: 1 } as const;
  expect(
    secretsUsedBy({
      replicas: { minimum: 0, maximum: 2, by },
      container: { ...container, env: { A: reference("a"), B: "plain" } },
      sidecars: { exporter: { ...container, env: { C: reference("c") } } },
      secretFiles: { "/run/d": reference("d") },
    }),
  ).toEqual([reference("a"), reference("c"), reference("d"), access("password")]);
});
