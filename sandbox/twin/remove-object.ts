import { packages } from "./packages.ts";
import { readWorld } from "./world/reader.ts";
import { World } from "./world/world.ts";

/**
 * Removes one object that no state knows of any more, as `recover` does with the orphan of an unfinished replacement:
 * from the real server that holds it, where one runs, and from the world.
 *
 * @returns Whether there was such an object.
 * @throws Error in the server's words when it does not let the object go.
 */
export async function removeObject(marker: string, id: string): Promise<boolean> {
  const world = new World(marker);
  const objects = readWorld(marker).filter((object) => object.id === id);
  for (const object of objects) {
    const packageOf = packages.get(object.package);
    const kind = packageOf?.kinds[object.type] ?? packageOf?.otherKind?.(object.type);
    const store = await packageOf?.connect?.(world);
    if (store === undefined || kind === undefined) world.remove(object);
    else await store.delete(kind, object, { timeoutSeconds: undefined, signal: new AbortController().signal });
  }
  return objects.length > 0;
}
