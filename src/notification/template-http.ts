// Routes of templates: set, list, remove, preview and send.
import { z } from 'zod'
import { defineRoute } from '../kernel/index.ts'
import type { Route } from '../kernel/index.ts'
import { sentSchema } from './answers.ts'
import { channelName, NAME_POSITION } from './channel-http.ts'
import { channelsSchema, urgencySchema } from './message-http.ts'
import { TEXT_LIMIT_LENGTH, TITLE_LIMIT_LENGTH } from './notice.ts'
import type { Templates } from './templates.ts'
import { nextOf, pageShape, readPage } from '../web/index.ts'
import type { PagedList } from '../web/index.ts'

const VALUE_LIMIT_LENGTH = 500

const setSchema = z.strictObject({
  title: z
    .string()
    .min(1)
    .max(TITLE_LIMIT_LENGTH)
    .regex(/^[^\p{Cc}]*$/u, 'expected one line'),
  text: z.string().max(TEXT_LIMIT_LENGTH),
})
const filling = {
  release: z.string().min(3).max(300),
  given: z
    .record(z.string().regex(/^[a-z][A-Za-z0-9-]{0,59}$/), z.string().max(VALUE_LIMIT_LENGTH))
    .default({}),
  urgency: urgencySchema,
}
const templateSchema = z.strictObject({
  name: channelName,
  title: z.string(),
  text: z.string(),
  contentHash: z.string(),
  changedAt: z.iso.datetime(),
  changedBy: z.string(),
})
const filledSchema = z.strictObject({
  template: z.string(),
  templateHash: z.string(),
  contentHash: z.string(),
  title: z.string(),
  text: z.string(),
})

const TEMPLATES: PagedList = {
  name: 'templates',
  position: NAME_POSITION,
  limitDefault: 200,
}

export function makeTemplateRoutes(templates: Templates): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/templates',
      summary: 'List the templates of messages in pages, by name',
      access: 'read',
      query: z.strictObject(pageShape),
      answer: { data: z.array(templateSchema), isPaged: true },
      async handle({ principal, query }) {
        const page = readPage(TEMPLATES, query)
        const rows = await templates.list(principal.tenantId, page)
        return { data: rows, next: nextOf(TEMPLATES, page, rows, ({ name }) => name) }
      },
    }),
    defineRoute({
      method: 'PUT',
      path: '/v1/templates/:template',
      summary: 'Set a template of messages; a slot that there is not is refused',
      access: 'write',
      params: z.object({ template: channelName }),
      body: setSchema,
      answer: { data: templateSchema },
      async handle({ principal, params, body }) {
        return { data: await templates.set(principal, params.template, body) }
      },
    }),
    {
      method: 'DELETE',
      path: '/v1/templates/:template',
      summary: 'Remove a template of messages',
      access: 'write',
      answer: { data: z.null() },
      async handle({ principal, params }) {
        await templates.remove(principal, params['template'] ?? '')
        return { data: null }
      },
    },
    defineRoute({
      method: 'POST',
      path: '/v1/templates/:template/preview',
      summary: 'Fill a template from the facts of a release, and send nothing',
      access: 'read',
      body: z.strictObject(filling),
      answer: { data: filledSchema },
      async handle({ principal, params, body }) {
        const { notice, ...rest } = await templates.fill(
          principal.tenantId,
          params['template'] ?? '',
          body,
        )
        return { data: { ...rest, title: notice.title, text: notice.text } }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/templates/:template/send',
      summary: 'Fill a template from the facts of a release, and send it over channels once',
      access: 'write',
      body: z.strictObject({ ...filling, channels: channelsSchema }),
      answer: { statuses: [202], data: sentSchema },
      async handle({ principal, params, body }) {
        const { channels, ...rest } = body
        const name = params['template'] ?? ''
        return { status: 202, data: await templates.send(principal, name, rest, channels) }
      },
    }),
  ]
}
