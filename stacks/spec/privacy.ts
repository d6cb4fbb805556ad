import { z } from "zod";
import { country } from "./values.ts";

export const privacy = z.strictObject({
  residency: z.array(country).min(1).meta({
    description:
      "Countries in which data above `public` may be kept. Pools that may hold such data stand in one of them.",
  }),
});
