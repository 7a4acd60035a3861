// Routes of rules: set, list, remove.
import { z } from 'zod'
import { defineRoute } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import { channelName, NAME_POSITION } from './channel-http.ts'
import { channelsSchema } from './message-http.ts'
import { RULE_EVENTS } from './rule-events.ts'
import type { Rules } from './rules.ts'
import { nextOf, pageShape, readPage } from '../web/index.ts'
import type { PagedList } from '../web/index.ts'

const QUIET_DEFAULT_MINUTES = 60
const QUIET_LIMIT_MINUTES = 7 * 24 * 60

const wish = {
  events: z.array(z.enum(RULE_EVENTS)).min(1).max(RULE_EVENTS.length),
  channels: channelsSchema,
  subject: z.string().min(1).max(300).default('*'),
  quietMinutes: z.int().min(0).max(QUIET_LIMIT_MINUTES).default(QUIET_DEFAULT_MINUTES),
}
const ruleSchema = z.strictObject({
  name: channelName,
  events: z.array(z.enum(RULE_EVENTS)),
  channels: z.array(z.string()),
  subject: z.string(),
  quietMinutes: z.int(),
  createdAt: z.iso.datetime(),
  createdBy: z.string(),
})

const RULES: PagedList = {
  name: 'notification-rules',
  position: NAME_POSITION,
  limitDefault: 200,
}

export function makeRuleRoutes(rules: Rules): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/notification-rules',
      summary: 'List in pages, by name, which facts of the ledger go over which channels',
      access: 'read',
      query: z.strictObject(pageShape),
      answer: { data: z.array(ruleSchema), isPaged: true },
      async handle({ principal, query }) {
        const page = readPage(RULES, query)
        const rows = await rules.list(principal.tenantId, page)
        return { data: rows, next: nextOf(RULES, page, rows, ({ name }) => name) }
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/v1/notification-rules/:rule',
      summary: 'Have facts of the ledger sent over channels as they happen',
      access: 'admin',
      params: z.object({ rule: channelName }),
      body: z.strictObject(wish),
      answer: { data: ruleSchema },
      async handle({ principal, params, body }) {
        return { data: await rules.set(principal, params.rule, body) }
      },
    }),
    {
      method: 'DELETE',
      path: '/v1/notification-rules/:rule',
      summary: 'Remove a rule',
      access: 'admin',
      answer: { data: z.null() },
      async handle({ principal, params }) {
        await rules.remove(principal, params['rule'] ?? '')
        return { data: null }
      },
    },
  ]
}
