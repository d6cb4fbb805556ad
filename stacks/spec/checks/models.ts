import type { Complaint } from "../../problems.ts";
import type { Model } from "../models.ts";
import { holds } from "../values.ts";
import { check, type Facts, unknownName } from "./check.ts";

/** A model falls back to others of the catalogue, which may see every prompt that it may see itself. */
export const modelFallbacks = check(["models"], function* ({ models }): Iterable<Complaint> {
  for (const [name, { fallbacks, dataClass }] of Object.entries(models)) {
    for (const [index, fallback] of fallbacks.entries()) {
      const path = ["models", name, "fallbacks", index];
      const target = models[fallback];
      if (target === undefined || fallback === name) {
        const others = Object.keys(models).filter((other) => other !== name);
        yield unknownName(path, fallback, "model", others);
      } else if (!holds(target.dataClass, dataClass)) {
        yield {
          path,
          got: `${fallback}, to which ${target.dataClass} prompts may be sent at most, for ${dataClass} prompts`,
          expected: `a model for ${dataClass} prompts`,
        };
      }
    }
  }
});

/** A rented server is that of an `external` pool, which may see the model's prompts. */
export const modelEndpoints = check(["models", "pools"], function* ({ models, pools }): Iterable<Complaint> {
  const external = Object.keys(pools).filter((name) => pools[name]?.kind === "external");
  for (const [name, model] of Object.entries(models)) {
    if (model.engine !== "endpoint") continue;
    const pool = pools[model.pool];
    if (pool?.kind !== "external") {
      yield unknownName(["models", name, "pool"], model.pool, "pool of kind external", external);
    } else if (!holds(pool.dataClass, model.dataClass)) {
      yield tooSensitive(name, model.dataClass, `pool ${model.pool}, which may see ${pool.dataClass} data at most`);
    }
  }
});

/** Who sees prompts outside the fleet is a processor, cleared for them. */
export const modelProcessors = check(
  ["models", "pools", "privacy"],
  function* ({ models, pools, privacy }): Iterable<Complaint> {
    for (const [name, model] of Object.entries(models)) {
      const provider = providerOf(model, pools);
      if (provider === undefined || model.dataClass === "public") continue;
      const processor = privacy.processors[provider];
      if (processor === undefined) {
        yield {
          path: ["models", name],
          atKey: true,
          got: `${model.dataClass} prompts for ${provider}, which is no processor`,
          expected: `an entry ${provider} in \`privacy.processors\``,
          fix: `add the agreement with ${provider}, or write \`dataClass: public\``,
        };
      } else if (!holds(processor.dataClass, model.dataClass)) {
        yield tooSensitive(name, model.dataClass, `${provider}, cleared for ${processor.dataClass} data at most`);
      }
    }
  },
);

/** Somebody else who answers for the model; undefined for one that the fleet serves. */
function providerOf(model: Model, pools: Facts["pools"]): string | undefined {
  if (model.engine === "api") return model.provider;
  const pool = model.engine === "endpoint" ? pools[model.pool] : undefined;
  return pool?.kind === "external" ? pool.provider : undefined;
}

const tooSensitive = (model: string, dataClass: string, who: string): Complaint => ({
  path: ["models", model, "dataClass"],
  got: `${dataClass} prompts at ${who}`,
  expected: "prompts that may be seen there",
});
