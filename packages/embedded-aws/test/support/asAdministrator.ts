/** The `Authorization` of a request by any key that the cloud has not issued: the administrator's. */
export function asAdministrator(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
}
