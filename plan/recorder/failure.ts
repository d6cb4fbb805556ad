/**
 * Runs the action and fails with the first rejection that nobody handled meanwhile, too: what a program throws within
 * `apply` reaches its caller in no other way. An action that can never end, because nothing is left that could wake
 * it, fails as well.
 */
export async function failureDuring<Result>(action: () => Promise<Result>): Promise<Result> {
  const { promise: failure, reject } = Promise.withResolvers<never>();
  const onIdle = (): void => reject(new Error("The program waits for something that never comes."));
  process.on("unhandledRejection", reject);
  process.on("beforeExit", onIdle);
  try {
    return await Promise.race([action(), failure]);
  } finally {
    // A failed value rejects all that was made of it, some of it a turn later.
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", reject);
    process.off("beforeExit", onIdle);
  }
}
