// Beginning again: only what the database ended in favour of others, and not for ever.
import assert from 'node:assert/strict'
import test from 'node:test'
import { beginAgain } from './begin-again.ts'
import { SeaworthyError } from './errors.ts'

function ended(sqlstate: string): SeaworthyError {
  const row = { status: 500, exit: 1, title: 'The database refused a statement', hint: '' } as const
  return new SeaworthyError('PLATFORM_STATEMENT_FAILED', row, sqlstate, { details: { sqlstate } })
}

test('a transaction that was ended for another begins again, four times at most', async () => {
  for (const state of ['40001', '40P01']) {
    let tries = 0
    const work = (until: number) => (): Promise<string> =>
      ++tries < until ? Promise.reject(ended(state)) : Promise.resolve('done')
    assert.equal(await beginAgain(work(5)), 'done')
    assert.equal(tries, 5)
    tries = 0
    await assert.rejects(beginAgain(work(6)), { message: state })
    assert.equal(tries, 5)
  }
})

test('whatever else goes wrong is not done twice', async () => {
  for (const error of [ended('23505'), new Error('40P01')]) {
    let tries = 0
    const work = (): Promise<never> => {
      tries++
      return Promise.reject(error)
    }
    await assert.rejects(beginAgain(work), error)
    assert.equal(tries, 1)
  }
})
