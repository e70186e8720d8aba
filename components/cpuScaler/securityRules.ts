/** HTTPS, for packages and AWS's own APIs; nothing else leaves, and nothing comes in. */
export const HTTPS_ONLY = {
  protocol: "tcp",
  fromPort: 443,
  toPort: 443,
  cidrBlocks: ["0.0.0.0/0"],
  description: "HTTPS to anywhere",
};
