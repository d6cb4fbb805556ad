import { amountOf } from "../../policies/quantity.ts";
import type { NodeReport, QuotaReport } from "./report.ts";

/** How full one thing is. */
export interface Fill {
  readonly what: "memory" | "cpu" | "gpu";
  readonly used: number;
  readonly of: number;
  readonly unit: string;
}

/** What can be full of a node; GPUs only where it has any. */
export function fillsOf({ requested, allocatable }: NodeReport): readonly Fill[] {
  const gibibytes = (mebibytes: number): number => mebibytes / 1024;
  return [
    { what: "memory", used: gibibytes(requested.memoryMiB), of: gibibytes(allocatable.memoryMiB), unit: "GiB" },
    { what: "cpu", used: requested.cpu, of: allocatable.cpu, unit: "cores" },
    ...(allocatable.gpus === 0
      ? []
      : [{ what: "gpu" as const, used: requested.gpus, of: allocatable.gpus, unit: "GPUs" }]),
  ];
}

/** 0 to 1. */
export const shareOf = ({ used, of }: Pick<Fill, "used" | "of">): number => (used === 0 ? 0 : Math.min(1, used / of));

/** `2.9 of 15.4`: one decimal where there is one. */
export const fillText = ({ used, of }: Pick<Fill, "used" | "of">): string => `${decimal(used)} of ${decimal(of)}`;

const decimal = (amount: number): string =>
  amount > 0 && amount < 0.05 ? "<0.1" : String(Math.round(amount * 10) / 10);

const BYTES_PER_GIB = 2 ** 30;

/** One resource of a quota, by a name that people use: `memory`, `memory limits`, `gpu`. */
export function quotaFill({ pool, resource, hard, used }: QuotaReport): Omit<Fill, "what"> & { readonly what: string } {
  const [, kind = "", name = resource] = /^(requests|limits)\.(.+)$/.exec(resource) ?? [];
  const isBytes = name === "memory" || name === "storage" || name === "ephemeral-storage";
  const scale = isBytes ? BYTES_PER_GIB : 1;
  const what = `${name.replace(/^.*\//, "")}${kind === "limits" ? " limits" : ""}${pool === "" ? "" : ` of ${pool}`}`;
  return { what, used: amountOf(used) / scale, of: amountOf(hard) / scale, unit: isBytes ? "GiB" : "" };
}

/** Whose quota it is, for people. */
export const quotaOwner = ({ namespace, queue }: QuotaReport): string => (queue === "" ? namespace : `queue ${queue}`);
