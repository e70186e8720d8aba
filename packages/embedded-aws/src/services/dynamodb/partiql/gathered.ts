import { recordOf } from "../../../core/record";
import type { AttributeValue } from "../attributeValue";
import type { ValuePlaceholder } from "../expressions/tree";

/** What the placeholders of a statement stand for, gathered while it is read. */
export class Gathered {
  readonly literals = recordOf<AttributeValue>([]);
  readonly names = recordOf<string>([]);
  /** What to say of values that must be sets, by placeholder, where they are none. */
  readonly noSets = recordOf<string>([]);
  #parameters = 0;
  #literals = 0;
  #names = 0;

  /** How many parameters the statement takes. */
  get parameters(): number {
    return this.#parameters;
  }

  parameter(): ValuePlaceholder {
    return { kind: "placeholder", name: parameterName(this.#parameters++) };
  }

  literal(value: AttributeValue): ValuePlaceholder {
    const name = `:v${this.#literals++}`;
    this.literals[name] = value;
    return { kind: "placeholder", name };
  }

  /** A name as paths have it: one that begins with "#" would be taken for a placeholder. */
  name(name: string): string {
    if (!name.startsWith("#")) return name;
    const placeholder = `#${this.#names++}`;
    this.names[placeholder] = name;
    return placeholder;
  }
}

export function parameterName(position: number): string {
  return `:p${position}`;
}
