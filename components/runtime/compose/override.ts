import type { ComposeService } from "./document.ts";

/** Changes the service of a workload's main container, last of all. */
export type ComposeOverride = (service: ComposeService) => ComposeService;
