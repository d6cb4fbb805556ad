/** What a definition of a workload is written with: data for its pods, and the call that declares its kind. */
export * from "./contract/container.ts";
export * from "./contract/definition.ts";
export * from "./contract/demand.ts";
export * from "./contract/observability.ts";
export * from "./contract/ports.ts";
export * from "./contract/workload.ts";
