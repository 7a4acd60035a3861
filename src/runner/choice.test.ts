// Which gates a call is about.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aCommand, aGate, aPlan } from '../../test/runner.ts'
import { SeaworthyError } from '../kernel/index.ts'
import { chooseGates } from './choice.ts'
import type { GateWish } from './choice.ts'

const plan = aPlan([
  aCommand('build/compile', 'true', { phase: 'build' }),
  aCommand('build/test', 'true', { phase: 'build', needs: ['build/compile'] }),
  aGate('ship', { type: 'manual', question: '' }, { children: ['ship/a', 'ship/b'] }),
  aCommand('ship/a', 'true', { phase: 'ship', needs: ['build/test'] }),
  aCommand('ship/b', 'true', { phase: 'ship' }),
  aCommand('odd $(rm -rf x)*[a]', 'true'),
])

const chosen = (wish: Partial<GateWish>): readonly (readonly string[])[] => {
  const { named, gates } = chooseGates(plan, { only: [], ...wish })
  return [named, gates ?? ['all']]
}

test('without a wish a call is about all gates with a run of their own', () => {
  const [named, gates] = chosen({})
  assert.deepEqual([named?.length, gates], [5, ['all']])
})

test('--only names exact ids, takes what they need along, and a roll-up stands for its children', () => {
  const path = ['build/compile', 'build/test', 'ship/a']
  assert.deepEqual(chosen({ only: ['ship/a'] }), [['ship/a'], path])
  assert.deepEqual(chosen({ only: ['ship'] }), [
    ['ship/a', 'ship/b'],
    [...path, 'ship/b'],
  ])
})

test('a star stands for any characters, and everything else for itself', () => {
  assert.deepEqual(chosen({ only: ['build/*'] })[0], ['build/compile', 'build/test'])
  assert.deepEqual(chosen({ only: ['*/*e*t*'] })[0], ['build/test'])
  assert.deepEqual(chosen({ only: ['odd $(rm*[a]'] })[0], ['odd $(rm -rf x)*[a]'])
  assert.deepEqual(chosen({ only: ['*'] })[0]?.length, 5)
})

test('--from takes a gate or a phase and everything after it', () => {
  assert.deepEqual(chosen({ from: 'ship/b' })[0], ['ship/b', 'odd $(rm -rf x)*[a]'])
  assert.deepEqual(chosen({ from: 'ship' })[0], ['ship/a', 'ship/b', 'odd $(rm -rf x)*[a]'])
  assert.deepEqual(chosen({ from: 'build' })[0], [
    'build/compile',
    'build/test',
    'ship/a',
    'ship/b',
  ])
})

test('a wish that fits nothing is refused with what was probably meant', () => {
  const table: readonly (readonly [Partial<GateWish>, string, string | undefined])[] = [
    [{ only: ['ship/c'] }, 'RUNNER_GATE_UNKNOWN', 'ship/a'],
    [{ only: ['compile'] }, 'RUNNER_GATE_UNKNOWN', 'build/compile'],
    [{ only: ['nothing/*'] }, 'RUNNER_GATE_UNKNOWN', undefined],
    [{ only: [''] }, 'RUNNER_GATE_UNKNOWN', undefined],
    [{ only: ['ship/a', 'none'] }, 'RUNNER_GATE_UNKNOWN', undefined],
    [{ from: 'shipp' }, 'RUNNER_GATE_UNKNOWN', 'ship'],
    [{ only: ['ship/a'], from: 'ship' }, 'RUNNER_OPTION_REFUSED', undefined],
  ]
  for (const [wish, code, meant] of table) {
    assert.throws(
      () => chooseGates(plan, { only: [], ...wish }),
      (error: unknown) => {
        assert.ok(error instanceof SeaworthyError)
        assert.deepEqual([error.code, error.details['meant']], [code, meant], JSON.stringify(wish))
        return true
      },
    )
  }
})

test('a pattern of many stars over a long id costs little', () => {
  const long = aPlan([aCommand('a'.repeat(2_000), 'true')])
  const before = process.threadCpuUsage()
  assert.throws(() => chooseGates(long, { only: [`${'a*'.repeat(500)}b`] }))
  assert.ok(process.threadCpuUsage(before).user < 500_000)
})
