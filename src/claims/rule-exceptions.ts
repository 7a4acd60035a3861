// R4: "all tests pass" beside tests that were skipped, failed or put off.
import type { Passage } from './passages.ts'
import { isForWhole, isSetApart, isUnder } from './place.ts'
import { findingOf } from './rule.ts'
import type { FindContradictions } from './rule.ts'
import type { Scene } from './scene.ts'

/** The noun and its plural, as both sides may name it. */
const ALL_OF =
  /\b(?:all|every|100\s?%(?: of)?|alle|sämtliche|tous|toutes|todos|todas|tüm)\s+(?:\p{L}+\s+){0,2}?(tests?|checks?|gates?|scans?|suites?|requirements?|endpoints?|services?|migrations?|controls?|alerts?|prüfungen|anforderungen|exigences|pruebas|requisitos|testler)\s*:?\s*(?:\p{L}+\s+){0,2}?[✅]?\s*(?:pass|passing|passed|green|succeed|succeeded|met|implemented|complete|completed|bestanden|erfüllt|grün|réussi|réussis|passés|passent|superad|pasan|aprobad|geçti)/iu
const FULL_COVERAGE = /\b(?:full|complete|100\s?%)\s+(test) coverage\b/i
const EXCEPTION =
  /(?<![\d.,])([1-9][\d,]{0,6})\s+(?:\p{L}+\s+){0,2}?(?:skipped|failed|failing|failures?|flaky|quarantined|disabled|xfail(?:ed)?|deferred|postponed|not run|übersprungen|fehlgeschlagen|ignorés|échoués|omitid[oa]s|fallid[oa]s|atlandı|başarısız)\b/iu
/** "3 tests fail": the things stand between the number and the verb. */
const FAILING =
  /(?<![\d.,])[1-9][\d,]{0,6}\s+(?:\p{L}+\s+)?(?:tests?|checks?|gates?|scans?|suites?|prüfungen|pruebas)\s+(?:still\s+|noch\s+)?(?:fail|fails|schlagen\s+(?:noch\s+)?fehl|échouent|fallan)\b/iu
/** Figures that a sentence itself calls old or repaired. */
const NO_LONGER =
  /\b(?:fixed|previously|earlier|first run|initially|was|were|before|retried|then passed|behoben|zuvor|corrigé|antes|önce)\b/iu

/** Claims and exceptions that are held against each other. */
const CLAIM_LIMIT = 200
const EXCEPTION_LIMIT = 200

export const findExceptions: FindContradictions = (scene) => {
  const found = scene.outline.passages.filter(
    (passage) =>
      (EXCEPTION.test(passage.text) || FAILING.test(passage.text)) &&
      !NO_LONGER.test(passage.text) &&
      !isSetApart(scene.outline, passage) &&
      !isUnder(scene.outline, passage, 'headLimits'),
  )
  if (found.length === 0) return []
  const exceptions = new Set(found.slice(0, EXCEPTION_LIMIT))
  const claims = scene.outline.passages.filter(({ text }) => mayClaimAll(text))
  return claims.slice(0, CLAIM_LIMIT).flatMap((claim) => {
    const all = allOf(claim)
    if (all === undefined || isSetApart(scene.outline, claim)) return []
    const against = exceptionsOf(scene, claim, all, exceptions)
    if (against.length === 0) return []
    return [
      findingOf({
        rule: 'R4',
        verdict: 'CONTRADICTED',
        claim,
        against,
        message: `All ${all.noun}s are said to hold, and the document names exceptions`,
      }),
    ]
  })
}

function mayClaimAll(text: string): boolean {
  return ALL_OF.test(text) || FULL_COVERAGE.test(text)
}

interface AllOf {
  /** In the singular. */
  readonly noun: string
  /** Unit, integration and the like, when the claim is about one kind. */
  readonly kind?: string
}

const KIND = /\b(?:unit|integration|e2e|end-to-end|smoke|load|contract|regression)\b/gi

function allOf({ text, tags, glyph }: Passage): AllOf | undefined {
  if (glyph === 'both' || glyph === 'open' || tags.has('future') || tags.has('condition'))
    return undefined
  if (tags.has('negation') || text.endsWith('?')) return undefined
  const match = ALL_OF.exec(text) ?? FULL_COVERAGE.exec(text)
  if (match === null) return undefined
  const kind = match[0].match(KIND)?.[0].toLowerCase()
  return {
    noun: match[1]!.toLowerCase().replace(/s$/, ''),
    ...(kind === undefined ? {} : { kind }),
  }
}

/** "All unit tests pass" and skipped integration tests go together. */
function isOtherKind({ text }: Passage, { kind }: AllOf): boolean {
  const kinds = text.match(KIND)?.map((each) => each.toLowerCase()) ?? []
  return kind !== undefined && kinds.length > 0 && !kinds.includes(kind)
}

/** In the same sentence or row; else, where the claim is for the whole document, of the same things. */
function exceptionsOf(
  { outline }: Scene,
  claim: Passage,
  all: AllOf,
  exceptions: ReadonlySet<Passage>,
): Passage[] {
  const isOwn = exceptions.has(claim) && !isOtherKind(claim, all)
  const isWhole = claim.kind === 'row' || isForWhole(outline, claim)
  const others = [...exceptions].filter((passage) => {
    if (passage === claim || (passage.section !== claim.section && !isWhole)) return false
    return speaksOf(passage, all.noun) && !isOtherKind(passage, all)
  })
  return isOwn ? [claim, ...others] : others
}

function speaksOf({ text, label }: Passage, noun: string): boolean {
  const about = `${label ?? ''} ${text}`.toLowerCase()
  return about.includes(noun) || (noun === 'test' && /\b\d+ passed\b/.test(about))
}
