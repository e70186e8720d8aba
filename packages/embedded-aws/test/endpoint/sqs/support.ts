/** The code of the error that a call ends in; fails when it succeeds. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    // SDK v3 puts the code into the error's name, as the embedded cloud's own errors do.
    return error instanceof Error ? error.name : String(error);
  }
  throw new Error("expected an error, but the call succeeded");
}
