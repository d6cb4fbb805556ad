import { record } from "../../../plan/recorder/record.ts";
import { wantsColour } from "../../../plan/report/colour.ts";
import type { Environment } from "../../../stacks/environment-file.ts";
import { fleet as program } from "../../../stacks/fleet.ts";
import { EXIT } from "../../errors.ts";
import { declaredNodes } from "../inventory.ts";
import { openNodes } from "../open-fleet.ts";
import { statusOf } from "./status.ts";
import { toTable } from "./table.ts";

const CONFIGURATION = "splitfleet:compute:NodeConfiguration";

/** Shows every node and what it lacks. Returns the exit code. */
export async function runStatus(
  environment: Environment,
  { rehearsed, json }: { readonly rehearsed: boolean; readonly json: boolean },
): Promise<number> {
  const { control, ledger, flag } = openNodes(environment, { rehearsed });
  const [running, members, bundles] = await Promise.all([
    control.nodes(),
    control.etcdMembers(),
    wantedBundles(environment),
  ]);
  const report = statusOf({
    environment: environment.name,
    declared: declaredNodes(environment),
    running,
    members,
    binaries: environment.lock.binaries,
    bundles,
    replacing: ledger.open()?.node,
    flag,
  });
  const colour = wantsColour(process.stdout);
  process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : toTable(report, { colour }));
  return report.verdict === "pass" ? EXIT.ok : EXIT.failed;
}

/** Hashes of the bundles that the program asks for now, by the node's name in the mesh. */
async function wantedBundles(environment: Environment): Promise<ReadonlyMap<string, string>> {
  const { rows } = await record(environment, async () => program(environment.spec, environment.lock));
  return new Map(
    rows
      .filter(({ type }) => type === CONFIGURATION)
      .map(({ inputs }): [string, string] => [String(inputs["host"]), String(inputs["hash"])]),
  );
}
