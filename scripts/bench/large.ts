import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type Document, isMap, parseDocument } from "yaml";

const BASE = "production";
const POOL = "inference";
/** A Hetzner network takes a hundred servers, and a placement group ten of them. */
const POOLS_PER_SITE = 10;
const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

/** Room for all of them. */
const BUDGET = { hourlyEuros: 10_000, monthlyEuros: 1_000_000 };

/**
 * Writes the production environment with more pools, over as many networks as they need.
 *
 * @param folder Is made.
 * @param nodes How many more, in tens.
 * @returns its file
 */
export function writeLargeEnvironment(root: string, folder: string, nodes: number): string {
  const [file, lockFile] = [`Pulumi.${BASE}.yaml`, `${BASE}.lock.yaml`];
  const read = (name: string): Document => parseDocument(readFileSync(path.join(root, "stacks", name), "utf8"));
  const [environment, lock] = [read(file), read(lockFile)];
  const section = (name: string, ...rest: readonly string[]): string[] => ["config", `splitfleet:${name}`, ...rest];
  for (let index = 0; index < nodes / NUMBERS.length; index++) {
    const [network, number] = [Math.floor(index / POOLS_PER_SITE), index % POOLS_PER_SITE];
    const [site, pool] = [`site-${network}`, `pool-${network}-${number}`];
    const address = `10.${100 + network}`;
    environment.setIn(section("sites", site), { kind: "hetzner", location: "fsn1", range: `${address}.0.0/16` });
    environment.setIn(section("pools", pool), cloned(environment.getIn(section("pools", POOL), true)));
    environment.setIn(section("pools", pool, "site"), site);
    environment.setIn(section("pools", pool, "subnet"), `${address}.${number}.0/24`);
    environment.setIn(section("pools", pool, "nodes"), [...NUMBERS]);
    lock.setIn(["pools", pool], cloned(lock.getIn(["pools", POOL], true)));
  }
  for (const burn of ["expected", "worst"]) environment.setIn(section("budget", "environment", burn), { ...BUDGET });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, file), environment.toString());
  writeFileSync(path.join(folder, lockFile), lock.toString());
  return path.join(folder, file);
}

function cloned(entry: unknown): unknown {
  if (!isMap(entry)) throw new Error(`${BASE} has no pool ${POOL}`);
  return entry.clone();
}
