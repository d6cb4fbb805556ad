import { packages } from "../../sandbox/twin/packages.ts";
import { select, textAt } from "../../sandbox/twin/protocol/paths.ts";
import { isObject, type Properties } from "../../sandbox/twin/protocol/values.ts";
import { removeObject } from "../../sandbox/twin/remove-object.ts";
import { readWorld } from "../../sandbox/twin/world/reader.ts";
import { OWNER_LABEL, type Found, type Inventory } from "./found.ts";

/** Packages whose objects go with the node that holds them, or exist nowhere else than in the state. */
const ON_NODES = new Set(["kubernetes", "vault", "command", "random"]);

const CLOUDS = [...packages.keys()].filter((name) => !ON_NODES.has(name));

/** What the simulated clouds of a rehearsal hold. @param marker Folder of the rehearsal. */
export const twinInventories = (marker: string): readonly Inventory[] =>
  CLOUDS.map((provider) => ({
    provider,
    list: () =>
      Promise.resolve(
        readWorld(marker)
          .filter((object) => object.package === provider)
          .map(({ id, type, inputs }): Found => {
            const environment = ownerOf(inputs);
            const kind = type.split(":").at(-1) ?? type;
            const stays = isKept(type) ? "it is paid up front and can not be given back" : undefined;
            const found = { provider, kind, id, name: textAt(inputs, "name") ?? "", environment };
            return stays === undefined ? found : { ...found, stays };
          }),
      ),
    remove: async ({ id }) => {
      await removeObject(marker, id);
    },
  }));

const isKept = (type: string): boolean => [...packages.values()].some(({ kinds }) => kinds[type]?.isKept === true);

/** Labels and tags are a mapping, but those of an Auto Scaling group a list. */
function ownerOf(inputs: Properties): string | undefined {
  const { labels, tags } = inputs;
  const marked = isObject(labels) ? labels[OWNER_LABEL] : isObject(tags) ? tags[OWNER_LABEL] : undefined;
  if (typeof marked === "string") return marked;
  const listed = select(inputs, "tags[*]").flatMap(({ value }) => (isObject(value) ? [value] : []));
  const owner = listed.find(({ key }) => key === OWNER_LABEL)?.["value"];
  return typeof owner === "string" ? owner : undefined;
}
