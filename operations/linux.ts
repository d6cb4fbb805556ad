import { requireLinux } from "../sandbox/control-plane/platform.ts";
import { InputError } from "./errors.ts";

/** @throws InputError on a machine where no control plane runs, with what to do instead */
export function assertLinux(): void {
  try {
    requireLinux();
  } catch (error) {
    throw new InputError(error instanceof Error ? error.message : String(error));
  }
}
