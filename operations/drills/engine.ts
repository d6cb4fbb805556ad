import { readFileSync, writeFileSync } from "node:fs";
import { parseDocument } from "yaml";
import type { EngineEvent } from "../../sandbox/session/events.ts";
import type { OperationResult } from "../../sandbox/session/engine.ts";
import { recover } from "../recover.ts";
import type { Scene } from "./scene.ts";

/** What the engine shall look at: names of resources with `*` and `**`, as `pulumi up --target` takes them. */
export type Targets = readonly string[];

const targeted = (targets: Targets): string[] => targets.flatMap((target) => ["--target", target]);

/**
 * Runs `up` on a part of the environment to its end, after repairing what a run before it has left.
 *
 * @throws Error with what the engine said where it fails
 */
export async function bringUp({ session }: Scene, targets: Targets, { refresh = false } = {}): Promise<void> {
  const recovery = await recover(session);
  const refreshing = refresh || recovery !== undefined ? ["--refresh"] : [];
  const result = await session.run(["up", "--yes", "--skip-preview", ...refreshing, ...targeted(targets)]);
  if (result.exitCode !== 0) throw new Error(`up has failed: ${complaintOf(result)}`);
}

/** Types of the resources that a preview with a refresh wants to put right, such as `NetworkPolicy`. */
export async function findDrift({ session }: Scene, targets: Targets): Promise<readonly string[]> {
  const found = new Set<string>();
  const onEvent = ({ resourcePreEvent }: EngineEvent): void => {
    const { op, type } = resourcePreEvent?.metadata ?? { op: "same", type: "" };
    if (op === "create" || op === "update" || op === "replace" || op === "delete")
      found.add(type.split(":").at(-1) ?? "");
  };
  const result = await session.run(["preview", "--refresh", ...targeted(targets)], { onEvent });
  if (result.exitCode !== 0) throw new Error(`the preview has failed: ${complaintOf(result)}`);
  return [...found];
}

/** Runs `up` and kills the API server when the engine makes its first Kubernetes object. @returns whether `up` failed */
export async function bringUpUntilDown(scene: Scene): Promise<boolean> {
  let outage: Promise<void> | undefined;
  const onEvent = ({ resourcePreEvent }: EngineEvent): void => {
    const { op = "", type = "" } = resourcePreEvent?.metadata ?? {};
    if (op === "create" && type.startsWith("kubernetes:")) outage ??= scene.stopApiServer();
  };
  const result = await scene.session.run(["up", "--yes", "--skip-preview"], { onEvent });
  if (outage === undefined) throw new Error("the engine has made no Kubernetes object");
  await outage;
  return result.exitCode !== 0;
}

/** Adds a team with the smallest quota to the rehearsal's copy of the environment file. */
export const addTeam = ({ session }: Scene, team: string): void =>
  changeTeams(session.layout.configFile, team, {
    owner: "drill@example.org",
    quota: { cpu: 1, memoryGiB: 1, storageGiB: 1 },
  });

export const removeTeam = ({ session }: Scene, team: string): void =>
  changeTeams(session.layout.configFile, team, undefined);

function changeTeams(file: string, team: string, entry: object | undefined): void {
  const document = parseDocument(readFileSync(file, "utf8"));
  const path = ["config", "splitfleet:teams", team];
  if (entry === undefined) document.deleteIn(path);
  else document.setIn(path, document.createNode(entry));
  writeFileSync(file, document.toString());
}

function complaintOf({ diagnostics, output }: OperationResult): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message.trim());
  return errors[0] ?? output.trim();
}
