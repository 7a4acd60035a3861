// The graph guard alone: what it counts, what it refuses, and that nobody can make it slow or wrong.
import assert from 'node:assert/strict'
import test from 'node:test'
import { buildSchema, parse, validate } from 'graphql'
import { ATTACKS } from '../../../test/graph-attacks.ts'
import { CORPUS_SCHEMA, LEGITIMATE, nested } from '../../../test/graph-corpus.ts'
import type { CorpusQuery } from '../../../test/graph-corpus.ts'
import { makeLimiter } from '../limiter.ts'
import type { GuardEvent } from '../model.ts'
import { nodeGuardClock as clock } from '../node.ts'
import { makeRateGuard } from '../rate-guard.ts'
import { makeGraphGuard } from './graph-guard.ts'
import type { GraphGuard, GraphGuardTerms } from './graph-guard.ts'
import type { CostAnswer } from './graph-terms.ts'

const schema = buildSchema(CORPUS_SCHEMA)
const guard = makeGraphGuard({ clock })

/** As a server asks: the text first, then the document with its variables. */
function ask(asked: GraphGuard, call: Omit<CorpusQuery, 'name'>, over = schema): CostAnswer {
  const scanned = asked.scan(call.query)
  if (!scanned.allowed) return scanned
  return asked.score({
    schema: over,
    document: parse(call.query),
    operationName: call.operationName,
    variables: call.variables,
  })
}

function reasonOf(answer: CostAnswer): string | undefined {
  return answer.allowed ? undefined : answer.reason
}

test('every attack of the corpus is refused with 429 or 400, and each is what its own servers would take', () => {
  for (const attack of ATTACKS) {
    const answer = ask(guard, attack)
    assert.equal(answer.allowed, false, attack.name)
    if (!answer.allowed) assert.ok([400, 429].includes(answer.problem.status), attack.name)
    if (attack.isValid === true)
      assert.deepEqual(validate(schema, parse(attack.query)), [], attack.name)
  }
})

test('no legitimate query of the corpus is refused', () => {
  for (const call of LEGITIMATE) {
    const answer = ask(guard, call)
    assert.equal(reasonOf(answer), undefined, `${call.name}: ${answer.cost}`)
    assert.deepEqual(validate(schema, parse(call.query)), [], call.name)
  }
})

test('each attack is refused for what it is', () => {
  const found = new Map(ATTACKS.map((attack) => [attack.name, reasonOf(ask(guard, attack))]))
  const expected: Readonly<Record<string, string>> = {
    'a circle of fragments': 'cycle',
    'single objects nested fifty deep': 'depth',
    'depth hidden in a chain of fragments': 'depth',
    'braces without end': 'nesting',
    'lists of a literal nested without end': 'nesting',
    'ten thousand aliases': 'size',
    'a megabyte of comments': 'size',
    'two thousand overlapping fields': 'tokens',
    'a hundred operations': 'definitions',
    'an unknown directive ninety times': 'directives',
    'aliases of __typename': 'root-fields',
    'types in types in types': 'introspection-lists',
    'pages multiplied, in variables': 'cost',
  }
  for (const [name, reason] of Object.entries(expected)) assert.equal(found.get(name), reason, name)
})

test('a refusal is a 429 problem with cost and limit and goes to the sink, as every score does', () => {
  const events: GuardEvent[] = []
  const told = makeGraphGuard({ clock, limits: { cost: 50 }, sink: (event) => events.push(event) })
  const answer = ask(told, { query: '{ users(first: 51) { id } }' })
  assert.ok(!answer.allowed)
  assert.deepEqual(answer.problem, {
    status: 429,
    body: {
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      title: 'The query is not admitted',
      status: 429,
      detail: 'expected cost of at most 50, got 51',
      code: 'GRAPH_COST',
      reason: 'cost',
      cost: 51,
      limit: 50,
      'violated-policies': ['graph-cost'],
    },
  })
  assert.deepEqual(events, [
    { type: 'graph.scored', cost: 51 },
    { type: 'graph.refused', reason: 'cost', cost: 51, limit: 50, isEnforced: true },
  ])
})

test('report-only lets every attack through and says what it would have refused', () => {
  let reported = 0
  const lenient = makeGraphGuard({
    clock,
    mode: 'report',
    sink: (event) => void (reported += event.type === 'graph.refused' && !event.isEnforced ? 1 : 0),
  })
  const small = ATTACKS.filter(({ isValid }) => isValid === true)
  for (const attack of small) {
    const answer = ask(lenient, attack)
    assert.ok(answer.allowed && answer.wouldRefuse !== undefined, attack.name)
  }
  assert.equal(reported, small.length)
})

test('the operations of one HTTP request share its cost and are counted', () => {
  const asked = makeGraphGuard({ clock, limits: { cost: 100, batch: 4 } })
  const document = parse('{ users(first: 40) { id } }')
  const request = {}
  const one = (): string | undefined => reasonOf(asked.score({ schema, document, request }))
  assert.deepEqual(
    [one(), one(), one(), one(), one()],
    [undefined, undefined, 'cost', 'cost', 'batch'],
  )
  assert.equal(reasonOf(asked.score({ schema, document, request: {} })), undefined)
})

test('cheap floods and dear single queries take from one bucket of points, which other requests share', async () => {
  const policy = {
    kind: 'bucket',
    name: 'points',
    limit: 600,
    windowMs: 60_000,
    burst: 100,
  } as const
  const limiter = makeLimiter({
    policy,
    clock: { ...clock, monotonicUs: () => 0 },
    endpointClass: 'protective',
  })
  const points = makeRateGuard({ limiter, clock })
  const asked = makeGraphGuard({ clock, points, limits: { cost: 100 } })
  const facts = { peer: '192.0.2.1', forwardedFor: undefined, endpoint: 'graphql', tenant: 'acme' }
  const first = await asked.charge(facts, 80)
  assert.equal(first.fields['x-ratelimit-remaining'], '20')
  assert.equal((await points({ ...facts, cost: 15 })).allowed, true)
  const third = await asked.charge(facts, 10)
  assert.ok(!third.allowed && third.reason === 'points' && third.problem.status === 429)
  assert.equal(third.fields['retry-after'], '1')
  assert.equal((await asked.charge({ ...facts, tenant: 'other' }, 10)).allowed, true)
})

test('a document that came as JSON with anything in it is counted or refused, never thrown over', () => {
  const junk: readonly unknown[] = [
    null,
    7,
    'x',
    {},
    [],
    { kind: 'Field' },
    { selections: 5 },
    {
      kind: 'Field',
      name: null,
      arguments: [null],
      directives: [{}],
      selectionSet: { selections: [null, { kind: 'FragmentSpread' }] },
    },
  ]
  for (const one of junk)
    for (const two of junk) {
      const operation = {
        kind: 'OperationDefinition',
        operation: one,
        variableDefinitions: [two],
        directives: one,
        selectionSet: {
          selections: [
            one,
            two,
            { kind: 'Field', name: { value: 'users' }, arguments: [two], selectionSet: one },
          ],
        },
      }
      const fragment = {
        kind: 'FragmentDefinition',
        name: two,
        typeCondition: one,
        selectionSet: two,
      }
      const given = JSON.parse(
        JSON.stringify({ kind: 'Document', definitions: [operation, fragment, one] }),
      )
      assert.equal(
        typeof guard.score({ schema, document: given, variables: {} }).allowed,
        'boolean',
      )
    }
})

test('spreading one fragment under ever other lengths ends at a bound, in little time', () => {
  const spreads = Array.from(
    { length: 80 },
    (_, index) => `a${index}: posts(first: ${index + 1}) { ...P }`,
  )
  const chain = Array.from({ length: 60 }, (_, index) => `...P${index}`).join(' ')
  const parts = Array.from(
    { length: 60 },
    (_, index) => `fragment P${index} on PostConnection { total }`,
  )
  const query = `{ me { ${spreads.join(' ')} } } fragment P on PostConnection { ${chain} } ${parts.join(' ')}`
  const asked = makeGraphGuard({
    clock,
    limits: { definitions: 100, tokens: 2_000, aliasesPerField: 100 },
  })
  const document = parse(query)
  const before = process.cpuUsage().user
  assert.equal(reasonOf(asked.score({ schema, document })), 'steps')
  assert.ok(process.cpuUsage(undefined).user - before < 500_000)
})

test('introspection can be refused, under whatever name it comes', () => {
  const closed = makeGraphGuard({ clock, introspection: 'refused' })
  for (const query of [
    '{ __schema { types { name } } }',
    '{ a: __type(name: "User") { name } }',
    '{ ...F } fragment F on Query { ... { __schema { description } } }',
  ]) {
    const answer = ask(closed, { query })
    assert.ok(!answer.allowed && answer.problem.status === 403, query)
  }
  assert.equal(ask(closed, { query: '{ __typename me { __typename } }' }).allowed, true)
})

test('limits that are no whole numbers are a fault at construction', () => {
  const wrong: readonly GraphGuardTerms['limits'][] = [
    { cost: 0 },
    { depth: -1 },
    { tokens: 1.5 },
    { nesting: 100_000 },
    { nodes: Number.NaN },
  ]
  for (const limits of wrong)
    assert.throws(() => makeGraphGuard({ clock, ...(limits && { limits }) }), {
      code: 'GUARD_POLICY_INVALID',
    })
})

test('a text is never counted as fewer tokens than the parser counts', () => {
  for (const { query, name } of [...LEGITIMATE, ...ATTACKS]) {
    if (query.length > 3_000) continue
    const tokens = tokenCountOf(query)
    if (tokens === undefined) continue
    const limits = { tokens: Math.max(1, tokens - 1), sizeBytes: 1_000_000, nesting: 500 }
    assert.equal(makeGraphGuard({ clock, limits }).scan(query).allowed, tokens === 1, name)
  }
  assert.equal(guard.scan(nested('a', 99)).allowed, true)
  assert.equal(guard.scan(`{ ${nested('a', 100)} }`).allowed, false)
})

/** As graphql counts for its `maxTokens`; undefined = it does not parse at all. */
function tokenCountOf(query: string): number | undefined {
  let [low, high] = [1, 20_000]
  if (!parses(query, high)) return undefined
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (parses(query, middle)) high = middle
    else low = middle + 1
  }
  return low
}

function parses(query: string, maxTokens: number): boolean {
  try {
    parse(query, { maxTokens, noLocation: true })
    return true
  } catch {
    return false
  }
}
