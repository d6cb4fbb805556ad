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
  readonly #specs = new Map<string, ComponentSpec>();
  readonly #starting = new Set<Promise<Component>>();
  readonly #layout: Layout;
  readonly #stopped = new AbortController();

  constructor(layout: Layout) {
    this.#layout = layout;
    this.crashed = this.#crash.promise;
  }

  get processes(): readonly { readonly name: string; readonly pid: number }[] {
    return this.#components.map(({ name, pid }) => ({ name, pid }));
  }

  /** @throws ComponentError when the component does not become ready; the reason of `stop` when that came first */
  async start(spec: ComponentSpec, port?: number): Promise<void> {
    const { folder, logs } = this.#layout;
    const logFile = join(logs, `${spec.name}.log`);
    const starting = Component.start(spec, { folder, logFile, port, signal: this.#stopped.signal });
    this.#starting.add(starting);
    try {
      const component = await starting;
      this.#components.push(component);
      this.#specs.set(spec.name, spec);
      void component.crashed.then(this.#crash.resolve);
    } finally {
      this.#starting.delete(starting);
    }
  }

  /** The port of a component that is ready. */
  portOf(name: string): number {
    return this.#component(name).port;
  }

  /** Kills a component at once. @returns what starts it again, on the same port, where others look for it */
  async outage(name: string): Promise<() => Promise<void>> {
    const component = this.#component(name);
    const spec = this.#specs.get(name);
    if (spec === undefined) throw new Error(`${name} was never started`);
    this.#components.splice(this.#components.indexOf(component), 1);
    await component.stop(0);
    return () => this.start(spec, component.port);
  }

  /** Ends all of them, the last one first, within five seconds; one that is just starting ends at once. */
  async stop(reason: Error): Promise<void> {
    this.#stopped.abort(reason);
    await Promise.allSettled(this.#starting);
    for (const component of this.#components.splice(0).reverse()) await component.stop(GRACE_MS);
  }

  #component(name: string): Component {
    const component = this.#components.find((each) => each.name === name);
    if (component === undefined) throw new Error(`${name} does not run`);
    return component;
  }
}
