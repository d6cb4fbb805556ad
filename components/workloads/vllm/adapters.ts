import type { BuildContext, Container, Handle, Volume } from "../contract.ts";
import { s3Environment } from "../s3/client.ts";

/** Where the server looks for adapters, and how many it holds. */
interface Adapters {
  readonly bucket: string;
  readonly prefix: string;
  readonly loaded: number;
  readonly rank: number;
}

interface AdapterSync {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly sidecar: Container;
  readonly volumes: Readonly<Record<string, Volume>>;
}

const FOLDER = "/adapters";
const USER = 10001;

/**
 * A copy of the bucket's adapters beside the server, which loads one when a request first names it.
 *
 * @throws Error if the entry has no object store
 */
export function adapterSync(
  { bucket, prefix, loaded, rank }: Adapters,
  { image, needs }: BuildContext<{ readonly adapters: Handle | undefined }>,
): AdapterSync {
  if (needs.adapters === undefined) {
    throw new Error("`adapters` without an object store; add a workload of kind seaweedfs or object-storage");
  }
  return {
    args: ["--enable-lora", `--max-loras=${loaded}`, `--max-lora-rank=${rank}`],
    env: {
      VLLM_ALLOW_RUNTIME_LORA_UPDATING: "True",
      VLLM_PLUGINS: "lora_filesystem_resolver",
      VLLM_LORA_RESOLVER_CACHE_DIR: FOLDER,
    },
    sidecar: {
      image: image("aws-cli"),
      command: ["/bin/sh", "-ec", SYNC],
      env: {
        ...s3Environment(needs.adapters),
        SOURCE: `s3://${bucket}/${prefix}`,
        HOME: "/tmp",
      },
      cpu: { request: 0.05 },
      memoryMiB: { request: 256 },
      scratch: ["/tmp"],
      user: USER,
    },
    volumes: { adapters: { path: FOLDER, sizeGiB: 20, keep: false } },
  };
}

/** A folder that is half there would be loaded: what is new comes beside it and is moved into place. */
const SYNC = `
while true; do
  if aws s3 sync --delete --only-show-errors "$SOURCE" ${FOLDER}/.incoming; then
    for adapter in ${FOLDER}/.incoming/*/; do
      [ -f "$adapter/adapter_config.json" ] || continue
      name=$(basename "$adapter")
      diff -rq "$adapter" "${FOLDER}/$name" >/dev/null 2>&1 && continue
      rm -rf "${FOLDER}/.next"
      cp -r "$adapter" "${FOLDER}/.next"
      rm -rf "${FOLDER}/$name"
      mv "${FOLDER}/.next" "${FOLDER}/$name"
    done
  fi
  sleep 60
done`.trimStart();
