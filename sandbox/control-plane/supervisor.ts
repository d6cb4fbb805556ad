import { join } from "node:path";
import { Component, type ComponentError, type ComponentSpec } from "./component.ts";
import type { Layout } from "./layout.ts";

/** How long a component may take to end by itself: with six of them, all end within five seconds. */
const GRACE_MS = 700;

/** The processes of one control plane, in the order in which they were started. */
export class Supervisor {
  /** Resolves when a component ends that nobody stopped. */
  readonly crashed: Promise<ComponentError>;
  readonly #crash = Promise.withResolvers<ComponentError>();
  readonly #components: Component[] = [];
  readonly #layout: Layout;
  readonly #aborted = new AbortController();

  constructor(layout: Layout) {
    this.#layout = layout;
    this.crashed = this.#crash.promise;
  }

  get processes(): readonly { readonly name: string; readonly pid: number }[] {
    return this.#components.map(({ name, pid }) => ({ name, pid }));
  }

  /** @throws ComponentError when the component does not become ready; Error when the control plane was stopped. */
  async start(spec: ComponentSpec): Promise<Component> {
    const { folder, logs } = this.#layout;
    const component = await Component.start(spec, {
      folder,
      logFile: join(logs, `${spec.name}.log`),
      signal: this.#aborted.signal,
    });
    this.#components.push(component);
    void component.crashed.then(this.#crash.resolve);
    return component;
  }

  /** Ends all of them, the last one first, within five seconds. */
  async stop(reason: Error): Promise<void> {
    this.#aborted.abort(reason);
    for (const component of this.#components.splice(0).reverse()) await component.stop(GRACE_MS);
  }
}
