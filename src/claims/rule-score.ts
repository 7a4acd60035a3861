// R13: a score goes up to its maximum without anything that was measured.
import { levelOf } from './ladder.ts'
import type { Passage } from './passages.ts'
import { findingOf } from './rule.ts'
import type { FindContradictions } from './rule.ts'

const CHANGE =
  /(\d{1,3}(?:\.\d{1,2})?)\s?\/\s?(\d{1,3})\s*(?:→|->|=>|to|auf|à|a)\s*(\d{1,3}(?:\.\d{1,2})?)\s?\/\s?(\d{1,3})/iu
const SCORE_HEAD = /^(?:score|rating|points|punkte|note|puntuación|puan)$/i
const EVIDENCE_HEAD = /evidence|proof|measured|source|link|nachweis|beleg|preuve|evidencia|kanıt/i

/** Score changes that are reported. */
const CLAIM_LIMIT = 100

export const findScoreJumps: FindContradictions = ({ outline }) => {
  const claims = outline.passages.filter((passage) => isJump(passage))
  if (claims.length === 0) return []
  const against = outline.passages.filter((passage) => isWordOnly(passage))
  if (against.length === 0) return []
  return claims.slice(0, CLAIM_LIMIT).map((claim) =>
    findingOf({
      rule: 'R13',
      verdict: 'UNSUPPORTED',
      claim,
      against,
      message:
        'The score rises to its maximum, and its table gives words such as these instead of evidence',
    }),
  )
}

function isJump({ text, tags }: Passage): boolean {
  if (tags.has('future') || tags.has('condition')) return false
  const change = CHANGE.exec(text)
  return change !== null && change[3] === change[4] && Number(change[1]) < Number(change[3])
}

/** A row with a full score, no column for evidence, and a word from the bottom of the ladder. */
function isWordOnly({ cells, header, marks, text }: Passage): boolean {
  if (cells === undefined || header === undefined) return false
  const score = header.findIndex((name) => SCORE_HEAD.test(name.trim()))
  if (score < 0 || header.some((name) => EVIDENCE_HEAD.test(name))) return false
  const level = levelOf(marks)
  return level !== null && level <= 1 && /(\d+)\s?\/\s?\1\b/.test(cells[score] ?? text)
}
