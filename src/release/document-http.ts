// Routes that render a release: documents, reports, exports, bundles.
import { z } from 'zod'
import { base64Of, defineRoute, utf8Text } from '../kernel/index.ts'
import type { DataAnswer, Route, RouteInput } from '../kernel/index.ts'
import { EXPORT_FORMATS, REPORT_KINDS } from '../report/index.ts'
import type { ExportFormat, ReportKind } from '../report/index.ts'
import { attestedSchema, documentsSchema, reportSchema, sealedSchema } from './answers.ts'
import { ATTESTED_FORMATS } from './attested.ts'
import type { AttestedFormat } from './attested.ts'
import { releaseFault } from './errors.ts'
import { environmentShape, releaseOf } from './release-query.ts'
import type { SealedRelease } from './seal.ts'
import type { Releases } from './service.ts'

const environmentQuery = z.strictObject(environmentShape)
const bundleQuery = z.strictObject({ run: z.string().max(100).optional(), ...environmentShape })

/** Routes that render: documents, reports, exports, bundles. */
export function makeDocumentRoutes(releases: Releases): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v1/releases/:service/:version/documents',
      summary: 'Render the filled checklist and the report',
      access: 'read',
      query: environmentQuery,
      answer: { data: documentsSchema },
      async handle(input) {
        const documents = await releases.documents(input.principal.tenantId, releaseOf(input))
        return {
          data: {
            filled: documents.filled === undefined ? null : base64Of(documents.filled),
            reportMarkdown: utf8Text(documents.reportMarkdown),
            reportHtml: utf8Text(documents.reportHtml),
            isDecided: documents.isDecided,
            environment: documents.environment,
            ownEnvironment: documents.ownEnvironment,
          },
        }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/releases/:service/:version/reports/:kind',
      summary:
        'Render one report: decision, evaluation, readiness, closure, audit, metrics or diff',
      access: 'read',
      query: environmentQuery,
      answer: { data: reportSchema },
      async handle(input) {
        const { tenantId } = input.principal
        const report = await releases.report(tenantId, releaseOf(input), kindOf(input))
        return {
          data: {
            markdown: utf8Text(report.markdown),
            html: utf8Text(report.html),
            isDecided: report.isDecided,
            environment: report.environment,
            ownEnvironment: report.ownEnvironment,
          },
        }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/releases/:service/:version/exports/:format',
      summary:
        'The newest decision as vsa, svr, test-result (signed in-toto statements), junit or sarif',
      access: 'read',
      query: environmentQuery,
      answer: { mediaType: 'application/octet-stream' },
      async handle(input) {
        const { tenantId } = input.principal
        const bytes = await releases.export(tenantId, releaseOf(input), formatOf(input))
        return { bytes, mediaType: 'application/octet-stream' }
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/releases/:service/:version/attestations/:format',
      summary:
        'The newest decision (decision, vsa, svr or test-result) as a Sigstore bundle: signed, in the system log, stamped',
      access: 'write',
      // It signs a checkpoint, for which its transactions have to be its own; a second bundle says the same.
      repetition: 'harmless',
      environment: 'none',
      query: environmentQuery,
      answer: { statuses: [201], data: attestedSchema },
      async handle(input) {
        const format = attestedFormatOf(input)
        const { tenantId } = input.principal
        return { status: 201, data: await releases.attest(tenantId, releaseOf(input), format) }
      },
    }),
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
        const answerOf = ({
          bundle,
          sizeBytes,
          trust,
          environment,
          ownEnvironment,
        }: SealedRelease): DataAnswer => ({
          status: 201,
          data: { bundle, sizeBytes, trust: utf8Text(trust), environment, ownEnvironment },
        })
        const { tenantId } = principal
        return answerOf(
          await releases.seal(
            tenantId,
            releaseOf({ params, query }),
            query.run,
            keep && ((tx, sealed) => keep(tx, answerOf(sealed))),
          ),
        )
      },
    }),
  ]
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
