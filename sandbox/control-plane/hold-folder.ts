import { withLock } from "../toolchain/lock.mjs";

/**
 * Keeps a second control plane out of a folder until the returned function is called or this process ends.
 *
 * @throws Error naming the process that holds it
 */
export async function holdFolder(folder: string, lockFile: string): Promise<() => Promise<void>> {
  const acquired = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const work = (): Promise<void> => {
    acquired.resolve();
    return released.promise;
  };
  const onWait = ({ pid }: { pid: number }): never => {
    throw new Error(`A control plane runs in ${folder} already, for process ${pid}. Wait for it, or end that process.`);
  };
  const held = withLock(lockFile, work, { onWait });
  await Promise.race([acquired.promise, held]);
  return async () => {
    released.resolve();
    await held;
  };
}
