import type { Service } from "../../src/core/service";
import type { OfficialOperation } from "../../src/wire/operation";
import { restrict, type Shape, type Structure } from "../../src/wire/shape";

const INTRODUCTION = `# Services

What the embedded cloud does of each service, and what it leaves out. Made of the operations themselves and of AWS's
models by \`test/readme.test.ts\`, which fails while this file is old; \`UPDATE=1 npx mocha test/readme.test.ts\` makes it
anew. An operation or member that is left out is refused by name (\`NotSupportedByEmbeddedCloud\`, status 501); the
README says what works differently from AWS.
`;

/** The text of `docs/services.md`. */
export function serviceTable(services: Iterable<Service>): string {
  const sections = [...services].sort((a, b) => (a.name < b.name ? -1 : 1)).map(section);
  return `${INTRODUCTION}\n${sections.join("\n")}`;
}

function section({ name, operations, wire }: Service): string {
  const known = wire.model.operations;
  const done = Object.keys(operations).sort();
  const lines = done.map((operation) => {
    const shape = known.get(operation);
    if (shape === undefined) throw new Error(`${name}: AWS's model has no operation ${operation}`);
    const { supports } = operations[operation] as OfficialOperation;
    const left = leftOut(restrict(shape.input, supports));
    return `- \`${operation}\`${left.length === 0 ? "" : `; without ${codes(left)}`}`;
  });
  const missing = [...known.keys()].filter((operation) => !Object.hasOwn(operations, operation)).sort();
  return [
    `## ${name}`,
    "",
    `${done.length} of ${known.size} operations.`,
    "",
    ...lines,
    "",
    missing.length === 0 ? "" : `Left out: ${codes(missing)}.\n`,
  ].join("\n");
}

/** Members that a request may have and that are not supported, by their paths. */
function leftOut(structure: Structure, path = "", seen: readonly Structure[] = []): string[] {
  if (seen.some(({ name }) => name === structure.name)) return [];
  return structure.members.flatMap((member) => {
    const at = `${path}${member.name}`;
    if (!member.supported) return [at];
    const inner = structureIn(member.shape);
    return inner === undefined ? [] : leftOut(inner, `${at}.`, [...seen, structure]);
  });
}

function structureIn(shape: Shape): Structure | undefined {
  switch (shape.kind) {
    case "structure":
      return shape;
    case "list":
      return structureIn(shape.item.shape);
    case "map":
      return structureIn(shape.value.shape);
    default:
      return undefined;
  }
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
