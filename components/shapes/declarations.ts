import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import type { Shape, ShapeMembers } from "./shapes.ts";

/** The declarations of one provider package, read as syntax: no type checker, no import of the package. */
export class Declarations {
  readonly #folder: string;
  readonly #package: string;
  #nested: Map<string, ts.InterfaceDeclaration> | undefined;

  /** @param root Folder that holds `node_modules`. */
  constructor(root: string, packageName: string) {
    this.#package = packageName;
    this.#folder = path.join(root, "node_modules", "@pulumi", packageName);
  }

  /**
   * The argument interface of a type token, or undefined where the package has no such class. Every generated class
   * carries its own token, so a file found by name is only believed when it says the same.
   */
  arguments(type: string): ShapeMembers | undefined {
    const file = type.startsWith("pulumi:providers:") ? path.join(this.#folder, "provider") : this.#fileOf(type);
    if (file === undefined || !existsSync(`${file}.d.ts`)) return undefined;
    const className = type.startsWith("pulumi:providers:") ? "Provider" : (type.split(":")[2] ?? "");
    if (className !== "Provider" && !readFileSync(`${file}.js`, "utf8").includes(`'${type}'`)) return undefined;
    const declaration = parse(`${file}.d.ts`).statements.find(
      (statement): statement is ts.InterfaceDeclaration =>
        ts.isInterfaceDeclaration(statement) && statement.name.text === `${className}Args`,
    );
    return declaration === undefined ? undefined : this.#members(declaration, "");
  }

  /** A nested argument type by the name that shapes refer to it, such as `core.v1.PodSpec`. */
  nested(name: string): ShapeMembers | undefined {
    const declaration = this.#interfaces().get(name);
    if (declaration === undefined) return undefined;
    return this.#members(declaration, name.slice(0, name.lastIndexOf(".") + 1));
  }

  #fileOf(type: string): string | undefined {
    const [, module = "", className = ""] = type.split(":");
    const [group = "", last] = module.split("/");
    if (this.#package === "kubernetes") {
      return path.join(this.#folder, group.split(".")[0] ?? "", last ?? "", lowerFirst(className));
    }
    if (group === "index") return path.join(this.#folder, last ?? "");
    const folder = readdirSync(this.#folder).find((name) => name.toLowerCase() === group.toLowerCase());
    // A package of Pulumi's own names its classes without their file: `command:remote:Command`.
    return folder === undefined ? undefined : path.join(this.#folder, folder, last ?? lowerFirst(className));
  }

  #interfaces(): Map<string, ts.InterfaceDeclaration> {
    if (this.#nested !== undefined) return this.#nested;
    const found = new Map<string, ts.InterfaceDeclaration>();
    const walk = (statements: readonly ts.Statement[], prefix: string): void => {
      for (const statement of statements) {
        if (ts.isInterfaceDeclaration(statement)) found.set(prefix + statement.name.text, statement);
        else if (ts.isModuleDeclaration(statement) && statement.body && ts.isModuleBlock(statement.body)) {
          walk(statement.body.statements, `${prefix}${statement.name.text}.`);
        }
      }
    };
    walk(parse(path.join(this.#folder, "types", "input.d.ts")).statements, "");
    this.#nested = found;
    return found;
  }

  #members(declaration: ts.InterfaceDeclaration, prefix: string): ShapeMembers {
    const members = declaration.members.filter(ts.isPropertySignature).map((member): [string, Shape] => {
      const name = ts.isComputedPropertyName(member.name) ? member.name.getText() : member.name.text;
      return [name, member.type === undefined ? true : this.#shape(member.type, prefix)];
    });
    return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #shape(node: ts.TypeNode, prefix: string): Shape {
    if (ts.isParenthesizedTypeNode(node)) return this.#shape(node.type, prefix);
    if (ts.isUnionTypeNode(node)) {
      return node.types.map((type) => this.#shape(type, prefix)).find((shape) => shape !== true) ?? true;
    }
    if (ts.isArrayTypeNode(node)) {
      const element = this.#shape(node.elementType, prefix);
      return element === true ? true : [element];
    }
    if (ts.isTypeLiteralNode(node)) {
      const index = node.members.find(ts.isIndexSignatureDeclaration);
      const element = index === undefined ? true : this.#shape(index.type, prefix);
      return element === true ? true : { "*": element };
    }
    if (!ts.isTypeReferenceNode(node)) return true;
    const name = entityName(node.typeName);
    if (name === "pulumi.Input") return this.#shape(node.typeArguments?.[0] ?? node, prefix);
    if (name.startsWith("inputs.")) return name.slice("inputs.".length);
    return [prefix + name, name].find((candidate) => this.#interfaces().has(candidate)) ?? true;
  }
}

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
}

function entityName(name: ts.EntityName): string {
  return ts.isIdentifier(name) ? name.text : `${entityName(name.left)}.${name.right.text}`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
