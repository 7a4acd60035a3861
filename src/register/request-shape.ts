// What a request for a waiver may look like when it is recorded; older ones stand as they are, so this is no rule of the fold.
import type { WaiverPredicate } from '../proof/index.ts'
import { CHANGE_LIST_LIMIT, CHANGE_TEXT_LIMIT, isRegisterId } from './change-parse.ts'

/**
 * One sentence, or undefined. A waiver that is approved is part of what a decision freezes, and inputs that no replay can read
 * would leave a verdict that nobody can look into; one whose id no command takes could be neither approved nor revoked.
 */
export function refuseRequestShape(request: WaiverPredicate): string | undefined {
  const { id, gates, reason, risk, compensatingControl, closureTest } = request
  if (!isRegisterId(id))
    return 'expected a waiver named by 1 to 64 letters, digits, dots, dashes or underscores'
  if (gates.length > CHANGE_LIST_LIMIT)
    return `expected a waiver of at most ${CHANGE_LIST_LIMIT} gates, got ${gates.length}`
  if (closureTest?.trim() === '') return 'expected a closure test that is named, or none'
  const texts = [...gates, reason, risk, compensatingControl, closureTest ?? '']
  return texts.some((text) => text.length > CHANGE_TEXT_LIMIT)
    ? `expected texts of at most ${CHANGE_TEXT_LIMIT} characters`
    : undefined
}
