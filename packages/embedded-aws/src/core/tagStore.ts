export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** Tags by the ARN of what carries them. */
export class TagStore {
  readonly #tags = new Map<string, Map<string, string>>();

  add(arn: string, tags: readonly Tag[]): void {
    const existing = this.#tags.get(arn) ?? new Map<string, string>();
    for (const tag of tags) existing.set(tag.Key, tag.Value);
    this.#tags.set(arn, existing);
  }

  remove(arn: string, keys: readonly string[]): void {
    for (const key of keys) this.#tags.get(arn)?.delete(key);
  }

  forget(arn: string): void {
    this.#tags.delete(arn);
  }

  keys(arn: string): Iterable<string> {
    return this.#tags.get(arn)?.keys() ?? [];
  }

  list(arn: string): readonly Tag[] {
    return [...(this.#tags.get(arn) ?? [])].map(([Key, Value]) => ({ Key, Value }));
  }
}
