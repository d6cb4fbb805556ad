import { writeFile } from "node:fs/promises";
import "../plan/recorder/lean-sdk.ts";
import { InputError } from "../operations/errors.ts";
import { fileOption, ROOT, runVerb, verbCommand } from "../operations/run-verb.ts";
import { selectEnvironment } from "../operations/select-environment.ts";
import { adviseOn } from "../plan/pricing/advise/advise.ts";
import type { EnvironmentAdvice } from "../plan/pricing/advise/contract.ts";
import { loadProfile, loadShipped, ProfileError, shippedProfiles } from "../plan/pricing/advise/load.ts";
import { environmentTable, profileTable } from "../plan/pricing/advise/table.ts";
import { loadCatalogue } from "../plan/pricing/catalogue/load.ts";
import { wantsColour } from "../plan/report/colour.ts";
import { today } from "../plan/today.ts";

interface Options {
  readonly json?: boolean;
  readonly file?: string;
  readonly html?: string;
}

const command = verbCommand(
  "advise",
  "Say whether to host models or buy an API for a usage profile, or what would make an environment cheaper.",
)
  .argument("[name]", `a profile (${shippedProfiles().join(", ")}) or an environment`)
  .option("--file <path>", "a profile from anywhere instead; see docs/reference/profile.schema.json")
  .option("--html <path>", "write the advice on a profile as one page with its break-even picture as well")
  .option(
    "--json",
    "write the advice as JSON, and nothing else, to standard output; see docs/reference/advise.schema.json",
  )
  .addHelpText(
    "after",
    `
Exit codes: 0 advised; 2 bad input.

Examples:
  npm run advise -- small
  npm run advise -- mid --html /tmp/mid.html
  npm run advise -- sandbox
  npm run -s advise -- mid --json | jq .breakEvenRequestsPerMonth
  npm run advise -- --file my-profile.json`,
  );

await runVerb(command, async () => {
  const options = command.opts<Options>();
  const [name] = command.args;
  const file = fileOption(options.file);
  if ((name === undefined) === (file === undefined)) {
    throw new InputError("Give the name of a profile or an environment, or a profile with --file.");
  }
  const isProfile = file !== undefined || shippedProfiles().includes(name ?? "");
  if (!isProfile && options.html !== undefined) throw new InputError("--html is for profiles only.");
  process.stdout.write(isProfile ? await onProfile(name, file, options) : await onEnvironment(name, options));
  return 0;
});

async function onProfile(name = "", file: string | undefined, { json, html }: Options): Promise<string> {
  const advice = adviseOn(readProfile(name, file), loadCatalogue({ today: today() }));
  const page = fileOption(html);
  if (page !== undefined) {
    const { profilePage } = await import("../plan/pricing/advise/page.ts");
    await writeFile(page, profilePage(advice));
  }
  return json === true ? `${JSON.stringify(advice)}\n` : profileTable(advice, { colour: wantsColour(process.stdout) });
}

function readProfile(name: string, file: string | undefined): ReturnType<typeof loadProfile> {
  try {
    return file === undefined ? loadShipped(name) : loadProfile(file);
  } catch (error) {
    throw error instanceof ProfileError ? new InputError(error.message) : error;
  }
}

async function onEnvironment(name: string | undefined, { json }: Options): Promise<string> {
  const environment = await selectEnvironment(ROOT, { name }).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${error.message} The profiles are: ${shippedProfiles().join(", ")}.`, { cause: error });
  });
  const { planEnvironment } = await import("../plan/plan.ts");
  const { savingsOf } = await import("../plan/pricing/advise/savings.ts");
  const { cost } = await planEnvironment(environment, { today: today() });
  const { spec, lock } = environment;
  const advice: EnvironmentAdvice = savingsOf({ spec, lock, cost, catalogue: loadCatalogue({ today: today() }) });
  return json === true
    ? `${JSON.stringify(advice)}\n`
    : environmentTable(advice, { colour: wantsColour(process.stdout) });
}
