// Real mercurius and graphql-yoga servers on loopback over the schema of the corpus, with the guard or without it.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { createSchema, createYoga } from 'graphql-yoga'
import mercurius from 'mercurius'
import { guardMercurius, mercuriusGraphErrors, yogaGraphGuard } from '../src/guard/index.ts'
import type { GraphGuard } from '../src/guard/index.ts'
import { CORPUS_SCHEMA } from './graph-corpus.ts'

export interface GraphServer {
  readonly url: string
  close(): Promise<void>
}

interface Sliced {
  readonly first?: number | null
  readonly last?: number | null
  readonly limit?: number | null
}

/** A careless service: three items where the query does not say how many, and as many as it says where it does. */
function many({ first, last, limit }: Sliced): { id: string }[] {
  const length = Math.min(Math.abs(first ?? last ?? limit ?? 3), 1_000_000)
  return Array.from({ length }, (_, index) => ({ id: String(index) }))
}

const list = (_source: unknown, args: Sliced): { id: string }[] => many(args)
const one = (): { id: string } => ({ id: '1' })
const later = async (): Promise<{ id: string }> => ({ id: '1' })

const isUser = (): string => 'User'

const resolvers = {
  Query: {
    me: one,
    user: later,
    users: list,
    strict: list,
    paged: (_source: unknown, { page }: { page?: { size?: number } }) =>
      many({ first: page?.size ?? 3 }),
    byIds: (_source: unknown, { ids }: { ids: readonly string[] }) => ids.map((id) => ({ id })),
    search: list,
    nodes: list,
    numbers: (_source: unknown, args: Sliced) => many(args).map(({ id }) => Number(id)),
    report: () => ({ total: 1, rows: [{ name: 'a', value: 1 }] }),
  },
  Mutation: { login: later, post: one },
  User: {
    name: () => 'name',
    best: one,
    friends: list,
    posts: (_source: unknown, args: Sliced) => ({
      nodes: many(args),
      edges: many(args).map((node) => ({ node, cursor: node.id })),
      total: 3,
    }),
  },
  Post: { title: () => 'title', author: later, comments: list },
  Comment: { text: () => 'text', author: one },
}

/** What a route of the service asks for itself, as `Big`; its callers have no word in it. */
const OWN_QUERY = 'query Big { users(first: 99999) { id } } query Small { me { id } }'

/** Largest body that either server reads; more is theirs to refuse. */
const BODY_LIMIT_BYTES = 2_000_000

export async function startMercurius(guard?: GraphGuard, jit = 0): Promise<GraphServer> {
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES })
  await app.register(mercurius, {
    schema: CORPUS_SCHEMA,
    resolvers: { ...resolvers, Found: { resolveType: isUser }, Node: { resolveType: isUser } },
    allowBatchedQueries: true,
    jit,
    context: (request: FastifyRequest, reply: FastifyReply) => ({ request, reply }),
    errorFormatter: mercuriusGraphErrors(mercurius.defaultErrorFormatter),
    persistedQueryProvider: {
      isPersistedQuery: ({ persisted }: object & { persisted?: boolean }) => persisted === true,
      getHash: ({ query }: { query?: string }) => query ?? '',
      isPersistedQueryRetry: () => false,
      getQueryFromHash: async () => 'query ($n: Int) { users(first: $n) { id } }',
    },
  })
  if (guard !== undefined) guardMercurius(app, guard)
  app.post('/own', (_request, reply) => reply.graphql(OWN_QUERY, undefined, {}, 'Big'))
  const base = await app.listen({ port: 0, host: '127.0.0.1' })
  return { url: `${base}/graphql`, close: () => app.close() }
}

export async function startYoga(guard?: GraphGuard): Promise<GraphServer> {
  const yoga = createYoga({
    schema: createSchema({
      typeDefs: CORPUS_SCHEMA,
      resolvers: {
        ...resolvers,
        Found: { __resolveType: isUser },
        Node: { __resolveType: isUser },
      },
    }),
    plugins: guard === undefined ? [] : [yogaGraphGuard(guard)],
    logging: 'error',
    batching: { limit: 100 },
  })
  const server = createServer(yoga.requestListener)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export interface GraphAnswer {
  readonly status: number
  readonly type: string
  readonly headers: Headers
  readonly body: unknown
}

export async function postGraph(url: string, body: unknown): Promise<GraphAnswer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return readGraph(response)
}

export async function readGraph(response: Response): Promise<GraphAnswer> {
  const type = response.headers.get('content-type') ?? ''
  const text = await response.text()
  return {
    status: response.status,
    type,
    headers: response.headers,
    body: type.includes('json') ? JSON.parse(text) : text,
  }
}
