import * as pulumi from "@pulumi/pulumi";

/** What a component says of arguments that it refuses. */
export function errorOf(construct: () => unknown): pulumi.InputPropertiesError {
  try {
    construct();
  } catch (error) {
    if (error instanceof pulumi.InputPropertiesError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
