// Which findings still count once VEX statements are heard; whatever a statement does not clearly cover stays.
import { comparableId, coversId } from './package-url.ts'
import type { ComparableId } from './package-url.ts'
import { ReportMismatch } from './report.ts'
import type { ReportFinding, VexProduct, VexStatement } from './report.ts'

/** Products and parts that statements may name for one vulnerability; each is compared with each finding of it. */
export const STATEMENT_LIMIT = 500

export interface WeighedFindings {
  readonly affected: readonly ReportFinding[]
  /** Cleared by the report's own analysis or by a statement. */
  readonly clearedCount: number
}

interface Claim {
  readonly products: readonly ComparableId[]
  /** Empty: the claim is about the whole product. */
  readonly parts: readonly ComparableId[]
  readonly isClearing: boolean
  readonly atMs: number
}

/**
 * Findings that no statement clears. A statement clears one when it names the vulnerability, covers the product (what
 * was found, or `product`, what was scanned), says `fixed` or gives a reason for `not_affected`, is dated, and is the
 * newest to do so; a statement without a product or a date clears nothing. With several products each has to be cleared.
 * @throws ReportMismatch when more is stated of one vulnerability than is compared
 */
export function weighFindings(
  findings: readonly ReportFinding[],
  statements: readonly VexStatement[],
  product: string | undefined,
): WeighedFindings {
  const claims = claimsById(statements)
  const scanned = product === undefined ? undefined : comparableId(product)
  const affected = findings.filter((finding) => {
    if (finding.cleared !== undefined) return false
    const own = finding.ids.flatMap((id) => claims.get(id.toUpperCase()) ?? [])
    if (own.length === 0) return true
    if (finding.products.length === 0) return !isCleared(own, undefined, scanned)
    return !finding.products.every((each) => isCleared(own, comparableId(each), scanned))
  })
  return { affected, clearedCount: findings.length - affected.length }
}

function claimsById(statements: readonly VexStatement[]): ReadonlyMap<string, readonly Claim[]> {
  const out = new Map<string, Claim[]>()
  const named = new Map<string, number>()
  for (const statement of statements) {
    const isClearing =
      statement.status === 'fixed' || (statement.status === 'not_affected' && statement.hasReason)
    // Undated, a clearing claim cannot be known to be the newest; any other is heard as if it were.
    if (isClearing && statement.atMs === undefined) continue
    const atMs = statement.atMs ?? Number.POSITIVE_INFINITY
    const claims = statement.products.map((each) => ({ ...idsOf(each), isClearing, atMs }))
    const size = claims.reduce(
      (sum, { products, parts }) => sum + products.length + parts.length,
      0,
    )
    for (const id of new Set(statement.ids.map((each) => each.toUpperCase()))) {
      const count = (named.get(id) ?? 0) + size
      if (count > STATEMENT_LIMIT) {
        throw new ReportMismatch(
          `expected at most ${STATEMENT_LIMIT} products in the statements about ${id.slice(0, 60)}, got more`,
        )
      }
      named.set(id, count)
      const known = out.get(id) ?? []
      known.push(...claims)
      out.set(id, known)
    }
  }
  return out
}

function idsOf(product: VexProduct): Pick<Claim, 'products' | 'parts'> {
  return {
    products: product.ids.map(comparableId),
    parts: product.parts.flat().map(comparableId),
  }
}

function isCleared(
  claims: readonly Claim[],
  found: ComparableId | undefined,
  scanned: ComparableId | undefined,
): boolean {
  const covering = claims.filter((claim) => coversFinding(claim, found, scanned))
  const newestMs = covering.reduce((newest, { atMs }) => Math.max(newest, atMs), -Infinity)
  const newest = covering.filter((claim) => claim.atMs === newestMs)
  return newest.length > 0 && newest.every((claim) => claim.isClearing)
}

function coversFinding(
  claim: Claim,
  found: ComparableId | undefined,
  scanned: ComparableId | undefined,
): boolean {
  const names = (id: ComparableId | undefined): boolean =>
    id !== undefined && claim.products.some((each) => coversId(each, id))
  if (claim.parts.length === 0) return names(found) || names(scanned)
  return names(scanned) && found !== undefined && claim.parts.some((each) => coversId(each, found))
}
