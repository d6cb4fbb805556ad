import { randomBytes } from "node:crypto";
import { type K3sSecret, k3sSecret } from "../../stacks/admission.ts";
import { mountsOf } from "../../stacks/layers/secrets.ts";
import type { VaultSpec } from "../../stacks/spec/optional-parts.ts";
import type { SecretVersion, VaultApi } from "../../stacks/vault-api.ts";
import { BootstrapError } from "./ceremony.ts";

/** As many as k3s takes for a password of its own. */
const BYTES = 16;

/** Who k3s takes the bearer for (docs.k3s.io/cli/token). */
const KINDS = [
  { kind: "server-token", user: "server" },
  { kind: "agent-token", user: "node" },
] as const;

/**
 * What k3s nodes join with, in Vault. Passwords are ours, so that a snapshot of etcd can be decrypted with what Vault keeps.
 * The secure form, which pins the cluster's authority, is added once the founder has made that authority: k3s takes the
 * short form alone on the first server, unless it is given authorities with all their private keys, which would then have
 * to be kept and carried too (docs.k3s.io/cli/token, docs.k3s.io/cli/certificate).
 */
export class JoinCredentials {
  readonly #vault: VaultApi;
  readonly #token: string;
  readonly #spec: VaultSpec;

  /** @param token Of somebody who may write below `<environment>/k3s` of the KV mount. */
  constructor(vault: VaultApi, token: string, spec: VaultSpec) {
    this.#vault = vault;
    this.#token = token;
    this.#spec = spec;
  }

  /** Makes the passwords that are not there yet; none is ever overwritten. @returns Whether the tokens pin an authority */
  async ensure(): Promise<boolean> {
    let pinned = true;
    for (const { kind } of KINDS) {
      const found = await this.#read(kind);
      pinned &&= found?.fields["token"] !== undefined;
      if (found === undefined) await this.#write(kind, { fields: { password: newPassword() }, version: 0 });
    }
    return pinned;
  }

  /**
   * Completes the tokens once the founder has its authority.
   *
   * @param authority SHA-256 of it, in hexadecimal digits.
   * @throws BootstrapError where they pin another one
   */
  async pin(authority: string): Promise<void> {
    for (const { kind, user } of KINDS) {
      const { fields, version } = (await this.#read(kind)) ?? { fields: {}, version: 0 };
      const token = `K10${authority}::${user}:${fields["password"]}`;
      if (fields["token"] === token) continue;
      if (fields["token"] !== undefined) {
        throw new BootstrapError(
          `${this.#path(kind)} in Vault pins another authority than the cluster has: two clusters were founded. ` +
            "Find out which one is yours before you go on.",
        );
      }
      await this.#write(kind, { fields: { ...fields, token }, version });
    }
  }

  /** Whether the keys of the bucket for snapshots are there, which only their owner can put there. */
  async hasSnapshotKeys(): Promise<boolean> {
    return (await this.#read("snapshots-env"))?.fields["token"] !== undefined;
  }

  /** @param lines What `AWS_*` variables hold, one a line. */
  putSnapshotKeys(lines: string): Promise<void> {
    return this.#write("snapshots-env", { fields: { token: lines }, version: 0 });
  }

  /** Where those keys are, as `vault kv` takes it. */
  get snapshotKeys(): string {
    return `-mount=${this.#kv} ${this.#path("snapshots-env")}`;
  }

  get #kv(): string {
    return mountsOf(this.#spec.secrets.vault.mount).kv;
  }

  #path(kind: K3sSecret): string {
    return k3sSecret(this.#spec.environment.name, kind);
  }

  #read(kind: K3sSecret): Promise<SecretVersion | undefined> {
    return this.#vault.secret(this.#token, this.#kv, this.#path(kind));
  }

  #write(kind: K3sSecret, secret: SecretVersion): Promise<void> {
    return this.#vault.writeSecret(this.#token, this.#kv, this.#path(kind), secret);
  }
}

const newPassword = (): string => randomBytes(BYTES).toString("hex");
