import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { refine, type Transform } from "../component.ts";

/** Letters and digits: 190 bits, and nothing that a shell, a URL or a configuration file would read otherwise. */
const LENGTH = 32;

export interface GeneratedSecretsArgs {
  /** Places of the values, such as `litellm/master-key/key`. */
  readonly places: readonly string[];
  readonly transform?: { readonly password?: Transform<random.RandomPasswordArgs> };
}

/**
 * Secrets of nodes outside the cluster, made once each. The state is the only place that keeps them, encrypted: who
 * loses it loses what they protect.
 */
export class GeneratedSecrets extends pulumi.ComponentResource {
  /** By place; secret. */
  readonly values: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: GeneratedSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("splitfleet:secrets:GeneratedSecrets", name, {}, opts);
    const { places, transform } = args;
    this.values = Object.fromEntries(
      places.map((place) => [
        place,
        new random.RandomPassword(
          `${name}-${place.replaceAll("/", "-")}`,
          refine<random.RandomPasswordArgs>(
            "random:index/randomPassword:RandomPassword",
            { length: LENGTH, special: false },
            transform?.password,
          ),
          { parent: this },
        ).result,
      ]),
    );
    this.registerOutputs({});
  }
}
