import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { expect } from "chai";
import type { OrderEvent } from "../../../handlers/orders/orderEvents";

const FOLDER = "docs/events";

interface Schema {
  readonly $schema: string;
  readonly $id: string;
  readonly title: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

const validators = new Map<string, { readonly schema: Schema; readonly validate: ValidateFunction }>();
for (const file of readdirSync(FOLDER).filter((name) => /^Order.*\.json$/.test(name))) {
  const schema = JSON.parse(readFileSync(path.join(FOLDER, file), "utf8")) as Schema;
  // Strict: a schema with a word that draft 2020-12 does not have is an error.
  validators.set(file, { schema, validate: new Ajv2020({ strict: true, allErrors: true }).compile(schema) });
}

/** The published schemas by their files. */
export const eventSchemas: ReadonlyMap<string, { readonly schema: Schema }> = validators;

/** Checks what is sent against its published schema, and that the schema names each member of it. */
export function expectPublished(type: string, detail: object): void {
  const version = (detail as Partial<OrderEvent["detail"]>).schemaVersion;
  const file = `${type}.v${version}.json`;
  const found = validators.get(file);
  if (found === undefined) throw new Error(`${FOLDER}/${file} is not there`);
  const good = found.validate(detail);
  expect(good, `${file}: ${JSON.stringify(found.validate.errors)}`).to.equal(true);
  for (const name of Object.keys(detail)) expect(found.schema.properties, file).to.have.property(name);
}
