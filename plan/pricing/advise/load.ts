import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { profile, type Profile } from "./profile.ts";

const SHIPPED = path.join(import.meta.dirname, "profiles");

/** A profile that can not be used; the message names the file and everything that is wrong with it. */
export class ProfileError extends Error {
  override readonly name = "ProfileError";
}

/** Names of the profiles that come with the project. */
export const shippedProfiles = (): string[] => readdirSync(SHIPPED).map((file) => path.basename(file, ".json"));

/** @throws {ProfileError} if there is no such profile. */
export const loadShipped = (name: string): Profile => loadProfile(path.join(SHIPPED, `${name}.json`));

/** @throws {ProfileError} if the file can not be read or is no profile. */
export function loadProfile(file: string): Profile {
  const parsed = profile.safeParse(read(file));
  if (!parsed.success) throw new ProfileError(`${file} is no usage profile:\n${z.prettifyError(parsed.error)}`);
  const shares = Object.values(parsed.data.workloads).reduce((sum, { share }) => sum + share, 0);
  if (Math.abs(shares - 1) > 1e-9) {
    throw new ProfileError(`${file}: workloads: the shares add up to ${shares}, expected 1.`);
  }
  return parsed.data;
}

function read(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new ProfileError(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
