import { z } from "zod";
import { country, dataClass, day, slug } from "./values.ts";

const processor = z.strictObject({
  agreement: z.string().min(1).meta({ description: "Where the data processing agreement is filed." }),
  until: day.meta({ description: "Last day on which it was reviewed as still right." }),
  countries: z.array(country).min(1).meta({ description: "Where the provider processes prompts." }),
  dataClass: dataClass.meta({ description: "The most sensitive data that it was cleared for." }),
});

export const privacy = z.strictObject({
  residency: z.array(country).min(1).meta({
    description:
      "Countries in which data above `public` may be kept. Pools that may hold such data stand in one of them.",
  }),
  processors: z
    .record(slug, processor)
    .default({})
    .meta({ description: "Providers that see prompts: of API models and of rented GPUs." }),
});
