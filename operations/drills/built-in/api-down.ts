import { type Drill, type DrillCase, expect, inject, recover } from "../drill.ts";
import { addTeam, bringUp, bringUpUntilDown, removeTeam } from "../engine.ts";
import { whole } from "../expectations.ts";

const TEAM = "drill";
/** The team's own objects: the engine need not compare all others each time. */
const TARGETS = [`**::team-${TEAM}*`];

/** The API server dies while the engine is at work: what runs goes on running, and the next run finishes the work. */
export const apiDown: Drill = {
  name: "api-down",
  summary: "The API server dies in the middle of up, and up is run again once it is back",
  pace: 1,
  cases: () => [caseOf()],
};

function caseOf(): DrillCase {
  let failed = false;
  return {
    subject: "",
    steps: [
      inject(`up begins to make a namespace for team ${TEAM}, and the API server dies`, async (scene) => {
        addTeam(scene, TEAM);
        failed = await bringUpUntilDown(scene);
        scene.say(failed ? "the engine has given up and kept what it had done" : "the engine has ended well");
      }),
      expect("the engine says that it could not finish", 0, () => (failed ? undefined : "it ended well")),
      recover("the API server comes back", (scene) => scene.startApiServer()),
      recover("up is run again", (scene) => bringUp(scene, TARGETS)),
      recover("what it was to make is there, once", async (scene) => {
        const selectors = { labelSelector: `splitfleet/team=${TEAM}` };
        const namespaces = await scene.server.list({ apiVersion: "v1", kind: "Namespace", selectors });
        const quotas = await scene.server.list({ apiVersion: "v1", kind: "ResourceQuota", selectors });
        if (namespaces.length !== 1 || quotas.length !== 1) {
          throw new Error(`there are ${namespaces.length} namespaces and ${quotas.length} quotas of the team`);
        }
      }),
      recover("the team goes again", async (scene) => {
        removeTeam(scene, TEAM);
        await bringUp(scene, TARGETS);
      }),
      whole(),
    ],
  };
}
