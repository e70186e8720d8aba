import { withBase64 } from "../../../core/base64";
import type { AttributeValue } from "../attributeValue";
import { checkItemDepth } from "../documentDepth";
import { invalid } from "../parseRequest";
import { validateValue } from "../validateValue";
import { readStatement } from "./bind";
import type { Statement } from "./tree";

/** One statement as operations take it. */
interface RawStatement {
  readonly Statement: string;
  readonly Parameters?: readonly object[] | undefined;
}

/** @throws AwsError `ValidationException` */
export function statementOf({ Statement, Parameters = [] }: RawStatement): Statement {
  checkItemDepth(Parameters);
  const parameters = withBase64(Parameters) as readonly AttributeValue[];
  for (const parameter of parameters) {
    const reason = validateValue(parameter);
    if (reason !== undefined) throw invalid(reason);
  }
  return readStatement(Statement, parameters);
}
