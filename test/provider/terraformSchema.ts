/** What `terraform providers schema -json` says of a resource type, as far as the conversion needs it. */
export interface Block {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly block_types?: Readonly<Record<string, { readonly block: Block }>>;
}

interface Attribute {
  readonly type?: unknown;
  readonly required?: boolean;
  readonly optional?: boolean;
  readonly computed?: boolean;
  readonly deprecated?: boolean;
}

export type ResourceSchemas = Readonly<Record<string, { readonly block: Block }>>;

/** Where Pulumi's bridge has given a property another name than its camel case. */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_cloudwatch_metric_alarm: { name: "alarm_name" },
  aws_cloudwatch_composite_alarm: { name: "alarm_name" },
  aws_lambda_function: { name: "function_name", code: "filename" },
};

/** Types that the bridge has named otherwise. */
const TYPES: Readonly<Record<string, string>> = {
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": "aws_sqs_queue_redrive_allow_policy",
  "aws:sqs/redrivePolicy:RedrivePolicy": "aws_sqs_queue_redrive_policy",
};

const PREFIXES = /^aws:(\w+)\/(\w+):/;

/** Terraform's name of a resource type: most carry the module, those of EC2 do not. */
export function terraformType(schemas: ResourceSchemas, pulumiType: string): string {
  const [, module = "", name = ""] = PREFIXES.exec(pulumiType) ?? [];
  const found = [TYPES[pulumiType] ?? "", `aws_${module}_${snakeCase(name)}`, `aws_${snakeCase(name)}`].find(
    (type) => type in schemas,
  );
  if (found === undefined) throw new Error(`the provider has no resource type for ${pulumiType}`);
  return found;
}

/** Terraform's name of a property in a block; lists of blocks, which Pulumi names in the plural, in the singular. */
export function terraformProperty(type: string, block: Block, property: string): string | undefined {
  const snake = RENAMED[type]?.[property] ?? snakeCase(property);
  return [
    snake,
    snake.replace(/ies$/, "y"),
    snake.replace(/s$/, ""),
    snake.replace(/es$/, ""),
    `${snake}_arn`,
    `${snake}_name`,
  ].find((name) => block.attributes?.[name] !== undefined || block.block_types?.[name] !== undefined);
}

/** Every attribute that a resource of the type has once it exists, by Pulumi's name. */
export function outputsOf(schemas: ResourceSchemas, type: string): ReadonlyMap<string, string> {
  const renamed = Object.entries(RENAMED[type] ?? {}).filter(([, name]) => name !== "filename");
  const attributes = Object.keys(schemas[type]?.block.attributes ?? {});
  return new Map([...attributes.map((name): [string, string] => [camelCase(name), name]), ...renamed]);
}

/** The attribute that Pulumi fills with a name of its own and Terraform does not, if the type needs one. */
export function nameAttribute(schemas: ResourceSchemas, type: string): string | undefined {
  const attributes = schemas[type]?.block.attributes ?? {};
  const name = RENAMED[type]?.name ?? "name";
  return attributes[name] === undefined ? undefined : name;
}

export function snakeCase(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
