// What the verdicts of a claims audit are called, what each means, and which colour says it.
import type { AnnotatedAudit } from '../../src/claims/browser.ts'
import type { Tone } from '../words.ts'

export type AuditReport = AnnotatedAudit['report']
export type Claim = AuditReport['claims'][number]
export type ClaimFinding = AuditReport['findings'][number]
export type ClaimVerdict = Claim['verdict']

/** In the order in which they ask for somebody. */
export const VERDICTS_SHOWN = [
  'CONTRADICTED',
  'OVERSTATED',
  'UNSUPPORTED',
  'WEAK',
  'UNVERIFIABLE',
  'SUPPORTED',
] as const satisfies readonly ClaimVerdict[]

export const VERDICT_WORDS: Readonly<
  Record<ClaimVerdict, { readonly word: string; readonly tone: Tone; readonly text: string }>
> = {
  CONTRADICTED: { word: 'Contradicted', tone: 'stop', text: 'another place says otherwise' },
  OVERSTATED: { word: 'Overstated', tone: 'stop', text: 'less was reached than it says' },
  UNSUPPORTED: { word: 'Unsupported', tone: 'wait', text: 'said, and nothing beside it' },
  WEAK: { word: 'Weak', tone: 'wait', text: 'a figure or a pointer nobody followed' },
  UNVERIFIABLE: { word: 'Not verifiable', tone: 'calm', text: 'an opinion, not a fact' },
  SUPPORTED: { word: 'Supported', tone: 'go', text: 'something bears it out' },
}
