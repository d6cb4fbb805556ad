import { expect, test } from "vitest";
import { buildExample, exampleConsumer } from "./example.ts";
import { mongodb } from "./mongodb.ts";

test("each consumer owns a database of its name, and logs in with a secret of its own", () => {
  const { jobs, secrets, container } = buildExample(
    mongodb,
    {},
    { consumers: [exampleConsumer(mongodb, "web-app", "mongodb")] },
  );
  expect(container.args?.slice(0, 2)).toEqual(["--auth", "--bind_ip_all"]);
  expect(secrets?.["client-web-app"]).toEqual({
    class: "generated",
    keys: ["username", "password"],
    fixed: { username: "web-app" },
  });
  expect(jobs?.["tenants"]?.command?.at(-1)).toContain('[{"name":"web-app","variable":"PASSWORD_WEB_APP"}]');
  expect(jobs?.["tenants"]?.env?.["PASSWORD_WEB_APP"]).toEqual({ secret: "client-web-app", key: "password" });
});
