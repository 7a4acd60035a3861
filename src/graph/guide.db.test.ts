// docs/graph.md is true: each of its queries is asked of a release, and what it says is refused is refused with those figures.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { openGraphHouse } from '../../test/graph-house.ts'
import { RELEASE } from '../../test/house.ts'
import { SeaworthyError } from '../kernel/index.ts'
import { ANSWER_LIMIT_BYTES, OWN_LIMITS, POINTS_POLICY } from './engine.ts'

const GUIDE = readFileSync(new URL('../../docs/graph.md', import.meta.url), 'utf8')

/** Code blocks of a language, with what else stands behind it. */
function blocksOf(language: string): readonly string[] {
  return [...GUIDE.matchAll(/^```(.+)\n([^]*?)^```$/gm)].flatMap(([, words, text = '']) =>
    words === language ? [text] : [],
  )
}

test('every query of the guide is answered, the one in the command too', async () => {
  const graph = await openGraphHouse(3)
  const { data } = await graph.ask(
    '{ release(service: "harbour", version: "1.4.0") { gates { nodes { statement { id } } } } }',
  )
  const { release } = data as {
    release: { gates: { nodes: readonly { statement: { id: string } }[] } }
  }
  const id = release.gates.nodes[0]?.statement.id
  const [command] = blocksOf('bash')
  const [, body = ''] = /--data '(.+)'/.exec(command ?? '') ?? []
  const { query } = JSON.parse(body) as { query: string }
  const queries = [...blocksOf('graphql'), query]
  assert.equal(queries.length, 4)
  for (const text of queries) {
    const variables = text.includes('$id') ? { id } : text.includes('$service') ? RELEASE : {}
    const answer = await graph.ask(text, variables)
    assert.equal(answer.errors, undefined, text)
    assert.ok(
      Object.values(answer.data).every((each) => each !== null),
      text,
    )
  }
})

test('the refused query of the guide is refused with the figures that stand there, and the limits are the real ones', async () => {
  const graph = await openGraphHouse(1)
  const [query = ''] = blocksOf('graphql refused')
  const told = JSON.parse(blocksOf('json')[0] ?? '') as {
    status: number
    code: string
    details: object
  }
  await assert.rejects(graph.ask(query), (error) => {
    assert.ok(error instanceof SeaworthyError)
    const { reason, cost, limit } = error.details
    const got = { status: error.row.status, code: error.code, details: { reason, cost, limit } }
    assert.deepEqual(got, told)
    return true
  })
  const numbers = [
    OWN_LIMITS.sizeBytes,
    OWN_LIMITS.cost,
    OWN_LIMITS.nodes,
    POINTS_POLICY.limit,
    POINTS_POLICY.burst,
  ]
  for (const number of numbers)
    assert.ok(GUIDE.includes(number.toLocaleString('en')), String(number))
  for (const number of [OWN_LIMITS.tokens, OWN_LIMITS.nesting, OWN_LIMITS.fields])
    assert.ok(GUIDE.includes(` ${number} `), String(number))
  assert.ok(GUIDE.includes(`${ANSWER_LIMIT_BYTES / 1024 / 1024} MiB`))
})
