// The graph guard in real mercurius and graphql-yoga servers, over every way that a query can come in.
import assert from 'node:assert/strict'
import test, { after, before, describe } from 'node:test'
import { makeGraphGuard, makeLimiter, makeRateGuard } from '../../src/guard/index.ts'
import type { GraphGuard } from '../../src/guard/index.ts'
import { nodeGuardClock as clock } from '../../src/guard/node.ts'
import { LEGITIMATE, nested } from '../graph-corpus.ts'
import { postGraph, readGraph, startMercurius, startYoga } from '../graph-servers.ts'
import type { GraphServer } from '../graph-servers.ts'

const LARGE = 'query ($n: Int) { users(first: $n) { id } }'

interface Started {
  readonly name: string
  readonly server: GraphServer
}

async function startAll(make: () => GraphGuard): Promise<Started[]> {
  return [
    { name: 'mercurius', server: await startMercurius(make()) },
    { name: 'mercurius with jit', server: await startMercurius(make(), 1) },
    { name: 'graphql-yoga', server: await startYoga(make()) },
  ]
}

async function onEach(
  make: () => GraphGuard,
  use: (url: string, name: string) => Promise<void>,
): Promise<void> {
  const started = await startAll(make)
  try {
    for (const { name, server } of started) await use(server.url, name)
  } finally {
    for (const { server } of started) await server.close()
  }
}

describe('with the limits as they are by default', () => {
  let started: Started[] = []
  before(async () => {
    started = await startAll(() => makeGraphGuard({ clock }))
  })
  after(async () => {
    for (const { server } of started) await server.close()
  })

  test('a refusal is a 429 problem document in which GraphQL clients find their errors', async () => {
    for (const { name, server } of started) {
      const { status, type, body } = await postGraph(server.url, {
        query: LARGE,
        variables: { n: 50_000 },
      })
      assert.equal(status, 429, name)
      assert.match(type, /^application\/problem\+json/, name)
      assert.deepEqual(
        body,
        {
          type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
          title: 'The query is not admitted',
          status: 429,
          detail: 'expected cost of at most 10000, got 50000',
          code: 'GRAPH_COST',
          reason: 'cost',
          cost: 50_000,
          limit: 10_000,
          'violated-policies': ['graph-cost'],
          data: null,
          errors: [
            {
              message: 'expected cost of at most 10000, got 50000',
              extensions: { code: 'GRAPH_COST', reason: 'cost', cost: 50_000, limit: 10_000 },
            },
          ],
        },
        name,
      )
    }
  })

  test('no legitimate query is changed, the first time or the second', async () => {
    const plain = [await startMercurius(), await startMercurius(undefined, 1), await startYoga()]
    try {
      for (const [place, { name, server }] of started.entries())
        for (const { name: what, ...call } of LEGITIMATE) {
          const expected = await postGraph(plain[place]?.url ?? '', call)
          for (let round = 0; round < 2; round++) {
            const got = await postGraph(server.url, call)
            assert.deepEqual(
              [got.status, got.body],
              [expected.status, expected.body],
              `${name}: ${what}`,
            )
          }
        }
    } finally {
      for (const server of plain) await server.close()
    }
  })

  test('a small page does not open the door for a large one, nor a large one close it for a small one', async () => {
    for (const { name, server } of started) {
      const statuses: number[] = []
      for (const n of [2, 90_000, 2, 90_000, 3, 90_000, 3])
        statuses.push((await postGraph(server.url, { query: LARGE, variables: { n } })).status)
      assert.deepEqual(statuses, [200, 429, 200, 429, 200, 429, 200], name)
    }
  })

  test('a query in a GET is measured like one in a POST', async () => {
    for (const { name, server } of started) {
      const get = async (query: string, variables: object): Promise<number> => {
        const words = new URLSearchParams({ query, variables: JSON.stringify(variables) })
        return (await readGraph(await fetch(`${server.url}?${words}`))).status
      }
      assert.equal(await get(LARGE, { n: 3 }), 200, name)
      assert.equal(await get(LARGE, { n: 90_000 }), 429, name)
      assert.equal(await get(`{ users { ${nested('friends', 19)} } }`, {}), 429, name)
    }
  })

  test('of a batch each operation is answered alone, and together they have one limit', async () => {
    for (const { name, server } of started) {
      const call = (n: number): object => ({ query: LARGE, variables: { n } })
      const { status, body } = await postGraph(server.url, [call(6_000), call(90_000), call(10)])
      assert.equal(status, 200, name)
      assert.ok(Array.isArray(body) && body.length === 3, name)
      assert.equal(body[0].data.users.length, 6_000, name)
      assert.equal(body[1].errors[0].extensions.code, 'GRAPH_COST', name)
      const flood = await postGraph(
        server.url,
        Array.from({ length: 30 }, () => call(1)),
      )
      assert.ok(Array.isArray(flood.body))
      const refused = flood.body.filter(
        (each) => each.errors?.[0].extensions.code === 'GRAPH_BATCH',
      )
      assert.equal(refused.length, 20, name)
    }
  })

  test('an operation is measured by its name, in a batch too', async () => {
    const query = 'query Big { users(first: 99999) { id } } query Small { me { id } }'
    for (const { name, server } of started) {
      const ask = async (body: unknown): Promise<unknown> =>
        (await postGraph(server.url, body)).body
      assert.deepEqual(
        await ask({ query, operationName: 'Small' }),
        { data: { me: { id: '1' } } },
        name,
      )
      const batch = await ask([{ query: '{ me { id } }' }, { query, operationName: 'Small' }])
      assert.deepEqual(batch, [{ data: { me: { id: '1' } } }, { data: { me: { id: '1' } } }], name)
      assert.equal((await postGraph(server.url, { query, operationName: 'Big' })).status, 429, name)
    }
  })

  test('a call of the service itself is measured by the operation that it names, not by the one in the body', async () => {
    for (const { name, server } of started.filter((each) => each.name.startsWith('mercurius'))) {
      const own = server.url.replace('/graphql', '/own')
      const call = { operationName: 'Small', query: '{ me { id } }' }
      const { status, body } = await postGraph(own, call)
      assert.equal(status, 429, name)
      // Before it ran; the budget of nodes would have stopped it late.
      assert.match(JSON.stringify(body), /cost of at most/, name)
    }
  })

  test('of several operations none is executed in place of the one that was measured', async () => {
    const query = 'query Big($n: Int) { users(first: $n) { id } } query Small { me { id } }'
    for (const { name, server } of started) {
      for (let round = 0; round < 4; round++) {
        const big = { query, operationName: 'Big', variables: { n: 1 } }
        assert.equal((await postGraph(server.url, big)).status, 200, name)
      }
      const small = { query, operationName: 'Small', variables: { n: 90_000 } }
      const { body } = await postGraph(server.url, small)
      assert.deepEqual(body, { data: { me: { id: '1' } } }, name)
    }
  })

  test('a persisted query is measured by the text behind its hash', async () => {
    const { server } = started[0]!
    assert.equal(
      (await postGraph(server.url, { persisted: true, query: 'x', variables: { n: 3 } })).status,
      200,
    )
    assert.equal(
      (await postGraph(server.url, { persisted: true, query: 'x', variables: { n: 90_000 } }))
        .status,
      429,
    )
  })

  test('a document sent as JSON where the text should stand is measured as well', async () => {
    const name = (value: string): object => ({ kind: 'Name', value })
    const field = (value: string, selections: readonly object[]): object => ({
      kind: 'Field',
      name: name(value),
      ...(selections.length === 0 ? {} : { selectionSet: { kind: 'SelectionSet', selections } }),
      arguments:
        value === 'users'
          ? [{ kind: 'Argument', name: name('first'), value: { kind: 'IntValue', value: '90000' } }]
          : [],
    })
    const operation = {
      kind: 'OperationDefinition',
      operation: 'query',
      selectionSet: { kind: 'SelectionSet', selections: [field('users', [field('id', [])])] },
    }
    const query = JSON.stringify({ kind: 'Document', definitions: [operation] })
    assert.equal((await postGraph(started[0]!.server.url, { query })).status, 429)
  })
})

test('a schema that promises short lists is caught by the nodes that come', async () => {
  await onEach(
    () => makeGraphGuard({ clock, limits: { nodes: 500 } }),
    async (url, name) => {
      for (let round = 0; round < 3; round++) {
        const query =
          '{ search(text: "", first: 40) { ... on User { friends(first: 40) { id } } } }'
        const { status, body } = await postGraph(url, { query })
        assert.equal(status, 429, name)
        assert.equal(
          (body as { code?: string; errors: { extensions: { code: string } }[] }).errors[0]
            ?.extensions.code,
          'GRAPH_NODES',
          name,
        )
        const small = await postGraph(url, { query: '{ users(first: 400) { id } }' })
        assert.equal(small.status, 200, name)
      }
    },
  )
})

test('an operation is metered whatever else its document defines', async () => {
  await onEach(
    () => makeGraphGuard({ clock, limits: { nodes: 500 } }),
    async (url, name) => {
      const query =
        'query Q { search(text: "", first: 40) { ... on User { friends(first: 40) { id } } } } subscription S { none }'
      const { status, body } = await postGraph(url, { query, operationName: 'Q' })
      assert.equal(status, 429, name)
      assert.match(JSON.stringify(body), /GRAPH_NODES/, name)
    },
  )
})

test('in report-only mode the answer is what it would be without a guard', async () => {
  await onEach(
    () => makeGraphGuard({ clock, mode: 'report', limits: { nodes: 5, cost: 5, tokens: 5 } }),
    async (url, name) => {
      const { status, body } = await postGraph(url, { query: '{ users(first: 2) { id } }' })
      assert.equal(status, 200, name)
      assert.deepEqual(body, { data: { users: [{ id: '0' }, { id: '1' }] } }, name)
    },
  )
})

test('points are taken per client, with the fields of the rate limits and a time to come back', async () => {
  const policy = {
    kind: 'bucket',
    name: 'points',
    limit: 60,
    windowMs: 60_000,
    burst: 100,
  } as const
  await onEach(
    () => {
      const limiter = makeLimiter({ policy, clock, endpointClass: 'protective' })
      const points = makeRateGuard({ limiter, clock })
      return makeGraphGuard({ clock, limits: { cost: 100 }, points })
    },
    async (url, name) => {
      const ask = async (): Promise<Awaited<ReturnType<typeof postGraph>>> =>
        postGraph(url, { query: LARGE, variables: { n: 60 } })
      assert.equal((await ask()).status, 200, name)
      const refused = await ask()
      assert.equal(refused.status, 429, name)
      assert.match(refused.type, /problem\+json/, name)
      assert.ok(Number(refused.headers.get('retry-after')) >= 15, name)
      assert.equal((refused.body as { code: string }).code, 'GRAPH_POINTS', name)
    },
  )
})
