import { PartlyCreated } from "../engine/provider";

/**
 * The rest of a creation, once something stands under `id`: where it fails, what stands is not forgotten, and makes
 * way for the next attempt.
 */
export async function afterwards<Answer>(id: string, rest: () => Promise<Answer>): Promise<Answer> {
  try {
    return await rest();
  } catch (error) {
    throw new PartlyCreated(id, error);
  }
}
