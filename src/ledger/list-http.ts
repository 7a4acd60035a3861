// The route that lists entries of the log, the oldest first or the newest, and how an entry is shown.
import { z } from 'zod'
import { defineRoute, hexOf } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import { decodeLeaf } from '../proof/index.ts'
import { entriesSchema } from './answers.ts'
import { PAGE_LIMIT } from './model.ts'
import type { Ledger, LedgerEntry } from './model.ts'

/** A position in the log, as text of a query. */
export const position = z
  .string()
  .regex(/^(?:0|[1-9][0-9]{0,15})$/, 'expected a whole number')
  .transform(Number)

const listSchema = z.strictObject({
  from: position.optional(),
  /** Exclusive; where a page of the newest goes on, `nextSeq` names it. */
  before: position.optional(),
  order: z.enum(['oldest', 'newest']).optional(),
  limit: position.pipe(z.int().min(1).max(PAGE_LIMIT)).optional(),
  type: z.string().max(100).optional(),
  subject: z.string().max(300).optional(),
  epoch: position.pipe(z.int().min(1).max(1_000_000)).optional(),
})

export function listRoute(ledger: Ledger): Route {
  return defineRoute({
    method: 'GET',
    path: '/v1/ledger/entries',
    summary: 'List entries of the log, the oldest first or the newest',
    access: 'read',
    query: listSchema,
    answer: { data: entriesSchema },
    async handle({ principal, query }) {
      const { from, before, order, limit, type, subject, epoch } = query
      const page = await ledger.list(principal.tenantId, {
        isNewestFirst: order === 'newest',
        ...(from === undefined ? {} : { fromSeq: from }),
        ...(before === undefined ? {} : { beforeSeq: before }),
        ...(limit === undefined ? {} : { limit }),
        ...(type === undefined ? {} : { type }),
        ...(subject === undefined ? {} : { subject }),
        ...(epoch === undefined ? {} : { epoch }),
      })
      return { data: { entries: page.entries.map(presentEntry), nextSeq: page.nextSeq ?? null } }
    },
  })
}

/** An entry as the API shows it. */
export function presentEntry(entry: LedgerEntry): Record<string, unknown> {
  const leaf = decodeLeaf(entry.leaf)
  return {
    seq: entry.seq,
    time: new Date(entry.timeMs).toISOString(),
    leafHash: hexOf(entry.leafHash),
    prev: leaf.ok ? hexOf(leaf.value.prev) : null,
    body: entry.body,
    ...(entry.erasedBy === undefined ? {} : { erasedBy: entry.erasedBy }),
  }
}
