// Whether two callers may be one person: the same key, its successors, or a key that the first of them made.
import type { ApiKey } from './model.ts'

type KnownKey = Pick<ApiKey, 'keyId' | 'createdBy' | 'predecessor'>

/**
 * Whoever makes a key sees its text, so a key that somebody made, at whatever remove, is no second person for them. The
 * other way round it is: a developer's wish may be confirmed by the admin who made the developer's key.
 * @param first id of who asked @param second id of who would confirm
 */
export function areOneHand(keys: readonly KnownKey[], first: string, second: string): boolean {
  const byId = new Map(keys.map((key) => [`key-${key.keyId}`, key]))
  const rootOf = (id: string): string => {
    let root = id
    for (let seen = 0; seen < keys.length; seen++) {
      const before = byId.get(root)?.predecessor
      if (before === undefined) break
      root = `key-${before}`
    }
    return root
  }
  const wanted = rootOf(first)
  let hand = rootOf(second)
  // Each key has one maker; more steps than keys would be a circle.
  for (let steps = 0; steps <= keys.length; steps++) {
    if (hand === wanted) return true
    const maker = byId.get(hand)?.createdBy
    if (maker === undefined) return false
    hand = rootOf(maker)
  }
  return false
}
