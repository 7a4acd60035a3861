// Routes of the graph: any query by POST, the board's own documents by GET.
import { z } from 'zod'
import { contentDigest, defineRoute, utf8Bytes } from '../kernel/index.ts'
import type { Digest, Route } from '../kernel/index.ts'
import { BOARD_DOCUMENTS } from './board-documents.ts'
import type { GraphEngine } from './engine.ts'
import { graphFault } from './errors.ts'

/** GraphQL over HTTP; what is refused as a whole is a problem document instead. */
const MEDIA_TYPE = 'application/graphql-response+json'
const VARIABLES_LIMIT_CHARACTERS = 4_000

const variables = z.record(z.string(), z.unknown())

const questionSchema = z.strictObject({
  query: z.string(),
  variables: variables.nullable().optional(),
  operationName: z.string().max(200).nullable().optional(),
  /** Clients send them; none is read. */
  extensions: z.record(z.string(), z.unknown()).nullable().optional(),
})

const documentQuery = z.strictObject({
  documentId: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'expected sha256: and 64 digits'),
  variables: z
    .string()
    .max(VARIABLES_LIMIT_CHARACTERS)
    .transform((text, { addIssue }) => {
      try {
        return variables.parse(JSON.parse(text))
      } catch {
        addIssue('expected a JSON object')
        return z.NEVER
      }
    })
    .optional(),
})

export function makeGraphRoutes(engine: GraphEngine, digest: Digest): readonly Route[] {
  const documents = new Map<string, string>(
    Object.values(BOARD_DOCUMENTS).map((text) => [
      contentDigest(digest.sha256(utf8Bytes(text))),
      text,
    ]),
  )
  return [
    defineRoute({
      method: 'POST',
      path: '/graphql',
      summary: 'Query the provenance graph (GraphQL); it reads and changes nothing',
      access: 'read',
      environment: 'none',
      repetition: 'harmless',
      body: questionSchema,
      answer: { mediaType: MEDIA_TYPE },
      async handle({ principal, body }) {
        return { bytes: await engine.answer(principal, body), mediaType: MEDIA_TYPE }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/graphql',
      summary: 'Answer a kept document of the provenance graph, named by its digest',
      access: 'read',
      query: documentQuery,
      answer: { mediaType: MEDIA_TYPE },
      async handle({ principal, query }) {
        const text = documents.get(query.documentId)
        if (text === undefined)
          throw graphFault(
            'GRAPH_DOCUMENT_UNKNOWN',
            `expected a kept document, got ${query.documentId}`,
          )
        const bytes = await engine.answer(principal, { query: text, variables: query.variables })
        return { bytes, mediaType: MEDIA_TYPE, etag: `"${contentDigest(digest.sha256(bytes))}"` }
      },
    }),
  ]
}
