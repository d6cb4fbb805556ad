/**
 * Parts of the SDK that the recorder needs and that its own declarations leave out. They are stable since 3.60 and
 * covered by record.test.ts, which fails when an upgrade moves them.
 */
export {};
declare module "@pulumi/pulumi/runtime/state.js" {
  /** Runs the callback with a store of its own, so that two programs in one process do not see each other. */
  export function withLocalStorage<T>(callback: () => T): T;
}
declare module "@pulumi/pulumi/runtime/settings.js" {
  /** Resolves when every registration that has been asked for is answered. */
  export function waitForRPCs(): Promise<void>;
}
