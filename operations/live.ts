import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { z } from "zod";
import {
  EngineError,
  runCommand,
  runOperation,
  type Engine,
  type OperationOptions,
  type OperationResult,
} from "../sandbox/session/engine.ts";
import { installLanguageHost, languagePlugin, type Tools } from "../sandbox/session/plugins.ts";
import { exportedStack, type Deployment } from "../sandbox/session/state.ts";
import { isTwinId } from "../sandbox/twin/ids.ts";
import { InputError } from "./errors.ts";
import { replacementArguments, targetArguments } from "./layers/targets.ts";
import { SANDBOX } from "./select-environment.ts";

/** Set in every rehearsal and nowhere else. */
const MARKERS = ["SPLITFLEET_REHEARSAL", "SPLITFLEET_TWIN_SOCKET"] as const;

export interface LiveOptions {
  readonly root: string;
  /** Name of the environment and of its stack. */
  readonly environment: string;
  readonly pulumi: Tools["pulumi"];
  /** Absolute path of the Node that runs the program. */
  readonly node: string;
  /** The user's own environment, which is passed on as it is: backend, credentials, plugins. */
  readonly user: NodeJS.ProcessEnv;
}

/** What a live run would do to what is protected or costs a rebuild; shown before anybody agrees. */
export interface LivePreview {
  readonly changes: Readonly<Record<string, number>>;
  /** URNs of protected resources that would be deleted or replaced; the engine refuses each of them. */
  readonly protectedDeletes: readonly string[];
}

export interface LivePreviewOptions {
  readonly refresh?: boolean;
  readonly targets?: readonly string[];
}

const account = z.object({ user: z.string(), url: z.string() });

const step = z.object({
  op: z.string(),
  urn: z.string(),
  oldState: z.object({ protect: z.boolean().optional() }).optional(),
});
const previewOutput = z.object({
  changeSummary: z.record(z.string(), z.number()).default({}),
  steps: z.array(step).default([]),
});
const DELETING = new Set(["delete", "replace", "delete-replaced", "create-replacement"]);

/** The user's own Pulumi, backend and credentials, working on a real stack. */
export class LiveStack implements Disposable {
  /** First on PATH. */
  readonly #bin = mkdtempSync(join(tmpdir(), "splitfleet-live-"));
  readonly #options: LiveOptions;
  readonly #engine: Engine;

  constructor(options: LiveOptions) {
    this.#options = options;
    const user = Object.entries(options.user).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
    if (languagePlugin(options.pulumi.folder) === "own") installLanguageHost(this.#bin, options.node);
    this.#engine = {
      pulumi: options.pulumi.path,
      root: options.root,
      environment: { ...Object.fromEntries(user), PATH: `${this.#bin}${delimiter}${options.user["PATH"] ?? ""}` },
    };
  }

  /**
   * Makes sure that this is no rehearsal, that the stack exists, and that nothing in it is simulated.
   *
   * @throws InputError for the sandbox, in a shell that belongs to a rehearsal, without a stack, and for a state with
   *   simulated resources, which it names.
   */
  async check(): Promise<void> {
    refuseRehearsal(this.#options);
    const { environment } = this.#options;
    const exported = await runCommand(this.#engine, ["stack", "export", "--stack", environment]);
    if (exported.exitCode !== 0) {
      throw new InputError(
        `the state of the stack "${environment}" can not be read from your Pulumi backend:\n` +
          `${exported.stderr.trim()}\n` +
          `Log in with \`pulumi login <backend>\`, create the stack once with \`pulumi stack init ${environment}\`, ` +
          `or rehearse without either: \`npm run up -- ${environment} --rehearse\`.`,
      );
    }
    const simulated = twinResources(exportedStack.parse(JSON.parse(exported.stdout)).deployment);
    if (simulated.length > 0) {
      throw new InputError(
        `the state of the stack "${environment}" holds simulated resources, so it comes from a rehearsal:\n` +
          `${simulated.map((line) => `  ${line}`).join("\n")}\n` +
          "A live run would ask real clouds for them. Log in to the backend that has the real state.",
      );
    }
  }

  /**
   * @param refresh Reads what really exists first; the state is left as it is.
   * @param targets URNs of what is looked at; everything unless given.
   */
  async preview({ refresh = false, targets = [] }: LivePreviewOptions = {}): Promise<LivePreview> {
    const { environment } = this.#options;
    const only = [...(refresh ? ["--refresh"] : []), ...targetArguments(targets)];
    const args = ["preview", "--stack", environment, "--json", "--non-interactive", ...only];
    const result = await runCommand(this.#engine, args);
    if (result.exitCode !== 0) throw new EngineError(args, result);
    const { changeSummary, steps } = previewOutput.parse(JSON.parse(result.stdout));
    const guarded = steps.filter(({ op, oldState }) => DELETING.has(op) && oldState?.protect === true);
    return { changes: changeSummary, protectedDeletes: [...new Set(guarded.map(({ urn }) => urn))] };
  }

  /** @param options With the URNs of what is worked on, everything unless given, and of what is made anew. */
  run(
    operation: "up" | "destroy",
    {
      targets = [],
      replace = [],
      ...options
    }: OperationOptions & { readonly targets?: readonly string[]; readonly replace?: readonly string[] } = {},
  ): Promise<OperationResult> {
    const only = [...targetArguments(targets), ...replacementArguments(replace)];
    const args = [operation, "--stack", this.#options.environment, "--yes", "--skip-preview", ...only] as const;
    return runOperation(this.#engine, args, options);
  }

  /** Lifts the protection of these resources and of no other. */
  unprotect(urns: readonly string[]): Promise<void> {
    return this.#changeState("unprotect", urns);
  }

  /** Puts the protection of these resources back. */
  protect(urns: readonly string[]): Promise<void> {
    return this.#changeState("protect", urns);
  }

  async #changeState(verb: "protect" | "unprotect", urns: readonly string[]): Promise<void> {
    const args = ["state", verb, ...urns, "--yes", "--stack", this.#options.environment];
    const result = await runCommand(this.#engine, args);
    if (result.exitCode !== 0) throw new EngineError(args, result);
  }

  /** Who the user is to the backend, and where that is. */
  async account(): Promise<string> {
    const args = ["whoami", "--verbose", "--json", "--non-interactive"];
    const result = await runCommand(this.#engine, args);
    if (result.exitCode !== 0) throw new EngineError(args, result);
    const { user, url } = account.parse(JSON.parse(result.stdout));
    return `${user} at ${url}`;
  }

  async state(): Promise<Deployment> {
    return exportedStack.parse(JSON.parse(await this.#export())).deployment;
  }

  /** The text of the stack's state with its secrets in the clear: for looking at, never for keeping. */
  decrypted(): Promise<string> {
    return this.#export("--show-secrets");
  }

  async #export(...options: readonly string[]): Promise<string> {
    const args = ["stack", "export", "--stack", this.#options.environment, ...options];
    const result = await runCommand(this.#engine, args);
    if (result.exitCode !== 0) throw new EngineError(args, result);
    return result.stdout;
  }

  [Symbol.dispose](): void {
    rmSync(this.#bin, { recursive: true, force: true });
  }
}

function refuseRehearsal({ environment, user }: LiveOptions): void {
  if (environment === SANDBOX) {
    throw new InputError("the sandbox is only ever brought up against the twin, never live.");
  }
  const marker = MARKERS.find((name) => user[name] !== undefined);
  if (marker !== undefined) {
    throw new InputError(
      `${marker} is set: this shell belongs to a rehearsal. Leave it with \`exit\` for a live run, or add --rehearse.`,
    );
  }
}

/** `type::name id` of every resource that only a twin can have made. */
export function twinResources(state: Deployment): readonly string[] {
  return (state.resources ?? []).flatMap(({ custom, type, urn, id }) => {
    if (!custom || id === undefined || type.startsWith("pulumi:")) return [];
    if (!isTwinId(type.split(":")[0] ?? "", id)) return [];
    return [`${urn.split("::").slice(2).join("::")} ${id}`];
  });
}
