import { ResourceError, type Resource } from "@pulumi/pulumi";
import { describeUnknown, unknownTopLevel } from "./shapes/shapes.ts";

/** Changes a child's arguments last. What it returns is used as it is; the rules judge the result. */
export type Transform<Args> = (args: Args) => Args;

/**
 * Arguments of a custom resource, after its transform. The SDK drops a top-level property that it does not know without a
 * word, so a misspelt one is refused here; nested ones reach the provider, which refuses them itself.
 *
 * @param type Type token, such as `hcloud:index/server:Server`.
 * @throws Error naming the type, the property and the nearest valid name.
 */
export function refine<Args extends object>(type: string, args: Args, transform?: Transform<Args>): Args {
  const refined = transform === undefined ? args : transform(args);
  const [unknown] = unknownTopLevel(type, Object.keys(refined));
  if (unknown !== undefined) throw new Error(describeUnknown(type, unknown));
  return refined;
}

/** Stops the program with one line: where, what was found, what is allowed. */
export function reject(resource: Resource, path: string, value: unknown, expected: string): never {
  throw new ResourceError(`${path} is ${JSON.stringify(value)}; expected ${expected}`, resource, true);
}
