// Writes the credentials of the shipped workflows where `n8n import:credentials` reads them; n8n encrypts them.
import { writeFileSync } from "node:fs";
import process from "node:process";

const { env } = process;
const basicAuth = (id, name, user, password) => ({ id, name, type: "httpBasicAuth", data: { user, password } });

writeFileSync(
  process.argv[2],
  JSON.stringify([
    {
      id: "fleetDatabase",
      name: "The fleet's tables",
      type: "postgres",
      data: {
        host: env.DB_POSTGRESDB_HOST,
        port: Number(env.DB_POSTGRESDB_PORT),
        database: env.DB_POSTGRESDB_DATABASE,
        user: env.DB_POSTGRESDB_USER,
        password: env.DB_POSTGRESDB_PASSWORD,
        ssl: "disable",
      },
    },
    basicAuth("fleetWebhook", "Callers of the fleet's webhooks", "fleet", env.WEBHOOK_PASSWORD),
    basicAuth("fleetReviewer", "Reviewers", "reviewer", env.REVIEWER_PASSWORD),
  ]),
  { mode: 0o600 },
);
