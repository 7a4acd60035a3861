// Reads a whole first-version table: one survey per tenant, then the same rows again as facts.
import type { Digest, SqlTx } from '../../kernel/index.ts'
import { ledgerFault } from '../errors.ts'
import type { LedgerFact } from '../model.ts'
import { V1Chain } from './chain.ts'
import type { V1Prefix, V1Row, V1Survey } from './chain.ts'
import type { StreamHash } from './ports.ts'
import { readV1Rows } from './store.ts'
import type { HeldTable } from './store.ts'

/** Canonical bytes that a row may have within its entry's payload; the rest is for the words around it. */
const LINE_LIMIT_CHARACTERS = 120_000

/** What every entry about the first version is about. */
export const V1_SUBJECT = 'ledger-v1'

interface SurveyTerms {
  readonly digest: Digest
  readonly openHash: () => StreamHash
  /** Whose rows they are when the table does not say. */
  readonly tenantId: string
  /** What each tenant's log holds already. */
  readonly prefixes: ReadonlyMap<string, V1Prefix>
}

/** @throws LEDGER_V1_REFUSED for a table without rows, or with a row that fits into no entry */
export async function surveyV1(
  tx: SqlTx,
  table: HeldTable,
  terms: SurveyTerms,
): Promise<readonly V1Survey[]> {
  const chains = new Map<string, V1Chain>()
  for await (const rows of readV1Rows(tx, table))
    for (const row of rows) {
      const tenantId = ownerOf(row, terms.tenantId)
      let chain = chains.get(tenantId)
      if (chain === undefined) {
        const known = terms.prefixes.get(tenantId)
        chain = new V1Chain(terms, table.description, tenantId, known)
        chains.set(tenantId, chain)
      }
      if (row.line.length > LINE_LIMIT_CHARACTERS)
        throw ledgerFault(
          'LEDGER_V1_REFUSED',
          `expected rows of at most ${LINE_LIMIT_CHARACTERS} characters, got ${row.line.length} at ${String(row.at)}`,
        )
      chain.add(row)
    }
  // A tenant whose every row went away must not be forgotten.
  for (const [tenantId, known] of terms.prefixes)
    if (!chains.has(tenantId))
      chains.set(tenantId, new V1Chain(terms, table.description, tenantId, known))
  if (chains.size === 0)
    throw ledgerFault('LEDGER_V1_REFUSED', `expected rows in ${table.name}, got none`)
  return [...chains.values()].map((chain) => chain.end())
}

/** Rows that are not in their log yet, as facts, in lots of one tenant. */
export async function* importV1(
  tx: SqlTx,
  table: HeldTable,
  terms: Pick<SurveyTerms, 'tenantId' | 'prefixes'> & { readonly actor: string },
): AsyncGenerator<{ readonly tenantId: string; readonly facts: readonly LedgerFact[] }> {
  const positions = new Map<string, number>()
  for await (const rows of readV1Rows(tx, table)) {
    const lots = new Map<string, LedgerFact[]>()
    for (const row of rows) {
      const tenantId = ownerOf(row, terms.tenantId)
      const position = positions.get(tenantId) ?? 0
      positions.set(tenantId, position + 1)
      if (position < (terms.prefixes.get(tenantId)?.rows ?? 0)) continue
      const lot = lots.get(tenantId) ?? []
      lots.set(tenantId, lot)
      lot.push(importFact(row, position, terms.actor))
    }
    for (const [tenantId, facts] of lots) yield { tenantId, facts }
  }
}

/** The original hash lies inside the commitment, not in the open: a hash of what can be guessed would outlive an erasure. */
function importFact(row: V1Row, position: number, actor: string): LedgerFact {
  const { hash, prev, line } = row
  return {
    type: 'v1.import',
    actor,
    subject: V1_SUBJECT,
    payload: { position, hash, prev, row: line },
    refs: [],
  }
}

function ownerOf(row: V1Row, tenantId: string): string {
  return row.tenant ?? tenantId
}
