import type { Value } from "./row.ts";
import { asText } from "./values.ts";

/** Whether a reference names the image by its digest, beside which no tag stands that moves. */
export const isPinned = (value: Value | undefined): boolean =>
  /^(?!.*:latest@).+@sha256:[0-9a-f]{64}$/.test(asText(value) ?? "");

export const PINNED = "an image with its sha256 digest, and no tag that moves";
