import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { InputError } from "../errors.ts";

const SHARE = /^vault-share-(\d+)$/;
const ROOT_TOKEN = "vault-root-token";

/** What only operators may have, one file each, readable by their owner alone. */
export class OperatorFolder {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Whether it holds anything of an initialisation. */
  get isUsed(): boolean {
    return existsSync(this.folder) && readdirSync(this.folder).some((name) => SHARE.test(name) || name === ROOT_TOKEN);
  }

  /** Writes what Vault says once and never again. No file is overwritten. @returns paths of the files */
  write(shares: readonly string[], rootToken: string, encrypted: boolean): readonly string[] {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const suffix = encrypted ? ".pgp" : "";
    const files = [
      ...shares.map((share, index) => [`vault-share-${index + 1}${suffix}`, share] as const),
      [ROOT_TOKEN, rootToken] as const,
    ];
    return files.map(([name, content]) => {
      const file = path.join(this.folder, name);
      writeFileSync(file, `${content}\n`, { mode: 0o600, flag: "wx" });
      return file;
    });
  }

  /** Shares that were not encrypted to anybody, in order. */
  shares(): readonly string[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder)
      .filter((name) => SHARE.test(name))
      .toSorted((a, b) => Number(SHARE.exec(a)?.[1]) - Number(SHARE.exec(b)?.[1]))
      .map((name) => readFileSync(path.join(this.folder, name), "utf8").trim());
  }

  /** Undefined where its operator has taken it away. */
  rootToken(): string | undefined {
    const file = path.join(this.folder, ROOT_TOKEN);
    return existsSync(file) ? readFileSync(file, "utf8").trim() : undefined;
  }
}

/**
 * Public PGP keys in the form that Vault takes: Base64 of the binary key, without armour.
 *
 * @throws InputError naming a file that is no armoured public key.
 */
export function readPgpKeys(files: readonly string[]): readonly string[] {
  return files.map((file) => {
    const text = existsSync(file) ? readFileSync(file, "utf8").replaceAll("\r", "") : "";
    const armour = /-----BEGIN PGP PUBLIC KEY BLOCK-----\n(?:.+\n)*\n((?:[A-Za-z0-9+/=]+\n)+?)(?:=.{4}\n)?-----END/;
    const [, body] = armour.exec(text) ?? [];
    if (body !== undefined) return body.replaceAll("\n", "");
    throw new InputError(
      `${file} is no armoured public PGP key; expected what \`gpg --armor --export <name>\` writes, one key a file.`,
    );
  });
}
