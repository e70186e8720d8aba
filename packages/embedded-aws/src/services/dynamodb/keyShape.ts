import type { IndexDefinition, KeySchemaElement, TableSchema } from "./tableSchema";

export interface KeyAttribute {
  readonly name: string;
  readonly type: "S" | "N" | "B";
}

/** The attributes that a table or an index is keyed by; of a table one of each at most, of a global index four. */
export interface KeyShape {
  readonly hash: readonly KeyAttribute[];
  readonly range: readonly KeyAttribute[];
}

export interface IndexShape {
  readonly definition: IndexDefinition;
  readonly scope: "local" | "global";
  readonly key: KeyShape;
  /** The attributes that its entries hold; undefined when they hold all. */
  readonly projected: ReadonlySet<string> | undefined;
}

export function keyShapeOf(schema: TableSchema, elements: readonly KeySchemaElement[]): KeyShape {
  const attributes = (keyType: "HASH" | "RANGE") =>
    elements
      .filter(({ KeyType }) => KeyType === keyType)
      .map(({ AttributeName: name }) => ({ name, type: typeOfKey(schema, name) }));
  return { hash: attributes("HASH"), range: attributes("RANGE") };
}

function typeOfKey(schema: TableSchema, name: string): KeyAttribute["type"] {
  const found = schema.AttributeDefinitions.find(({ AttributeName }) => AttributeName === name);
  if (found === undefined) throw new Error(`the key attribute ${name} is not defined`);
  return found.AttributeType;
}

/** Global indexes first, which is the order in which AWS looks at them. */
export function indexShapesOf(schema: TableSchema): readonly IndexShape[] {
  const shapes = (scope: IndexShape["scope"], definitions: readonly IndexDefinition[] = []) =>
    definitions.map((definition): IndexShape => {
      const key = keyShapeOf(schema, definition.KeySchema);
      const { ProjectionType, NonKeyAttributes = [] } = definition.Projection;
      const keys = [...definition.KeySchema, ...schema.KeySchema].map(({ AttributeName }) => AttributeName);
      const projected = ProjectionType === "ALL" ? undefined : new Set([...keys, ...NonKeyAttributes]);
      return { definition, scope, key, projected };
    });
  return [
    ...shapes("global", schema.GlobalSecondaryIndexes),
    ...shapes("local", schema.LocalSecondaryIndexes),
  ];
}

export function attributesOf({ hash, range }: KeyShape): readonly KeyAttribute[] {
  return range.length === 0 ? hash : [...hash, ...range];
}
