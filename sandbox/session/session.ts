import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { startTwin, type Twin } from "../twin/start.ts";
import { copyConfig, type SecretPath, type SourceFiles } from "./config-copy.ts";
import {
  EngineError,
  runCommand,
  runOperation,
  type CommandOptions,
  type CommandResult,
  type Engine,
  type OperationOptions,
  type OperationResult,
} from "./engine.ts";
import { layoutOf, PROJECT, type Layout } from "./layout.ts";
import { installPlugins, providerPackages, type Tools } from "./plugins.ts";
import {
  type Deployment,
  dropCutAttributes,
  type ExportedStack,
  exportedStack,
  readLocks,
  readState,
  type StackLock,
} from "./state.ts";
import { sessionEnvironment } from "./variables.ts";

/** The files of an environment and the name of its stack. */
export interface SessionSource extends SourceFiles {
  readonly name: string;
  /** What the program shall find in its environment for this one. @default nothing */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface SessionOptions {
  /** The project's folder, with Pulumi.yaml; the session lives in `.sandbox/` below it. */
  readonly root: string;
  readonly environment: SessionSource;
  readonly pulumi: Tools["pulumi"];
  /** Absolute path of the Node that runs program and plugins. */
  readonly node: string;
  /** The user's environment; only a short list of names is let through. @default process.env */
  readonly user?: NodeJS.ProcessEnv;
  /** What else the program shall find in its environment. @default nothing */
  readonly variables?: Readonly<Record<string, string>>;
  /** The time for the rehearsal marker. @default now */
  readonly now?: Date;
}

/**
 * One rehearsed environment: the real engine with its own home, backend, passphrase and copy of the environment file,
 * and the twin in place of the clouds. Close it, or let the process end, and nothing of it runs on.
 */
export class Session {
  readonly environment: string;
  readonly layout: Layout;
  readonly engine: Engine;
  readonly #twin: Twin;

  constructor(environment: string, layout: Layout, engine: Engine, twin: Twin) {
    this.environment = environment;
    this.layout = layout;
    this.engine = engine;
    this.#twin = twin;
  }

  /** Runs `up`, `preview`, `refresh` or `destroy` on the session's stack. Reports failure in the result. */
  run(args: readonly [operation: string, ...string[]], options?: OperationOptions): Promise<OperationResult> {
    return runOperation(this.engine, [args[0], "--stack", this.environment, ...args.slice(1)], options);
  }

  /** Runs any other command of the CLI. Throws EngineError where it fails. */
  async command(args: readonly string[], options?: CommandOptions): Promise<CommandResult> {
    const result = await runCommand(this.engine, args, options);
    if (result.exitCode !== 0) throw new EngineError(args, result);
    return result;
  }

  /** The stack's state in the engine's own form; secrets stay encrypted. */
  async export(): Promise<ExportedStack> {
    const { stdout } = await this.command(["stack", "export", "--stack", this.environment]);
    return exportedStack.parse(JSON.parse(stdout));
  }

  /** The text of the stack's state with its secrets in the clear: for looking at, never for keeping. */
  async decrypted(): Promise<string> {
    return (await this.command(["stack", "export", "--stack", this.environment, "--show-secrets"])).stdout;
  }

  async import(stack: ExportedStack): Promise<void> {
    await this.command(["stack", "import", "--stack", this.environment], { input: JSON.stringify(stack) });
  }

  /** The stack's state without starting the CLI. */
  state(): Deployment {
    return readState(this.layout);
  }

  /** Who holds the stack, dead or alive. */
  locks(): readonly StackLock[] {
    return readLocks(this.layout);
  }

  async close(): Promise<void> {
    await this.#twin.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Another engine is at work on the stack; nothing was touched. */
export class StackLockedError extends Error {
  readonly lock: StackLock;

  constructor(environment: string, lock: StackLock) {
    const { pid, username, hostname, timestamp } = lock;
    super(
      `${environment} is being changed by process ${pid} of ${username}@${hostname}, since ${timestamp}. ` +
        `Wait for it, or stop it with Ctrl-C. If it hangs, end it with \`kill -9 ${pid}\` and run ` +
        `\`npm run recover -- ${environment}\`.`,
    );
    this.name = "StackLockedError";
    this.lock = lock;
  }
}

/**
 * Prepares `.sandbox/<environment>/`, starts the twin and makes sure that the stack exists. What is there already is
 * kept: world, state, passphrase and made-up secrets; tools, launchers and the copy of the environment file are new.
 *
 * @throws StackLockedError where an engine that runs holds the stack.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { root, environment, pulumi, node } = options;
  const layout = layoutOf(root, environment.name);
  const user = options.user ?? process.env;
  const held = readLocks(layout).find(({ ownerLives }) => ownerLives);
  if (held !== undefined) throw new StackLockedError(environment.name, held);
  mkdirSync(layout.state, { recursive: true });
  dropCutAttributes(layout);
  writeMarker(layout, environment.name, options.now ?? new Date());
  ensurePassphrase(layout);
  const missingSecrets = copyConfig(environment, layout);
  installPlugins(layout, providerPackages(root), { pulumi, node });

  const twin = await startTwin({ marker: layout.folder, node });
  const engine: Engine = {
    pulumi: pulumi.path,
    root,
    environment: {
      ...sessionEnvironment(user, { layout, node, twinSocket: twin.socket }),
      ...environment.variables,
      ...options.variables,
    },
  };
  const session = new Session(environment.name, layout, engine, twin);
  try {
    await ensureStack(session);
    for (const path of missingSecrets) await setMadeUpSecret(session, path);
  } catch (error) {
    await session.close();
    throw error;
  }
  return session;
}

function writeMarker(layout: Layout, environment: string, now: Date): void {
  if (existsSync(layout.rehearsalFile)) return;
  const marker = { environment, project: PROJECT, createdAt: now.toISOString() };
  writeFileSync(layout.rehearsalFile, `${JSON.stringify(marker, undefined, 2)}\n`);
}

function ensurePassphrase(layout: Layout): void {
  if (existsSync(layout.passphraseFile)) return;
  if (existsSync(layout.checkpointFile)) {
    throw new Error(
      `${layout.passphraseFile} is gone, and the rehearsal's state cannot be read without it. ` +
        `Delete ${layout.folder} to start over; nothing real is in it.`,
    );
  }
  rmSync(layout.configFile, { force: true });
  writeFileSync(layout.passphraseFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
  chmodSync(layout.passphraseFile, 0o600);
}

async function ensureStack(session: Session): Promise<void> {
  const { environment, layout } = session;
  if (existsSync(layout.checkpointFile)) return;
  await session.command(["stack", "init", environment, "--secrets-provider", "passphrase", "--non-interactive"], {
    directory: layout.config,
  });
  await session.command(["stack", "select", environment, "--non-interactive"]);
}

/** A value that no cloud ever issued and that a search for leaks finds. */
async function setMadeUpSecret(session: Session, path: SecretPath): Promise<void> {
  const key = path.map((part, index) => (index === 0 ? part : `["${part}"]`)).join("");
  const args = ["config", "set", "--secret", ...(path.length > 1 ? ["--path"] : []), key];
  await session.command([...args, "--stack", session.environment, "--non-interactive"], {
    directory: session.layout.config,
    input: `canary-${randomBytes(16).toString("hex")}`,
  });
}
