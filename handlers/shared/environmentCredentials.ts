/** What the SDK calls a credential identity. */
interface EnvironmentCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Stands in for the SDK's default credential chain in bundles: Lambda sets the execution role's credentials in
 * the environment before the function starts, and replaces the environment before they expire.
 *
 * @throws when they are not there: the bundle then runs outside of Lambda.
 */
export function defaultProvider(): () => Promise<EnvironmentCredentials> {
  return () => {
    const accessKeyId = process.env.AWS_ACCESS_KEY_ID;
    const secretAccessKey = process.env.AWS_SECRET_ACCESS_KEY;
    const sessionToken = process.env.AWS_SESSION_TOKEN;
    if (!accessKeyId || !secretAccessKey) {
      return Promise.reject(
        new Error(
          "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set; expected the credentials that Lambda sets",
        ),
      );
    }
    return Promise.resolve({ accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) });
  };
}
