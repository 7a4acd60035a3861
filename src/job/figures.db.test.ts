// What whoever watches the queue is told, over every tenant.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { aKind, openYard, until } from '../../test/jobs.ts'
import { countOpenJobs } from './figures.ts'

test('jobs that wait, are due or have died are counted over all tenants, and those that are done are not', async (t) => {
  const yard = await openYard()
  const [late, due] = [`late.${randomUUID()}`, `due.${randomUUID()}`]
  const done = aKind({ keptDoneMs: 60_000, run: () => Promise.resolve(undefined) })
  const dying = aKind({ attemptLimit: 1, run: () => Promise.reject(new Error('no')) })
  const other = await yard.anotherTenant()
  const later = { kind: late, dueMs: Date.parse('2100-01-01') }
  await yard.enqueue([later, { kind: due }, { kind: done.name }, { kind: dying.name }])
  await yard.enqueue([later], other)
  await yard.work(t, [done, dying])
  const countsOf = async (kind: string): Promise<readonly string[]> =>
    (await countOpenJobs(yard.sql))
      .filter((each) => each.kind === kind)
      .map(({ state, count }) => `${state} ${count}`)
  let died: readonly string[] = []
  await until(async () => (died = await countsOf(dying.name))[0]?.startsWith('dead') === true)
  assert.deepEqual(died, ['dead 1'])
  await until(async () => (await countsOf(done.name)).length === 0)
  assert.deepEqual([await countsOf(late), await countsOf(due)], [['waiting 2'], ['ready 1']])
})
