import { Archive, Asset } from "../engine/values";

/** Stands for code that did not come from the program: nobody knows its files, only that they are others. */
export function foreignCode(sha256: string): Archive {
  return new Archive({ assets: { "changed-elsewhere": new Asset({ text: sha256 }) } });
}
