/**
 * Public parameters that AWS keeps: the newest Amazon Linux 2023 images, under their real names. The ids are
 * made up, and the same in every run.
 */
export const publicParameters: ReadonlyMap<string, string> = new Map([
  ["/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64", "ami-0a12023000000a64a"],
  ["/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64", "ami-0a12023000000864a"],
]);
