// Routes of releases.
import { z } from 'zod'
import { base64Of, defineRoute, utf8Text } from '../kernel/index.ts'
import type { DataAnswer, Route, RouteInput } from '../kernel/index.ts'
import { exitCodeOfVerdict, PHASES } from '../verdict/index.ts'
import { EXPORT_FORMATS, REPORT_KINDS } from '../report/index.ts'
import type { ExportFormat, ReportKind } from '../report/index.ts'
import { ATTESTED_FORMATS } from './attested.ts'
import type { AttestedFormat } from './attested.ts'
import { releaseFault } from './errors.ts'
import { makeRegisterRoutes } from './register-http.ts'
import type { Releases } from './service.ts'
import type { DecidedRelease } from './model.ts'
import type { SealedRelease } from './seal.ts'
import { parseReleaseName } from '../gates/index.ts'
import type { ReleaseKey } from './store.ts'
import {
  attestedSchema,
  decidedSchema,
  documentsSchema,
  openedSchema,
  replayedSchema,
  reportSchema,
  reviewSchema,
  sealedSchema,
} from './answers.ts'

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

const reviewName = z.object({ release: z.string() })
const phaseQuery = z.strictObject({ phase: z.enum(PHASES).optional() })
const bundleQuery = z.strictObject({ run: z.string().max(100).optional() })

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
          read: ({ principal }, name) =>
            releases.review(principal.tenantId, parseReleaseName(reviewName.parse(name).release)),
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
            releaseOf({ params }),
            query.phase,
            keep && ((tx, decided) => keep(tx, answerOf(decided))),
          ),
        )
      },
    }),
    {
      method: 'GET',
      path: '/v1/releases/:service/:version/replay',
      summary: 'Decide the newest decision again from its frozen inputs',
      access: 'read',
      answer: { data: replayedSchema },
      async handle(input) {
        const replayed = await releases.replay(input.principal.tenantId, releaseOf(input))
        return { data: { ...replayed, exit: exitCodeOfVerdict(replayed.verdict.value) } }
      },
    },
    ...makeDocumentRoutes(releases),
  ]
}

/** Routes that render: documents, reports, exports, bundles. */
function makeDocumentRoutes(releases: Releases): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/releases/:service/:version/documents',
      summary: 'Render the filled checklist and the report',
      access: 'read',
      answer: { data: documentsSchema },
      async handle(input) {
        const documents = await releases.documents(input.principal.tenantId, releaseOf(input))
        return {
          data: {
            filled: documents.filled === undefined ? null : base64Of(documents.filled),
            reportMarkdown: utf8Text(documents.reportMarkdown),
            reportHtml: utf8Text(documents.reportHtml),
            isDecided: documents.isDecided,
          },
        }
      },
    },
    {
      method: 'GET',
      path: '/v1/releases/:service/:version/reports/:kind',
      summary:
        'Render one report: decision, evaluation, readiness, closure, audit, metrics or diff',
      access: 'read',
      answer: { data: reportSchema },
      async handle(input) {
        const { tenantId } = input.principal
        const report = await releases.report(tenantId, releaseOf(input), kindOf(input))
        return {
          data: {
            markdown: utf8Text(report.markdown),
            html: utf8Text(report.html),
            isDecided: report.isDecided,
          },
        }
      },
    },
    {
      method: 'GET',
      path: '/v1/releases/:service/:version/exports/:format',
      summary:
        'The newest decision as vsa, svr, test-result (signed in-toto statements), junit or sarif',
      access: 'read',
      answer: { mediaType: 'application/octet-stream' },
      async handle(input) {
        const { tenantId } = input.principal
        const bytes = await releases.export(tenantId, releaseOf(input), formatOf(input))
        return { bytes, mediaType: 'application/octet-stream' }
      },
    },
    {
      method: 'POST',
      path: '/v1/releases/:service/:version/attestations/:format',
      summary:
        'The newest decision (decision, vsa, svr or test-result) as a Sigstore bundle: signed, in the system log, stamped',
      access: 'write',
      // It signs a checkpoint, for which its transactions have to be its own; a second bundle says the same.
      repetition: 'harmless',
      environment: 'none',
      answer: { statuses: [201], data: attestedSchema },
      async handle(input) {
        const format = attestedFormatOf(input)
        const { tenantId } = input.principal
        return { status: 201, data: await releases.attest(tenantId, releaseOf(input), format) }
      },
    },
    defineRoute({
      method: 'POST',
      path: '/v1/releases/:service/:version/bundles',
      summary:
        'Seal the newest decision into a bundle, kept as evidence under its digest; `?run=` adds the results of a run after the deploy',
      access: 'write',
      environment: 'none',
      query: bundleQuery,
      // It signs a checkpoint of what it appended.
      repetition: 'own',
      answer: { statuses: [201], data: sealedSchema },
      async handle({ principal, params, query, keep }) {
        const answerOf = ({ bundle, sizeBytes, trust }: SealedRelease): DataAnswer => ({
          status: 201,
          data: { bundle, sizeBytes, trust: utf8Text(trust) },
        })
        const { tenantId } = principal
        return answerOf(
          await releases.seal(
            tenantId,
            releaseOf({ params }),
            query.run,
            keep && ((tx, sealed) => keep(tx, answerOf(sealed))),
          ),
        )
      },
    }),
  ]
}

function releaseOf(input: Pick<RouteInput, 'params'>): ReleaseKey {
  return { service: input.params['service'] ?? '', version: input.params['version'] ?? '' }
}

function kindOf(input: Pick<RouteInput, 'params'>): ReportKind {
  const given = input.params['kind'] ?? ''
  const kind = REPORT_KINDS.find((known) => known === given)
  if (kind !== undefined) return kind
  throw releaseFault(
    'RELEASE_REPORT_UNKNOWN',
    `expected one of ${REPORT_KINDS.join(', ')}, got ${JSON.stringify(given.slice(0, 60))}`,
  )
}

function attestedFormatOf(input: Pick<RouteInput, 'params'>): AttestedFormat {
  return formatAmong(ATTESTED_FORMATS, input)
}

function formatOf(input: Pick<RouteInput, 'params'>): ExportFormat {
  return formatAmong(EXPORT_FORMATS, input)
}

function formatAmong<Format extends string>(
  formats: readonly Format[],
  input: Pick<RouteInput, 'params'>,
): Format {
  const given = input.params['format'] ?? ''
  const format = formats.find((known) => known === given)
  if (format !== undefined) return format
  throw releaseFault(
    'RELEASE_FORMAT_UNKNOWN',
    `expected one of ${formats.join(', ')}, got ${JSON.stringify(given.slice(0, 60))}`,
  )
}
