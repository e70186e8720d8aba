/** A policy document as the components write it: allows only, with exact actions. */
export interface PolicyDocument {
  readonly Version: string;
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: "Allow";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: unknown;
}

/** The least that a policy gives: one action of one statement, on one of its resources. */
export interface Grant {
  readonly statement: number;
  readonly action: string;
  readonly resource: string;
}

const list = (value: string | readonly string[]) => [value].flat();

export function grantsOf({ Statement }: PolicyDocument): Grant[] {
  return Statement.flatMap(({ Action, Resource }, statement) =>
    list(Action).flatMap((action) => list(Resource).map((resource) => ({ statement, action, resource }))),
  );
}

/** The same policy but for one grant; a statement is gone once nothing is left of it. */
export function without(document: PolicyDocument, grant: Grant): PolicyDocument {
  const Statement = document.Statement.flatMap((statement, index) => {
    if (index !== grant.statement) return [statement];
    const actions = list(statement.Action);
    const resources = list(statement.Resource);
    return [
      { ...statement, Action: actions.filter((action) => action !== grant.action) },
      {
        ...statement,
        Action: [grant.action],
        Resource: resources.filter((resource) => resource !== grant.resource),
      },
    ].filter(({ Action, Resource }) => Action.length > 0 && Resource.length > 0);
  });
  return { ...document, Statement };
}
