import { TOOLKIT_PACKAGES } from "../../components/compute/node-config/container-toolkit.ts";
import type { Pool } from "./pools.ts";

/** Packages of the NVIDIA container toolkit that the nodes of these pools download; none where no machine has a GPU. */
export const toolkitOf = (pools: Readonly<Record<string, Pool>>): readonly string[] =>
  Object.values(pools).some((pool) => pool.kind === "onprem" && pool.hardware.gpu !== undefined)
    ? TOOLKIT_PACKAGES
    : [];
