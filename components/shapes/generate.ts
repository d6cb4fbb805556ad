import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { Declarations } from "./declarations.ts";
import type { Shape, ShapeMembers } from "./shapes.ts";

/**
 * The text of `shapes.json`: which argument names each resource type has, nested types included, as the installed
 * provider packages declare them. Deterministic: one line a type, sorted.
 *
 * @param root The repository.
 * @param tokens Resource types to cover; those that components create, unless given.
 * @throws Error when a token has no declaration and is not a custom resource of Kubernetes.
 */
export function generateShapes(root: string, tokens: readonly string[] = componentTokens(root)): string {
  const packages = new Map<string, Declarations>();
  const resources = new Map<string, ShapeMembers>();
  const types = new Map<string, ShapeMembers>();

  const declarationsOf = (packageName: string): Declarations => {
    const known = packages.get(packageName) ?? new Declarations(root, packageName);
    packages.set(packageName, known);
    return known;
  };
  const follow = (packageName: string, shape: Shape): void => {
    const name = referenceOf(shape);
    if (name === undefined || types.has(`${packageName}:${name}`)) return;
    const members = declarationsOf(packageName).nested(name);
    if (members === undefined) throw new Error(`@pulumi/${packageName} refers to ${name}, which it does not declare`);
    types.set(`${packageName}:${name}`, members);
    Object.values(members).forEach((member) => follow(packageName, member));
  };
  const add = (type: string, packageName: string): void => {
    const members = declarationsOf(packageName).arguments(type);
    if (members === undefined) {
      if (isCustomResource(type)) return;
      throw new Error(
        `${type}: @pulumi/${packageName} declares no such resource. ` +
          `Correct the token where the component creates it, or update the package.`,
      );
    }
    resources.set(type, members);
    Object.values(members).forEach((member) => follow(packageName, member));
  };

  for (const token of tokens) add(token, token.split(":")[0] ?? "");
  for (const packageName of [...packages.keys()]) add(`pulumi:providers:${packageName}`, packageName);
  return `{\n"resources": ${section(resources)},\n"types": ${section(types)}\n}\n`;
}

/** Every type token that a component passes to `refine(...)`, sorted. */
export function componentTokens(root: string): string[] {
  const tokens = new Set<string>();
  for (const file of globSync("components/**/*.ts", { cwd: root })) {
    if (file.endsWith(".test.ts")) continue;
    const source = readFileSync(path.join(root, file), "utf8");
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "refine") {
        const type = node.arguments[0];
        if (type !== undefined && ts.isStringLiteral(type)) tokens.add(type.text);
      }
      ts.forEachChild(node, visit);
    };
    if (source.includes("refine")) visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest));
  }
  return [...tokens].sort();
}

/** API groups that a CustomResourceDefinition can not have: those of Kubernetes itself, and Pulumi's for Helm. */
const BUILT_IN_GROUP = /^([^.]+|[^.]+(\.authorization|\.apiserver)?\.k8s\.io|helm\.sh)$/;

/** Whether a token belongs to an operator's CustomResourceDefinition, whose fields no package declares. */
export function isCustomResource(type: string): boolean {
  const [packageName, module = ""] = type.split(":");
  const group = module.split("/")[0] ?? "";
  return packageName === "kubernetes" && !BUILT_IN_GROUP.test(group);
}

function referenceOf(shape: Shape): string | undefined {
  if (shape === true) return undefined;
  if (typeof shape === "string") return shape;
  return referenceOf("*" in shape ? shape["*"] : shape[0]);
}

function section(members: ReadonlyMap<string, ShapeMembers>): string {
  const lines = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
  return `{\n${lines.map(([name, shape]) => `${JSON.stringify(name)}: ${JSON.stringify(shape)}`).join(",\n")}\n}`;
}
