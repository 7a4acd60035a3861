// Lists in pages: every row once, nothing beyond what is wanted, and an end to pages that do not end.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from './client.ts'
import { findRow, firstRow, PAGE_COUNT_LIMIT, rowsOf } from './pages.ts'

/** A list of numbers behind the paths that are asked for. */
function listOf(rows: readonly number[]): { client: Pick<Client, 'page'>; asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    client: {
      page<T>(path: string) {
        asked.push(path)
        const query = new URL(path, 'http://localhost').searchParams
        const from = Number(/^after (\d+) &$/.exec(query.get('cursor') ?? '')?.[1] ?? 0)
        const until = from + Number(query.get('limit'))
        const next = until < rows.length ? `after ${until} &` : null
        return Promise.resolve({ data: rows.slice(from, until) as T, next })
      },
    },
  }
}

async function allOf(client: Pick<Client, 'page'>, path: string): Promise<number[]> {
  const rows: number[] = []
  for await (const row of rowsOf<number>(client, path)) rows.push(row)
  return rows
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at)

test('every row of a list comes once and in order, whatever its last page holds', async () => {
  for (const count of [0, 1, 199, 200, 201, 400, 1_001]) {
    const { client, asked } = listOf(numbers(count))
    assert.deepEqual(await allOf(client, '/v1/runs'), numbers(count))
    assert.equal(asked.length, Math.max(1, Math.ceil(count / 200)))
  }
})

test('filters of a list stay, and its cursor travels as it was given', async () => {
  const { client, asked } = listOf(numbers(201))
  await allOf(client, '/v1/run-requests?state=open')
  assert.deepEqual(asked, [
    '/v1/run-requests?state=open&limit=200',
    '/v1/run-requests?state=open&limit=200&cursor=after%20200%20%26',
  ])
})

test('a row that is looked for is found on any page, and no page after it is asked for', async () => {
  const { client, asked } = listOf(numbers(1_000))
  assert.equal(await findRow<number>(client, '/v1/runs', (row) => row === 450), 450)
  assert.equal(asked.length, 3)
  assert.equal(await findRow<number>(client, '/v1/runs', (row) => row === 1_000), undefined)
})

test('the first row is asked for alone', async () => {
  const { client, asked } = listOf(numbers(1_000))
  assert.equal(await firstRow<number>(client, '/v1/runs'), 0)
  assert.deepEqual(asked, ['/v1/runs?limit=1'])
  assert.equal(await firstRow<number>(listOf([]).client, '/v1/runs'), undefined)
})

test('pages that do not end are given up', async () => {
  let count = 0
  const client: Pick<Client, 'page'> = {
    page<T>() {
      count++
      return Promise.resolve({ data: [] as T, next: 'again' })
    },
  }
  await assert.rejects(allOf(client, '/v1/runs'), { code: 'CLIENT_ANSWER_FOREIGN' })
  assert.equal(count, PAGE_COUNT_LIMIT)
})

test('what is no page is taken for no list', async () => {
  for (const page of [{}, { data: {} }, { data: [1] }, { data: [1], next: 2 }]) {
    const client: Pick<Client, 'page'> = {
      page: <T>() => Promise.resolve(page as { data: T; next: string | null }),
    }
    await assert.rejects(allOf(client, '/v1/runs'), { code: 'CLIENT_ANSWER_FOREIGN' })
  }
})
