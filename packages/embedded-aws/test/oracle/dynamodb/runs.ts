/** A request that goes to both sides. Tables and client tokens have short names, which `inRun` makes unique. */
export interface Command {
  readonly operation: string;
  readonly input: object;
  /** How many parts of its update may be faulty at once, where it has one. */
  readonly actions?: number;
}

export const tableNames = ["orders", "stock"] as const;

export function tableInRun(tableName: string, run: string): string {
  return `${tableName}-${run}`;
}

/** The command on the tables of one run, which no other run touches. */
export function inRun({ input, ...command }: Command, run: string): Command {
  const unique = JSON.stringify(input)
    .replace(
      /"(TableName|ClientRequestToken)":"([^"]*)"/g,
      (_, member: string, name: string) => `"${member}":"${tableInRun(name, run)}"`,
    )
    // In PartiQL's statements.
    .replace(
      /(INTO|UPDATE|FROM) \\"([a-z]*)\\"/g,
      (_, word: string, name: string) => `${word} \\"${tableInRun(name, run)}\\"`,
    );
  return { ...command, input: JSON.parse(unique) as object };
}
