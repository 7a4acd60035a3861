// Routes of actions: preview one by name, see what a token stands for, carry it out.
import { z } from 'zod'
import { defineRoute } from '../kernel/index.ts'
import type { Action, Route } from '../kernel/index.ts'
import { actionFault } from './errors.ts'
import type { Actions } from './service.ts'
import { actionsSchema, issuedSchema, resultSchema, shownSchema } from './answers.ts'

const tokenSchema = z.strictObject({ token: z.string().min(1).max(100) })
const previewSchema = z.strictObject({ params: z.json() })
/** Of an API key that an action made. */
const KEY_SECRET = { members: ['key'], recovery: 'Revoke the key, and make another.' }
const TOKEN_SECRET = { members: ['token'], recovery: 'Preview again.' }

/** @param registered the actions that slices bring, in floor order */
export function makeActionRoutes(
  actions: Actions,
  registered: readonly Action[],
): readonly Route[] {
  const find = (name: string): Action => {
    const action = registered.find((each) => each.name === name)
    if (action !== undefined) return action
    throw actionFault(
      'ACTION_UNKNOWN',
      `expected one of ${registered.map((each) => each.name).join(', ')}, got ${JSON.stringify(name.slice(0, 100))}`,
    )
  }
  return [
    {
      method: 'GET',
      path: '/v1/actions',
      summary: 'List what is done only after a preview, and what of it asks a second person',
      access: 'read',
      answer: { data: actionsSchema },
      handle: () =>
        Promise.resolve({
          data: registered.map(({ name, summary, access = 'write', asksSecondPerson = false }) => ({
            name,
            summary,
            access,
            asksSecondPerson,
          })),
        }),
    },
    defineRoute({
      method: 'POST',
      path: '/v1/actions/:name/previews',
      summary: 'Show what an action would do, and the token that carries out exactly that',
      access: 'write',
      body: previewSchema,
      answer: { statuses: [201], data: issuedSchema, secrets: TOKEN_SECRET },
      async handle({ principal, params, body }) {
        const action = find(params['name'] ?? '')
        return {
          status: 201,
          data: await actions.preview(principal, action, body.params),
        }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/action-tokens/read',
      summary: 'Show what a token was shown for; the token stays as it is',
      access: 'write',
      repetition: 'harmless',
      body: tokenSchema,
      answer: { data: shownSchema },
      async handle({ principal, body }) {
        const shown = await actions.read(principal, body.token)
        const { action, params, preview, expiresAt, asksSecondPerson } = shown
        const previewedBy = shown.principal
        return { data: { action, params, preview, expiresAt, previewedBy, asksSecondPerson } }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/action-tokens/confirm',
      summary: 'Carry out what was previewed, once; refused with a fresh preview when it changed',
      access: 'write',
      // Whoever is the second person gives their word with it.
      asksProof: async ({ principal, body }) => {
        const { action, asksSecondPerson } = await actions.read(principal, body.token)
        return asksSecondPerson || find(action).asksProof === true
      },
      body: tokenSchema,
      answer: { data: resultSchema, secrets: KEY_SECRET },
      async handle({ principal, body }) {
        const { token } = body
        const { action } = await actions.read(principal, token)
        return { data: await actions.confirm(principal, find(action), token) }
      },
    }),
  ]
}
