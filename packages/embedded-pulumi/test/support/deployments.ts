/** A program with a queue, a secret and a number. */
export const QUEUE = `
const aws = require("@pulumi/aws");
exports.url = new aws.sqs.Queue("letters", { delaySeconds: 7 }).url;
exports.password = pulumi.secret("hidden");
exports.answer = 42;
`;

/** The error with which `work` ends. */
export async function failureOf(work: Promise<unknown>): Promise<Error> {
  const ended: unknown = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (ended instanceof Error) return ended;
  throw new Error("it succeeded");
}

/** Whether somebody answers at a cloud's endpoint. */
export async function answers(endpoint: string): Promise<boolean> {
  return await fetch(endpoint).then(
    () => true,
    () => false,
  );
}
