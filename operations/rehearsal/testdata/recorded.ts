import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { type Cluster, clusterOf, OBSERVED, type ObservedKind } from "../cluster.ts";

const kinds = Object.keys(OBSERVED) as ObservedKind[];
const answers = z.record(z.enum(kinds), z.array(z.looseObject({})));

/**
 * What a real API server (1.36.1) answered after an `up` of the sandbox: `fits` as it is; `no-room` with inference on
 * two cpx32 and 16 requests at once; `quota` with 4 GiB for the team. Properties that nothing reads are left out.
 */
export const recorded = (name: "fits" | "no-room" | "quota"): z.output<typeof answers> =>
  answers.parse(JSON.parse(readFileSync(path.join(import.meta.dirname, `${name}.json`), "utf8")));

export const recordedCluster = (name: Parameters<typeof recorded>[0]): Cluster => clusterOf(recorded(name));
