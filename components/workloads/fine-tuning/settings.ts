import { z } from "zod";

/** Fields that decide what is learned: a run with the same ones, of the same data, is the same run. */
export const training = z.strictObject({
  method: z.enum(["lora", "qlora"]).default("lora").meta({
    description: "`qlora` keeps the base model in 4 bits: a quarter of the GPU's memory, for steps that take longer.",
  }),
  rank: z.union([z.literal(8), z.literal(16), z.literal(32), z.literal(64)]).default(16),
  epochs: z.int().min(1).max(20).default(1),
  batchSize: z.int().min(1).max(512).default(16),
  contextTokens: z.int().min(128).default(2048).meta({ description: "Examples are cut off there." }),
  learningRate: z.number().positive().max(0.01).default(0.0002),
  seed: z.int().min(0).default(1),
});

/** Where a file of examples or cases is. */
export const dataSet = z.strictObject({
  bucket: z.string().default("datasets"),
  key: z.string(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .meta({ description: "If it is given, a run refuses any other content." }),
});
