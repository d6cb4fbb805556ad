import { afterEach, beforeEach, expect, test } from "vitest";
import { TestRehearsal, urnOf, type TestProvider } from "../protocol/test-client.ts";

const release = urnOf("command:remote:Command", "release");
const connection = { host: "node-1" };

let rehearsal: TestRehearsal;
let command: TestProvider;
beforeEach(async () => {
  rehearsal = new TestRehearsal();
  command = await rehearsal.provider("command");
});
afterEach(() => rehearsal.end());

const goOffTheMesh = (): void => rehearsal.write("faults.json", { outages: ["off-the-mesh"] });

test("off the mesh nothing can be run, neither anew nor in the end", async () => {
  const inputs = { connection, create: "install", delete: "remove" };
  const { id } = await command.create(release, inputs);
  goOffTheMesh();
  await expect(command.create(release, inputs)).rejects.toThrow("no such host");
  await expect(command.update(release, id, { ...inputs, create: "install 2" })).rejects.toThrow("no such host");
  await expect(command.delete(release, id)).rejects.toThrow("no such host");
});

test("what calls nobody does not fail off the mesh: reading, and deleting where nothing is to be run in the end", async () => {
  const inputs = { connection, create: "install" };
  const { id } = await command.create(release, inputs);
  goOffTheMesh();
  expect(await command.read(release, id, inputs)).toMatchObject({ id });
  await command.delete(release, id);
  expect(rehearsal.world.objects("command").all()).toEqual([]);
});

test("a command runs again for another machine, although the one that it had run on is gone", async () => {
  const inputs = { connection, create: "install on 1" };
  const { id } = await command.create(release, inputs);
  for (const object of rehearsal.world.objects("command").all()) rehearsal.world.remove(object);
  await command.update(release, id, { ...inputs, create: "install on 2" });
  expect(rehearsal.world.objects("command").all()).toMatchObject([{ id, inputs: { create: "install on 2" } }]);
});
