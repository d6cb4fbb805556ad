import path from "node:path";
import { readJournal, type JournalEntry } from "./journal.ts";
import { list, type WorldObject } from "./objects.ts";
import { World } from "./world.ts";

/** Everything that exists in the world of a rehearsal, sorted by URN, then by creation. */
export function readWorld(marker: string): WorldObject[] {
  const world = new World(marker);
  const packages = list(path.join(marker, "world")).filter((name) => !name.includes("."));
  const objects = packages.flatMap((name) => world.objects(name).all());
  return objects.sort((a, b) => order(a.urn, b.urn) || order(a.createdAt, b.createdAt) || order(a.id, b.id));
}

/** The objects of one resource: several while it is being replaced, in order of creation. */
export function findByUrn(marker: string, urn: string): WorldObject[] {
  return readWorld(marker).filter((object) => object.urn === urn);
}

/** Every change of the world, oldest first. */
export function readWorldJournal(marker: string): JournalEntry[] {
  return readJournal(path.join(marker, "world", "journal.jsonl"));
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
