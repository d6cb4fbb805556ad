import * as pulumi from "@pulumi/pulumi";

export interface ExternalPoolArgs {
  readonly site: string;
  readonly pool: string;
  /** Whose GPUs they are. */
  readonly provider: string;
  /** The provider's offer, as the price catalogue names it. */
  readonly offer: string;
  readonly gpus: number;
  /** Where the rented server answers, without the path. */
  readonly endpoint: string;
  readonly labels: Record<string, string>;
}

/** GPUs that somebody else runs and bills by the hour. Pulumi creates nothing there: prices and rules read its inputs. */
export class ExternalPool extends pulumi.ComponentResource {
  constructor(name: string, args: ExternalPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:compute:ExternalPool", name, args, opts);
    this.registerOutputs({});
  }
}
