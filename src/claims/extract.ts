// Which passages are claims, of which type, on which rung, and what supports them.
import { isPaper } from './closures.ts'
import type { Closure } from './closures.ts'
import { isBorneOutByGit } from './git-names.ts'
import { levelOf } from './ladder.ts'
import { bearOut } from './ledger-gaps.ts'
import type { StatedClaim } from './ledger-gaps.ts'
import type { Claim, ClaimType, ClaimVerdict, Support } from './model.ts'
import { isSetApart, isUnder, sectionsAround, quoteOf } from './place.ts'
import type { Passage } from './passages.ts'
import { pointersOf } from './pointers.ts'
import { isBorneOutByWorkflows } from './workflow-names.ts'
import type { Asides } from './rule.ts'
import type { Scene } from './scene.ts'
import { filesIn } from './subject.ts'
import { isBorneOutByTests } from './test-figures.ts'
import type { WholeVerdict } from './verdicts.ts'

/** Claims that are listed; a report with more is cut and says so. */
export const CLAIM_LIMIT = 20_000

const CAPABILITY =
  /\b(?:supports?|supported|enforces?|enforced|enforcement|automatic|automatically|automated|provides?|guarantees?|unterstützt|erzwingt|automatisch|prend en charge|automatique|soporta|automático|destekler|otomatik)\b/iu
const QUANTITY =
  /\d\s?(?:%|ms|s\b|k\b|rps|rpm|req|users?|connections?|tests?|files?|lines?|hours?|minutes?|days?|passed|GB|MB)|\bp\d{2}\b|\d+\s?\/\s?\d+|\d+x\b/iu
const EXISTS =
  /\b(?:created|added|file|workflow|dashboard|branch|script|erstellt|créé|creado|oluşturuldu)\b/iu
const TARGET = /[≤≥]|[<>]=?\s?\d/
/** A score is no detail. */
const SCORE = /\d+(?:\.\d+)?\s?\/\s?\d+/g
const DETAIL = /\d|\bno (?:major |critical |high |open )?findings\b/i
const POINTER = /https?:\/\/|\b(?:run|build|job|ticket|PR|commit|issue)\s?#?[0-9a-f]{2,}/i

export interface FoundClaim {
  readonly stated: StatedClaim
  readonly claim: Omit<Claim, 'verdict'>
  readonly isSubjective: boolean
}

export function extractClaims(
  scene: Scene,
  asides: Asides,
): { claims: FoundClaim[]; isCut: boolean } {
  const verdicts = new Map(scene.verdicts.map((verdict) => [verdict.passage.index, verdict]))
  const closures = new Map(scene.closures.map((closure) => [closure.passage.index, closure]))
  const claims: FoundClaim[] = []
  const areas = new Map<number, readonly string[]>()
  for (const passage of scene.outline.passages) {
    const type = claimTypeOf(scene, passage, verdicts, closures)
    if (type === undefined) continue
    if (claims.length >= CLAIM_LIMIT) return { claims, isCut: true }
    const closure = closures.get(passage.index)
    const verdict = verdicts.get(passage.index)
    const stated = {
      passage,
      type,
      ...(closure === undefined ? {} : { closure }),
      ...(verdict === undefined ? {} : { verdict }),
    }
    claims.push({
      stated,
      claim: claimOf(scene, asides, stated, areaOf(scene, areas, passage)),
      isSubjective: passage.tags.has('subjective'),
    })
  }
  return { claims, isCut: false }
}

function claimTypeOf(
  scene: Scene,
  passage: Passage,
  verdicts: ReadonlyMap<number, WholeVerdict>,
  closures: ReadonlyMap<number, Closure>,
): ClaimType | undefined {
  if (verdicts.has(passage.index)) return 'T6'
  if (!isAsserted(scene, passage, closures.has(passage.index))) return undefined
  const { tags, text, kind, codes } = passage
  if (tags.has('approve')) return 'T7'
  if (closures.has(passage.index) && !tags.has('level6')) return 'T1'
  const isPast =
    tags.has('level3') || tags.has('level4') || tags.has('level5') || tags.has('level6')
  if (isPast) return 'T4'
  if (tags.has('complete') || /🟢/u.test(text)) return 'T1'
  if (kind === 'heading') return undefined
  if (QUANTITY.test(text) && !TARGET.test(text)) return 'T2'
  if (tags.has('level2') || ((codes.length > 0 || filesIn(text).length > 0) && EXISTS.test(text)))
    return 'T3'
  if (CAPABILITY.test(text)) return 'T5'
  return tags.has('subjective') && kind !== 'row' ? 'T5' : undefined
}

/** Said of now or before, not of the future, of a condition, of a target, or with a no before it. */
function isAsserted({ outline }: Scene, passage: Passage, isClosed: boolean): boolean {
  const { glyph, box, tags, marks, kind, text } = passage
  if (glyph === 'both' || glyph === 'open' || box === 'open' || /[?:]$/.test(text)) return false
  if (isUnder(outline, passage, 'headRisks', 'headDemand')) return false
  // A label that speaks for the whole product claims something wherever it stands.
  const isOverall = passage.label !== undefined && tags.has('headWhole') && tags.has('product')
  if (isSetApart(outline, passage) && !isOverall) return false
  if (isClosed) return true
  if (kind === 'heading') return false
  if (tags.has('future') || tags.has('condition') || tags.has('demand')) return false
  if (marks.some(({ tag, at }) => (tag === 'expected' || tag === 'next') && at <= 1)) return false
  const said = marks.find(({ tag }) => tag === 'complete' || /^level[2-6]$/.test(tag))
  return !marks.some(
    ({ tag, at }) =>
      tag === 'negation' && (said === undefined || (at < said.at && at >= said.at - 3)),
  )
}

function claimOf(
  scene: Scene,
  asides: Asides,
  stated: StatedClaim,
  area: readonly string[],
): Omit<Claim, 'verdict'> {
  const { passage, type } = stated
  const evidence = asides.ledger === undefined ? undefined : bearOut(asides.ledger, scene, stated)
  const level = type === 'T2' || type === 'T7' ? null : levelOf(passage.marks)
  return {
    ...quoteOf(passage),
    type,
    level: level === null && isPaper(passage.text) && type === 'T1' ? 1 : level,
    support: evidence === undefined ? supportOf(scene, asides, passage) : 'S4',
    area,
    ...(evidence === undefined ? {} : { evidence }),
  }
}

/** Headings above a passage, outermost first; found once per section. */
function areaOf(
  { outline }: Scene,
  known: Map<number, readonly string[]>,
  passage: Passage,
): readonly string[] {
  const found = known.get(passage.section)
  if (found !== undefined) return found
  const area = sectionsAround(outline, passage)
    .map(({ title }) => quoteOf({ line: 0, text: title }).text)
    .reverse()
  known.set(passage.section, area)
  return area
}

function supportOf({ outline }: Scene, asides: Asides, passage: Passage): Support {
  const { files, tests, git, workflows } = asides
  if (tests !== undefined && isBorneOutByTests(outline, passage, tests)) return 'S3'
  if (git !== undefined && isBorneOutByGit(outline, passage, git)) return 'S3'
  if (workflows !== undefined && isBorneOutByWorkflows(outline, passage, workflows)) return 'S3'
  const paths = pointersOf(outline, passage)
  if (
    files !== undefined &&
    paths.length > 0 &&
    paths.every((path) => (files.get(path) ?? null) !== null)
  )
    return 'S3'
  const isPointer = passage.codes.some((code) => /[./]/.test(code) && !/\s/.test(code))
  if (isPointer || filesIn(passage.text).length > 0 || POINTER.test(passage.text)) return 'S2'
  return DETAIL.test(passage.text.replace(SCORE, ' ')) ? 'S1' : 'S0'
}

/** What a claim is worth when no rule speaks against it. */
export function verdictOfSupport(support: Support, isSubjective: boolean): ClaimVerdict {
  if (support === 'S3' || support === 'S4') return 'SUPPORTED'
  if (isSubjective) return 'UNVERIFIABLE'
  return support === 'S0' ? 'UNSUPPORTED' : 'WEAK'
}
