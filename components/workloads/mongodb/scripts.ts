import type { SecretReference } from "../contract.ts";
import { keepTwo } from "../nightly.ts";

/** A user with a database of its own name. */
interface Tenant {
  readonly name: string;
  /** Name of the secret with its password. */
  readonly secret: string;
  /** Variable of the environment with its password. */
  readonly variable: string;
}

export const tenantOf = (workload: string): Tenant => ({
  secret: `client-${workload}`,
  name: workload,
  variable: `PASSWORD_${workload.replaceAll("-", "_").toUpperCase()}`,
});

/** What {@link tenantsScript} reads. */
export const passwordsOf = (tenants: readonly Tenant[]): Record<string, SecretReference> =>
  Object.fromEntries(tenants.map(({ variable, secret }) => [variable, { secret, key: "password" }]));

/** Logs in without the password in an argument. */
const login = (port: number): string => `const {HOST, MONGO_ROOT_PASSWORD} = process.env;
const admin = new Mongo("mongodb://" + HOST + ":${port}/").getDB("admin");
if (admin.auth("root", MONGO_ROOT_PASSWORD).ok !== 1) quit(1);`;

/** A user that owns the database of its own name, and no other; its password is set anew each time. */
export const tenantsScript = (port: number, tenants: readonly Tenant[]): string =>
  `${login(port)}
for (const {name, variable} of ${JSON.stringify(tenants.map(({ name, variable }) => ({ name, variable })))}) {
  const own = admin.getSiblingDB(name);
  const account = {pwd: process.env[variable], roles: [{role: "dbOwner", db: name}]};
  if (own.getUser(name) === null) own.createUser({user: name, ...account});
  else own.updateUser(name, account);
}`;

/** Deletes in every collection of every database the documents of which a field names the person. */
export const eraseScript = (port: number, field: string): string => `${login(port)}
const system = ["admin", "config", "local"];
for (const {name} of admin.adminCommand({listDatabases: 1}).databases.filter(({name}) => !system.includes(name))) {
  const database = admin.getSiblingDB(name);
  for (const collection of database.getCollectionNames()) {
    const {deletedCount} = database.getCollection(collection).deleteMany({${JSON.stringify(field)}: process.env.SUBJECT});
    print(name + "." + collection + ": " + deletedCount);
  }
}`;

/** Writes a compressed dump of all databases, and keeps the newest two. */
export const DUMP = `printf 'password: %s\\n' "$MONGO_ROOT_PASSWORD" > /tmp/dump.yaml
mongodump --config /tmp/dump.yaml --host 127.0.0.1 --username root --authenticationDatabase admin \\
  --gzip --archive="/dumps/.new"
mv /dumps/.new "/dumps/$(date -u +%Y%m%dT%H%M%SZ).gz"
${keepTwo("/dumps")}`;
