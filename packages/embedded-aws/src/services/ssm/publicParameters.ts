import { imageParameters } from "../ec2/images";

/** Public parameters that AWS keeps: the newest Amazon Linux 2023 images, under their real names. */
export const publicParameters: ReadonlyMap<string, string> = imageParameters;
