// Route of the audit log.
import { z } from 'zod'
import { defineRoute } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import { nextOf, pageShape, readPage } from '../web/index.ts'
import type { PagedList } from '../web/index.ts'
import { auditEntrySchema } from './answers.ts'
import { AUDIT_RESULTS } from './model.ts'
import type { AuditLog } from './service.ts'

const AUDIT: PagedList = { name: 'audit', position: /^\d{1,15}$/, limitDefault: 100 }

const instantSchema = z.iso.datetime({ offset: true })
const textSchema = z.string().min(1).max(500)

const listSchema = z.strictObject({
  ...pageShape,
  actor: textSchema.exactOptional(),
  action: textSchema.exactOptional(),
  resource: textSchema.exactOptional(),
  result: z.enum(AUDIT_RESULTS).exactOptional(),
  from: instantSchema.exactOptional(),
  until: instantSchema.exactOptional(),
})

export function makeAuditRoutes(audit: AuditLog): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/audit',
      summary: 'List the requests of the audit log, newest first, in pages',
      // The facts stand in the ledger that everybody of the tenant reads; searching them by person is an admin's business.
      access: 'admin',
      query: listSchema,
      answer: { data: z.array(auditEntrySchema), isPaged: true },
      async handle({ principal, query }) {
        const { limit: _limit, cursor: _cursor, ...filter } = query
        const page = readPage(AUDIT, query)
        const before = page.after === undefined ? undefined : Number(page.after)
        const data = await audit.page(principal.tenantId, filter, page.limit, before)
        return { data, next: nextOf(AUDIT, page, data, ({ seq }) => `${seq}`) }
      },
    }),
  ]
}
