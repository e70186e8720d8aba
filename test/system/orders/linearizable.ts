/** One operation of a history: when it was asked for, when it was answered, and what it did by its answer. */
export interface Operation<State> {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** What it must have done to the state, each at some moment in between; undefined where it could not have. */
  readonly steps: readonly ((state: State) => State | undefined)[];
}

/**
 * Whether one order of all steps explains a history: no operation takes place before it was asked for or after it was
 * answered. Looks at every such order, and so at short histories only.
 */
export function isLinearizable<State>(history: readonly Operation<State>[], initial: State): boolean {
  const explain = (state: State, done: readonly number[]): boolean => {
    const left = history.flatMap((operation, index) => {
      const next = operation.steps[done[index] ?? 0];
      return next === undefined ? [] : [{ index, operation, next }];
    });
    if (left.length === 0) return true;
    const firstEnd = Math.min(...left.map(({ operation }) => operation.end));
    return left.some(({ index, operation, next }) => {
      if (operation.start > firstEnd) return false;
      const after = next(state);
      return after !== undefined && explain(after, done.with(index, (done[index] ?? 0) + 1));
    });
  };
  return explain(
    initial,
    history.map(() => 0),
  );
}
