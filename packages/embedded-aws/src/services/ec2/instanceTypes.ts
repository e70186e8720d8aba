import { invalidParameter } from "./errors";

export interface InstanceType {
  readonly name: string;
  readonly architecture: "x86_64" | "arm64";
  readonly vCpus: number;
}

/** Virtual CPUs by size, where a family does not say otherwise; n xlarge have 4n. */
const VCPUS: Readonly<Record<string, number>> = {
  nano: 2,
  micro: 2,
  small: 2,
  medium: 2,
  large: 2,
  xlarge: 4,
};

const TO_24 = "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge metal=96";
const TO_32 = "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge metal=128";
const TO_48 =
  "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl=96 metal-48xl=192";
const GRAVITON = "medium=1 large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal=64";
const GRAVITON_4 =
  "medium=1 large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge metal-24xl=96 metal-48xl=192";
const BURSTABLE = "nano micro small medium large xlarge=4 2xlarge";
const FLEX = "large xlarge 2xlarge 4xlarge 8xlarge";

/** "Amazon EC2 instance types", the common families. Another is unknown here, as a misspelt one is on AWS. */
const FAMILIES: readonly (readonly [
  names: string,
  architecture: InstanceType["architecture"],
  sizes: string,
])[] = [
  ["t1", "x86_64", "micro=1"],
  ["t2", "x86_64", "nano=1 micro=1 small=1 medium large xlarge 2xlarge"],
  ["t3 t3a", "x86_64", BURSTABLE],
  ["t4g", "arm64", BURSTABLE],
  ["m4", "x86_64", "large xlarge 2xlarge 4xlarge 10xlarge 16xlarge"],
  ["c4", "x86_64", "large xlarge 2xlarge 4xlarge 8xlarge=36"],
  ["r4", "x86_64", "large xlarge 2xlarge 4xlarge 8xlarge 16xlarge"],
  ["m5 m5a m5d m5ad m5n m5dn m5zn r5 r5a r5b r5d r5ad r5n r5dn", "x86_64", TO_24],
  ["c5 c5d", "x86_64", "large xlarge 2xlarge 4xlarge 9xlarge 12xlarge 18xlarge 24xlarge metal=96"],
  ["c5a c5ad", "x86_64", "large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge"],
  ["c5n", "x86_64", "large xlarge 2xlarge 4xlarge 9xlarge 18xlarge metal=72"],
  ["m6i m6id m6in m6idn c6i c6id c6in r6i r6id r6in r6idn", "x86_64", TO_32],
  ["m6a c6a r6a", "x86_64", `${TO_48} metal=192`],
  ["m6g m6gd c6g c6gd c6gn r6g r6gd", "arm64", GRAVITON],
  ["m7i c7i r7i", "x86_64", TO_48],
  ["m7i-flex c7i-flex m8i-flex", "x86_64", FLEX],
  ["m7a c7a r7a", "x86_64", `medium=1 ${TO_48} 32xlarge`],
  ["m7g m7gd c7g c7gd c7gn r7g r7gd", "arm64", GRAVITON],
  ["m8g m8gd c8g c8gd r8g r8gd x8g", "arm64", GRAVITON_4],
  ["m8i c8i r8i", "x86_64", TO_48],
  ["i3", "x86_64", "large xlarge 2xlarge 4xlarge 8xlarge 16xlarge metal=72"],
  ["i3en", "x86_64", "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge 24xlarge metal=96"],
  ["i4i", "x86_64", TO_32],
  ["i4g im4gn", "arm64", "large xlarge 2xlarge 4xlarge 8xlarge 16xlarge"],
  ["d3", "x86_64", "xlarge 2xlarge 4xlarge 8xlarge"],
  ["g4dn", "x86_64", "xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal=96"],
  ["g5 g6", "x86_64", "xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge"],
  ["g5g", "arm64", "xlarge 2xlarge 4xlarge 8xlarge 16xlarge metal=64"],
  ["p3", "x86_64", "2xlarge 8xlarge 16xlarge"],
  ["p4d", "x86_64", "24xlarge"],
  ["p5", "x86_64", "48xlarge"],
  ["inf1", "x86_64", "xlarge 2xlarge 6xlarge 24xlarge"],
  ["inf2", "x86_64", "xlarge 8xlarge 24xlarge 48xlarge"],
  ["x1", "x86_64", "16xlarge 32xlarge"],
  ["x2gd", "arm64", GRAVITON],
  ["z1d", "x86_64", "large xlarge 2xlarge 3xlarge 6xlarge 12xlarge metal=48"],
];

function vCpusOf(size: string): number {
  return VCPUS[size] ?? 4 * Number(/^([0-9]+)xlarge$/.exec(size)?.[1]);
}

const byName: ReadonlyMap<string, InstanceType> = new Map(
  FAMILIES.flatMap(([names, architecture, sizes]) =>
    names.split(" ").flatMap((family) =>
      sizes.split(" ").map((entry) => {
        const [size = "", own] = entry.split("=");
        const name = `${family}.${size}`;
        return [
          name,
          { name, architecture, vCpus: own === undefined ? vCpusOf(size) : Number(own) },
        ] as const;
      }),
    ),
  ),
);

export function instanceTypes(): readonly InstanceType[] {
  return [...byName.values()];
}

/** @throws AwsError in EC2's words for a type that there is not. */
export function instanceTypeOf(name: string): InstanceType {
  const type = byName.get(name);
  if (type === undefined) throw invalidParameter(`Invalid value '${name}' for InstanceType.`);
  return type;
}
