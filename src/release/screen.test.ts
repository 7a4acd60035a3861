// What a terminal says of a Go: until when it holds in the release time zone, and what ends first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeDigest } from '../../test/crypto.ts'
import { aGate, aPlan, aRisk, HOUR_MS, inputsFor, NOON_MS } from '../../test/decisions.ts'
import { decide } from '../verdict/index.ts'
import { renderVerdict } from './screen.ts'

test('a Go on the terminal holds until a moment of the release time zone, with what ends first', () => {
  const plan = aPlan([aGate({ id: 'a' })])
  const accepted = { acceptedBy: ['owen', 'rita'], acceptedUntilMs: NOON_MS + 2 * HOUR_MS }
  const risks = [aRisk({ level: 'P1', state: 'ACCEPTED', ...accepted })]
  const verdict = decide(nodeDigest, plan, inputsFor(plan, {}, { edition: 2, risks }))
  const text = renderVerdict('harbour@1.2.3', verdict, {}, 'Europe/Berlin')
  assert.match(
    text,
    /holds until 2026-01-15 15:00 \+01:00 \(Europe\/Berlin\): the acceptance of risk R1 ends first/,
  )
  assert.match(text, /2026-01-16 13:00 \+01:00 \(Europe\/Berlin\): its usual life ends/)
})
