// Gathers what fields of one level ask for, so that the database is asked once for all of them; what was asked is kept for the request.

/**
 * @param load answers for all keys at once; a key without a value is not in the map
 * @returns what asks for one; undefined where there is no value
 */
export function batched<Value>(
  load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>,
): (key: string) => Promise<Value | undefined> {
  const known = new Map<string, Promise<Value | undefined>>()
  let waiting: string[] = []
  let next: Promise<ReadonlyMap<string, Value>> | undefined
  const begin = async (): Promise<ReadonlyMap<string, Value>> => {
    // Fields of one level are resolved one after the other before any of their promises goes on.
    await Promise.resolve()
    const keys = waiting
    waiting = []
    next = undefined
    return load(keys)
  }
  return (key) => {
    const before = known.get(key)
    if (before !== undefined) return before
    waiting.push(key)
    next ??= begin()
    const value = next.then((values) => values.get(key))
    known.set(key, value)
    return value
  }
}

/** Asked for the first time when somebody needs it, and never again. */
export function once<Value>(load: () => Promise<Value>): () => Promise<Value> {
  let value: Promise<Value> | undefined
  return () => (value ??= load())
}
