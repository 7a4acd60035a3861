// Whether two callers may be one person: the same key, its successors, or a key that the first of them made; and whose account is behind a key.
import type { ApiKey } from './model.ts'

type KnownKey = Pick<ApiKey, 'keyId' | 'createdBy' | 'predecessor'>

/**
 * Whoever makes a key sees its text, so a key that somebody made, at whatever remove, is no second person for them. The
 * other way round it is: a developer's wish may be confirmed by the admin who made the developer's key. A successor has two
 * makers: whoever has the key before, and whoever rotated it, who must confirm neither for it nor by it.
 * @param first id of who asked @param second id of who would confirm
 */
export function areOneHand(keys: readonly KnownKey[], first: string, second: string): boolean {
  const { root, rotators } = rowOf(indexOf(keys), first)
  const makers = new Set(makersOf(keys, second))
  return [root, ...rotators].some((hand) => makers.has(hand))
}

/** The account that made a key, at whatever remove, or that the id is already: what its keys do counts as the account's. */
export function accountBehind(keys: readonly KnownKey[], id: string): string | undefined {
  return [...makersOf(keys, id)].find((maker) => maker.startsWith('account-'))
}

type KeysById = ReadonlyMap<string, KnownKey>

function indexOf(keys: readonly KnownKey[]): KeysById {
  return new Map(keys.map((key) => [`key-${key.keyId}`, key]))
}

/** The first key of a row of successors, or whoever has none; and who made the successors. */
function rowOf(byId: KeysById, id: string): { root: string; rotators: readonly string[] } {
  const rotators: string[] = []
  let root = id
  for (let steps = 0; steps < byId.size; steps++) {
    const key = byId.get(root)
    if (key?.predecessor === undefined) break
    rotators.push(key.createdBy)
    root = `key-${key.predecessor}`
  }
  return { root, rotators }
}

/** Whoever it goes back to: the first key of a row of successors, who made that, who made theirs; then whoever rotated one of them. */
function* makersOf(keys: readonly KnownKey[], id: string): Generator<string> {
  const byId = indexOf(keys)
  const seen = new Set<string>()
  const waiting = [id]
  for (const from of waiting)
    for (let hand: string | undefined = from; hand !== undefined;) {
      const { root, rotators } = rowOf(byId, hand)
      // Seen before: keys that say they made each other would be a circle.
      if (seen.has(root) && seen.has(hand)) break
      seen.add(hand).add(root)
      waiting.push(...rotators.map((rotator) => rowOf(byId, rotator).root))
      yield root
      hand = byId.get(root)?.createdBy
    }
}
