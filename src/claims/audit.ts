// The audit of a report: claims, findings and what follows from both; a pure function of the bytes given.
import type { ReadingText } from '../document/index.ts'
import { findBorneOut } from './arithmetic.ts'
import { extractClaims, verdictOfSupport } from './extract.ts'
import type { FoundClaim } from './extract.ts'
import { findLedgerGaps } from './ledger-gaps.ts'
import { CLAIM_VERDICTS } from './model.ts'
import type {
  AreaLevel,
  AuditReport,
  Claim,
  ClaimFinding,
  ClaimVerdict,
  LadderLevel,
} from './model.ts'
import { CLAIM_RULES } from './rules.ts'
import type { Asides } from './rule.ts'
import { readScene } from './scene.ts'
import type { Scene } from './scene.ts'

/** Findings that are listed; further ones would only repeat what the first thousand say. */
export const FINDING_LIMIT = 1_000

export function auditScene(scene: Scene, asides: Asides = {}): AuditReport {
  const { claims: found, isCut } = extractClaims(scene, asides)
  const findings = CLAIM_RULES.flatMap(({ find }) => find?.(scene, asides) ?? [])
    .concat(
      asides.ledger === undefined
        ? []
        : findLedgerGaps(
            asides.ledger,
            scene,
            found.map(({ stated }) => stated),
          ),
    )
    .sort(
      (a, b) =>
        a.claim.line - b.claim.line || orderOf(a) - orderOf(b) || a.against.line - b.against.line,
    )
    .slice(0, FINDING_LIMIT)
  const claims = withClaimsOfFindings(judgeClaims(scene, found, findings), findings)
  return {
    claims,
    findings,
    counts: countsOf(claims),
    areas: areasOf(claims, scene),
    blocking: findings
      .filter(({ level }) => level === 'error')
      .map(({ rule, claim, against }) => `${rule} ${claim.line} against ${placeOf(against)}`),
    read: {
      lines: scene.lineCount,
      passages: scene.outline.passages.length,
      languages: scene.lexicon.codes,
      isCut,
    },
  }
}

/** @throws DOCUMENT_NESTING_EXCEEDED, CLAIMS_REPORT_SIZE_EXCEEDED */
export function auditReport(reading: ReadingText, asides: Asides = {}): AuditReport {
  return auditScene(readScene(reading), asides)
}

function placeOf({ line, document }: ClaimFinding['against']): string {
  return document === undefined ? String(line) : `${document}:${line}`
}

function orderOf({ rule }: ClaimFinding): number {
  return CLAIM_RULES.findIndex(({ id }) => id === rule)
}

const WORST: readonly ClaimVerdict[] = ['CONTRADICTED', 'OVERSTATED', 'UNSUPPORTED']

/** A finding of level error decides what its claim is worth; a note does not. */
function judgeClaims(
  scene: Scene,
  found: readonly FoundClaim[],
  findings: readonly ClaimFinding[],
): Claim[] {
  const against = new Map<string, ClaimVerdict>()
  for (const { level, claim, verdict } of findings) {
    if (level !== 'error') continue
    const key = `${claim.line} ${claim.text}`
    const known = against.get(key)
    if (known === undefined || WORST.indexOf(verdict) < WORST.indexOf(known))
      against.set(key, verdict)
  }
  const borneOut = findBorneOut(scene.outline.passages)
  return found.map(({ stated: { passage }, claim, isSubjective }) => ({
    ...claim,
    verdict:
      against.get(`${claim.line} ${claim.text}`) ??
      (borneOut.has(passage.index) ? 'SUPPORTED' : verdictOfSupport(claim.support, isSubjective)),
  }))
}

/** What a finding quotes as a claim is listed as one, even where no type was seen in it. */
function withClaimsOfFindings(
  claims: readonly Claim[],
  findings: readonly ClaimFinding[],
): Claim[] {
  const known = new Set(claims.map(({ line, text }) => `${line} ${text}`))
  const missing = new Map<string, Claim>()
  for (const { claim, verdict, level } of findings) {
    const key = `${claim.line} ${claim.text}`
    if (known.has(key) || missing.has(key) || level !== 'error') continue
    missing.set(key, { ...claim, type: 'T1', level: null, support: 'S0', verdict, area: [] })
  }
  return [...claims, ...missing.values()].sort((a, b) => a.line - b.line)
}

function countsOf(claims: readonly Claim[]): Record<ClaimVerdict, number> {
  const counts = Object.fromEntries(CLAIM_VERDICTS.map((verdict) => [verdict, 0])) as Record<
    ClaimVerdict,
    number
  >
  for (const { verdict } of claims) counts[verdict]++
  return counts
}

/** Per heading, the highest rung of a claim that nothing speaks against. */
function areasOf(claims: readonly Claim[], { outline }: Scene): AreaLevel[] {
  const levels = new Map<string, LadderLevel>()
  for (const { area, level, verdict } of claims) {
    const name = area.at(-1)
    if (
      name === undefined ||
      level === null ||
      verdict === 'CONTRADICTED' ||
      verdict === 'OVERSTATED'
    )
      continue
    levels.set(name, Math.max(levels.get(name) ?? 0, level) as LadderLevel)
  }
  const lines = new Map<string, number>()
  for (const { title, line } of outline.sections) if (!lines.has(title)) lines.set(title, line)
  return [...levels].map(([area, level]) => ({ area, level, line: lines.get(area) ?? 0 }))
}
