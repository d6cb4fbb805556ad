import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { Screen } from "./browser.ts";

/** A desk and a telephone, by day and by night. */
export const SCREENS: readonly Screen[] = [
  { width: 1280, colours: "light" },
  { width: 390, colours: "light" },
  { width: 1280, colours: "dark" },
  { width: 390, colours: "dark" },
];

const strings = z.array(z.string());
/** What {@link LEGIBILITY} says: the texts that have each fault, and the elements that do not fit. */
export const legibility = z.object({
  hidden: strings,
  faint: strings,
  small: strings,
  cut: strings,
  wide: strings,
  scrolls: z.boolean(),
});
export const LEGIBLE: z.infer<typeof legibility> = {
  hidden: [],
  faint: [],
  small: [],
  cut: [],
  wide: [],
  scrolls: false,
};

/** Evaluated in a page, says what a reader can not see well of it. */
export const LEGIBILITY = readFileSync(path.join(import.meta.dirname, "legibility.js"), "utf8");
