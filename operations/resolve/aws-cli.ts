import { execa, ExecaError } from "execa";
import { InputError } from "../errors.ts";

/** What `aws … --output json` printed, null where that was nothing, or why nobody could be asked. */
export type AwsAnswer = { readonly value: unknown } | { readonly unavailable: string };
export type AwsCli = (args: readonly string[]) => Promise<AwsAnswer>;

const TIMEOUT_MS = 120_000;
/** Exit code for a configuration or credentials that are missing. */
const NOT_CONFIGURED = 253;

/**
 * Asks AWS by its own CLI: whoever has an account has it, and it knows profiles, single sign-on and roles, so no
 * credential passes through this program.
 *
 * @param program What to run. @default "aws"
 * @param aftermath What a failure has left behind, as a sentence. @default "Nothing was written."
 * @throws InputError with the CLI's own words for anything but a missing program or missing or expired credentials.
 */
export function awsCli(program = "aws", aftermath = "Nothing was written."): AwsCli {
  const failure = (args: readonly string[], words: string, cause: Error): InputError =>
    new InputError(`aws ${args.slice(0, 2).join(" ")}: ${words}. ${aftermath}`, { cause });
  return async (args) => {
    try {
      const { stdout } = await execa(program, [...args, "--output", "json"], {
        env: { AWS_PAGER: "" },
        timeout: TIMEOUT_MS,
        stdin: "ignore",
      });
      return { value: stdout.trim() === "" ? null : JSON.parse(stdout) };
    } catch (error) {
      if (error instanceof SyntaxError) throw failure(args, "printed no JSON", error);
      if (!(error instanceof ExecaError)) throw error;
      if (error.code === "ENOENT") return { unavailable: "the AWS CLI is not installed" };
      const words = String(error.stderr).trim();
      if (error.exitCode === NOT_CONFIGURED || /credentials|expired|sso login/i.test(words)) {
        return { unavailable: "the AWS CLI has no valid credentials; sign in with `aws sso login` or set a profile" };
      }
      throw failure(args, words === "" ? error.shortMessage : words, error);
    }
  };
}
