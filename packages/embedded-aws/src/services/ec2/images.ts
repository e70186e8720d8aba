import { AwsError } from "../../core/errors";

/** What a launch asks of an image. */
export interface Image {
  readonly id: string;
  readonly name: string;
  /** Undefined for an image of which only the id is known: it then fits every instance type. */
  readonly architecture: "x86_64" | "arm64" | undefined;
  readonly ownerAlias: "amazon" | undefined;
  /**
   * "v2.0" for images whose instances ask for tokens unless a launch says otherwise: EC2 user guide, "Configure instance
   * metadata options for new instances".
   */
  readonly imdsSupport: "v2.0" | undefined;
}

/** An image that a cloud is started with: its id alone, or with what is known of it. */
export type ImageOption =
  string | { readonly id: string; readonly architecture?: "x86_64" | "arm64"; readonly name?: string };

const IMAGE_ID = /^ami-([0-9a-f]{8}|[0-9a-f]{17})$/;

/**
 * Amazon Linux 2023 in both architectures, behind the names that Systems Manager's public parameters have for the newest.
 * The ids are made up, and the same in every run.
 */
const AL2023 = [
  { id: "ami-0a12023000000a64a", architecture: "arm64" },
  { id: "ami-0a12023000000864a", architecture: "x86_64" },
] as const;

/** By the names of "Reference the latest AMIs using Systems Manager public parameters". */
export const imageParameters: ReadonlyMap<string, string> = new Map(
  AL2023.flatMap(({ id, architecture }) =>
    ["kernel-default", "kernel-6.1"].map((kernel) => [
      `/aws/service/ami-amazon-linux-latest/al2023-ami-${kernel}-${architecture}`,
      id,
    ]),
  ),
);

/** The images that there are: Amazon's, and those that a cloud was given. Any other id is nobody's. */
export class Images {
  readonly #byId = new Map<string, Image>();

  constructor() {
    for (const { id, architecture } of AL2023) {
      this.#byId.set(id, {
        id,
        name: `al2023-ami-2023.0.20260101.0-kernel-6.1-${architecture}`,
        architecture,
        ownerAlias: "amazon",
        imdsSupport: "v2.0",
      });
    }
  }

  /** @throws Error for an id that no image can have. */
  add(option: ImageOption): void {
    const { id, architecture, name } = typeof option === "string" ? { id: option } : option;
    if (!IMAGE_ID.test(id))
      throw new Error(`images: got "${id}"; expected an AMI id like ami-0123456789abcdef0`);
    if (this.#byId.get(id)?.ownerAlias === "amazon") return;
    this.#byId.set(id, { id, name: name ?? id, architecture, ownerAlias: undefined, imdsSupport: undefined });
  }

  all(): readonly Image[] {
    return [...this.#byId.values()];
  }

  /** @throws AwsError for an id that is none, or that no image has. */
  get(id: string): Image {
    if (!IMAGE_ID.test(id))
      throw new AwsError("InvalidAMIID.Malformed", `Invalid id: "${id}" (expecting "ami-...")`);
    const image = this.#byId.get(id);
    if (image === undefined) {
      throw new AwsError("InvalidAMIID.NotFound", `The image id '[${id}]' does not exist`);
    }
    return image;
  }
}
