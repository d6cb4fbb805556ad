import { expect, test } from "vitest";
import { buildExample } from "./example.ts";
import { mlflow } from "./mlflow.ts";

test("it asks everybody for a login, and answers to names of the fleet only", () => {
  const { container, prepare, secrets } = buildExample(mlflow, { hosts: ["mlflow.example.ts.net"] });
  expect(container.args).toContain("--app-name=basic-auth");
  expect(container.args?.at(-1)).toBe(
    "--allowed-hosts=mlflow,mlflow:5000,mlflow.*.svc.cluster.local,mlflow.*.svc.cluster.local:5000," +
      "localhost,localhost:5000,127.0.0.1,127.0.0.1:5000,mlflow.example.ts.net,mlflow.example.ts.net:5000",
  );
  expect(prepare?.["login"]?.env?.["ADMIN_PASSWORD"]).toEqual({ secret: "login", key: "password" });
  expect(secrets?.["login"]).toEqual({
    class: "generated",
    keys: ["username", "password"],
    fixed: { username: "admin" },
  });
});

test("the password of its database stands in no argument", () => {
  const { container } = buildExample(mlflow);
  expect(container.args).toContain("--backend-store-uri=postgresql+psycopg2://");
  expect(container.env).toMatchObject({
    PGHOST: "postgres.team-example.svc.cluster.local",
    PGPASSWORD: { workload: "postgres", secret: "client-mlflow", key: "password" },
  });
});
