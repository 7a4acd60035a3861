// Routes of releases.
import { z } from 'zod'
import { defineRoute } from '../kernel/index.ts'
import type { DataAnswer, Route } from '../kernel/index.ts'
import { exitCodeOfVerdict, PHASES } from '../verdict/index.ts'
import { makeDocumentRoutes } from './document-http.ts'
import { makeRegisterRoutes } from './register-http.ts'
import type { Releases } from './service.ts'
import type { DecidedRelease } from './model.ts'
import { parseReleaseName } from '../gates/index.ts'
import { environmentShape, releaseOf } from './release-query.ts'
import { decidedSchema, openedSchema, replayedSchema, reviewSchema } from './answers.ts'

const openSchema = z.strictObject({
  service: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}]+$/u),
  version: z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}]+$/u),
  author: z.string().max(200).nullable(),
})

// Names that were kept by an older version say no environment.
const reviewName = z.object({
  release: z.string(),
  subject: z.object({ environment: z.string() }).exactOptional(),
})
const phaseQuery = z.strictObject({ phase: z.enum(PHASES).optional(), ...environmentShape })

export function makeReleaseRoutes(releases: Releases): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/v1/releases',
      summary: 'Open a release and name who wrote the change',
      access: 'write',
      environment: 'none',
      body: openSchema,
      answer: { statuses: [201], data: openedSchema },
      async handle({ principal, body }) {
        const { author, ...release } = body
        await releases.open(principal.tenantId, principal.id, release, author)
        return { status: 201, data: release }
      },
    }),
    {
      method: 'POST',
      path: '/v1/sign-offs',
      summary: 'Accept a role’s signed sign-off or rejection',
      access: 'write',
      asksProof: 'always',
      environment: ({ principal, body }) =>
        releases.environmentOfSignOff(principal.tenantId, body as Uint8Array),
      accepts: 'bytes',
      answer: {
        statuses: [201],
        data: reviewSchema,
        reread: {
          name: (data) => reviewName.parse(data),
          read({ principal }, name) {
            const { release, subject } = reviewName.parse(name)
            const environment = subject?.environment
            return releases.review(principal.tenantId, {
              ...parseReleaseName(release),
              environment,
            })
          },
        },
      },
      async handle({ principal, body }) {
        return { status: 201, data: await releases.signOff(principal, body as Uint8Array) }
      },
    },
    ...makeRegisterRoutes(releases),
    defineRoute({
      method: 'GET',
      path: '/v1/releases/:service/:version',
      summary: 'Read a release: what a person would sign',
      access: 'read',
      query: phaseQuery,
      answer: { data: reviewSchema },
      async handle(input) {
        const review = await releases.review(
          input.principal.tenantId,
          releaseOf(input),
          input.query.phase,
        )
        return { data: review }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/releases/:service/:version/decisions',
      summary: 'Take and record the decision',
      access: 'write',
      query: phaseQuery,
      async environment(input) {
        const { tenantId } = input.principal
        const { subject } = await releases.review(tenantId, releaseOf(input), input.query.phase)
        return subject.environment
      },
      // It signs a checkpoint, and verifies the whole log before it writes.
      repetition: 'own',
      answer: { statuses: [201], data: decidedSchema },
      async handle({ principal, params, query, keep }) {
        const answerOf = (decided: DecidedRelease): DataAnswer => ({
          status: 201,
          data: { ...decided, exit: exitCodeOfVerdict(decided.verdict.value) },
        })
        const { tenantId } = principal
        return answerOf(
          await releases.decide(
            tenantId,
            releaseOf({ params, query }),
            query.phase,
            keep && ((tx, decided) => keep(tx, answerOf(decided))),
          ),
        )
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/releases/:service/:version/replay',
      summary: 'Decide the newest decision again from its frozen inputs',
      access: 'read',
      query: z.strictObject(environmentShape),
      answer: { data: replayedSchema },
      async handle(input) {
        const replayed = await releases.replay(input.principal.tenantId, releaseOf(input))
        return { data: { ...replayed, exit: exitCodeOfVerdict(replayed.verdict.value) } }
      },
    }),
    ...makeDocumentRoutes(releases),
  ]
}
