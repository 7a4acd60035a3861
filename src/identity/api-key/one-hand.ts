// Whether two callers may be one person: the same key, its successors, or a key that the first of them made; and whose account is behind a key.
import type { ApiKey } from './model.ts'

type KnownKey = Pick<ApiKey, 'keyId' | 'createdBy' | 'predecessor'>

/**
 * Whoever makes a key sees its text, so a key that somebody made, at whatever remove, is no second person for them. The
 * other way round it is: a developer's wish may be confirmed by the admin who made the developer's key.
 * @param first id of who asked @param second id of who would confirm
 */
export function areOneHand(keys: readonly KnownKey[], first: string, second: string): boolean {
  const [wanted = first] = makersOf(keys, first)
  return [...makersOf(keys, second)].includes(wanted)
}

/** The account that made a key, at whatever remove, or that the id is already: what its keys do counts as the account's. */
export function accountBehind(keys: readonly KnownKey[], id: string): string | undefined {
  return [...makersOf(keys, id)].find((maker) => maker.startsWith('account-'))
}

/** Whoever it goes back to: the first key of a row of successors, who made that, who made theirs. */
function* makersOf(keys: readonly KnownKey[], id: string): Generator<string> {
  const byId = new Map(keys.map((key) => [`key-${key.keyId}`, key]))
  const rootOf = (from: string): string => {
    let root = from
    for (let seen = 0; seen < keys.length; seen++) {
      const before = byId.get(root)?.predecessor
      if (before === undefined) break
      root = `key-${before}`
    }
    return root
  }
  let hand = rootOf(id)
  // Each key has one maker; more steps than keys would be a circle.
  for (let steps = 0; steps <= keys.length; steps++) {
    yield hand
    const maker = byId.get(hand)?.createdBy
    if (maker === undefined) return
    hand = rootOf(maker)
  }
}
