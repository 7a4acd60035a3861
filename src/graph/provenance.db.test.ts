// The graph over real statements and a real ledger: what it shows, in how many looks, and what it never shows.
import assert from 'node:assert/strict'
import test from 'node:test'
import { freshTenant, openTestSql } from '../../test/database.ts'
import { askAs, openGraphHouse } from '../../test/graph-house.ts'
import type { GraphHouse } from '../../test/graph-house.ts'
import { RELEASE } from '../../test/house.ts'
import type { SqlTx } from '../kernel/index.ts'
import { BOARD_DOCUMENTS } from './board-documents.ts'

interface GateAnswer {
  readonly id: string
  readonly gate: string
  readonly status: string
  readonly objections: readonly { readonly text: string }[]
  readonly evidence: readonly { readonly id: string; readonly digest: string }[]
  readonly statement: {
    readonly id: string
    readonly digest: string
    readonly predicateType: string
    readonly signer: { readonly displayName: string; readonly kind: string }
    readonly entry: { readonly id: string; readonly seq: number; readonly isCovered: boolean }
  } | null
}

interface Page<Item> {
  readonly totalCount: number
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null }
  readonly nodes: readonly Item[]
}

const GATES = `query ($service: String!, $version: String!, $first: Int, $after: String) {
  release(service: $service, version: $version) {
    id
    gates(first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        id gate status
        objections { text }
        evidence { id digest name mediaType sizeBytes }
        statement { id digest predicateType signer { displayName kind } entry { id seq type isCovered } }
      }
    }
  }
}`

async function gatesOf(graph: GraphHouse, page: object = {}): Promise<Page<GateAnswer>> {
  const { data, errors } = await graph.ask(GATES, { ...RELEASE, ...page })
  assert.equal(errors, undefined, JSON.stringify([errors, graph.faults]))
  const { release } = data as { release: { gates: Page<GateAnswer> } }
  return release.gates
}

test('a gate leads to its statement, its signer, its evidence and the entry that records it', async () => {
  const graph = await openGraphHouse(12)
  const { ledger, tenantId } = graph.house
  const before = await gatesOf(graph)
  assert.equal(before.totalCount, 12)
  const first = before.nodes[0]
  assert.equal(first?.status, 'PASS')
  assert.equal(first.statement?.predicateType, 'https://seaworthy.dev/predicate/gate-run/v1')
  assert.deepEqual(first.statement.signer, { displayName: 'Runner of the house', kind: 'runner' })
  assert.equal(first.statement.entry.isCovered, false)
  const [entry] = (await ledger.list(tenantId, { fromSeq: first.statement.entry.seq, limit: 1 }))
    .entries
  assert.equal(entry?.body.type, 'gate.recorded')
  assert.equal(entry.body.refs[0], first.statement.digest)
  assert.equal(entry.body.refs[1], first.evidence[0]?.digest)
  assert.equal(before.nodes[10]?.statement, null)
  assert.equal(before.nodes[11]?.status, 'FAIL')
  assert.ok((before.nodes[11]?.objections.length ?? 0) > 0)
  await ledger.checkpoint(tenantId)
  assert.equal((await gatesOf(graph)).nodes[0]?.statement?.entry.isCovered, true)
})

test('gates come in pages, each once and in the order of the plan, and no foreign cursor leads into them', async () => {
  const graph = await openGraphHouse(12)
  const seen: string[] = []
  let after: string | null = null
  do {
    const page: Page<GateAnswer> = await gatesOf(graph, { first: 5, after })
    seen.push(...page.nodes.map(({ gate }) => gate))
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null
  } while (after !== null)
  assert.deepEqual(
    seen,
    Array.from({ length: 12 }, (_, index) => `gate-${index}`),
  )
  const entries = `{ release(service: "${RELEASE.service}", version: "${RELEASE.version}") { entries(first: 3) { pageInfo { endCursor hasNextPage } nodes { seq subject } } } }`
  const { data } = await graph.ask(entries)
  const { release } = data as { release: { entries: Page<{ subject: string }> } }
  assert.equal(release.entries.nodes.length, 3)
  assert.ok(release.entries.pageInfo.hasNextPage)
  for (const cursor of [release.entries.pageInfo.endCursor, 'x', '', 'W10'])
    assert.equal(await codeOf(graph, GATES, { ...RELEASE, after: cursor }), 'GRAPH_PAGE_REFUSED')
  for (const first of [0, -1, 101])
    assert.equal(await codeOf(graph, GATES, { ...RELEASE, first }), 'GRAPH_PAGE_REFUSED')
})

async function codeOf(graph: GraphHouse, query: string, variables: object): Promise<unknown> {
  const { errors } = await graph.ask(query, { ...variables })
  return errors?.[0]?.extensions?.['code']
}

test('the picture of a release says of each section what it rests on and where it breaks', async () => {
  const graph = await openGraphHouse(12)
  await graph.house.ledger.checkpoint(graph.house.tenantId)
  const { data, errors } = await graph.ask(BOARD_DOCUMENTS.provenance, RELEASE)
  assert.equal(errors, undefined)
  const { release } = data as {
    release: {
      verdict: { value: string }
      sections: readonly {
        title: string
        gateCount: number
        unrecordedCount: number
        statementCount: number
        entries: { count: number; missingCount: number; uncoveredCount: number }
        broken: readonly { gate: string }[]
      }[]
      signOffs: Page<{ displayName: string }>
      checkpoint: { size: number }
    }
  }
  assert.equal(release.verdict.value, 'NO_GO')
  const [whole, broken] = release.sections
  assert.deepEqual([whole?.title, broken?.title], ['Part 0', 'Part 1'])
  assert.deepEqual(whole?.broken, [])
  assert.equal(whole?.entries.count, 10)
  assert.deepEqual(
    broken?.broken.map(({ gate }) => gate),
    ['gate-10', 'gate-11'],
  )
  assert.deepEqual([broken?.unrecordedCount, broken?.statementCount], [1, 1])
  assert.deepEqual([whole.entries.missingCount, whole.entries.uncoveredCount], [0, 0])
  assert.equal(release.signOffs.nodes[0]?.displayName, 'Ann')
  assert.equal(release.checkpoint.size, await graph.house.ledger.sizeOf(graph.house.tenantId))
})

test('six times as many gates are read with not one statement of SQL more', async (t) => {
  const sql = await openTestSql([])
  let count = 0
  const transaction = sql.transaction.bind(sql)
  t.mock.method(sql, 'transaction', (scope: never, work: (tx: SqlTx) => Promise<unknown>) =>
    transaction(scope, (tx) =>
      work(
        new Proxy(tx, {
          get(target, name) {
            if (name === 'query') count++
            const member: unknown = Reflect.get(target, name)
            return typeof member === 'function' ? (member.bind(target) as unknown) : member
          },
        }),
      ),
    ),
  )
  const counts = []
  for (const gateCount of [10, 60]) {
    const graph = await openGraphHouse(gateCount)
    for (const query of [GATES, BOARD_DOCUMENTS.provenance]) {
      count = 0
      const { errors } = await graph.ask(query, { ...RELEASE, first: 100 })
      assert.equal(errors, undefined)
      counts.push(count)
    }
  }
  t.diagnostic(
    `statements of SQL for 10 gates: ${counts.slice(0, 2).join(', ')}; for 60: ${counts.slice(2).join(', ')}`,
  )
  assert.ok(counts.every((each) => each > 0 && each < 40))
  assert.deepEqual(counts.slice(0, 2), counts.slice(2))
})

test('ids and names of another tenant answer as those that are nobody’s', async () => {
  const mine = await openGraphHouse(3)
  const other = await openGraphHouse(3)
  const stranger = await freshTenant(await openTestSql([]))
  const { data } = await mine.ask(GATES, RELEASE)
  const { release } = data as { release: { id: string; gates: Page<GateAnswer> } }
  const [gate] = release.gates.nodes
  const ids: readonly (string | undefined)[] = [
    release.id,
    gate?.id,
    gate?.evidence[0]?.id,
    gate?.statement?.id,
    gate?.statement?.entry.id,
  ]
  const node = 'query ($id: ID!) { node(id: $id) { __typename id } }'
  for (const id of ids) {
    const { data: found } = await mine.ask(node, { id })
    assert.equal((found as { node: { id: string } }).node.id, id)
  }
  const nobodys = [['Entry', '99999'], ['Release', 'no', 'such'], ['Query', 'x'], ['Entry']].map(
    (parts) => Buffer.from(JSON.stringify(parts)).toString('base64url'),
  )
  for (const id of [...ids, ...nobodys, 'x', ''])
    assert.deepEqual(await askAs(mine.engine, stranger, node, { id }), { data: { node: null } })
  const list = await askAs(mine.engine, stranger, '{ releases { nodes { id } } }')
  assert.deepEqual(list, { data: { releases: { nodes: [] } } })
  const named = await askAs(mine.engine, stranger, GATES, RELEASE)
  assert.deepEqual(named, { data: { release: null } })
  // A tenant with a release of the same name sees its own and no statement of the other.
  assert.deepEqual(await other.ask(node, { id: gate?.statement?.id }), { data: { node: null } })
  const own = (await gatesOf(other)).nodes[0]?.statement?.digest
  assert.ok(own !== undefined && own !== gate?.statement?.digest)
})

test('releases are listed by their newest run, in pages', async () => {
  const graph = await openGraphHouse(2)
  const list =
    'query ($after: String) { releases(first: 1, after: $after) { nodes { service version runId verdict { value } } pageInfo { endCursor hasNextPage } } }'
  const { data } = await graph.ask(list)
  const { releases } = data as { releases: Page<{ service: string; verdict: { value: string } }> }
  assert.equal(releases.nodes[0]?.service, RELEASE.service)
  assert.equal(releases.nodes[0].verdict.value, 'NO_GO')
  assert.equal(releases.pageInfo.hasNextPage, false)
  const { data: next } = await graph.ask(list, { after: releases.pageInfo.endCursor })
  assert.deepEqual((next as { releases: Page<unknown> }).releases.nodes, [])
})
