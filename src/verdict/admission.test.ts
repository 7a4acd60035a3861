// What keeps a proven read from being steered.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aGate } from '../../test/decisions.ts'
import { admitGate } from './admission.ts'

test('a proven read is not admitted with a value that could turn into an option', () => {
  const gate = aGate({
    id: 'health',
    provenRead: true,
    parameters: ['URL'],
    check: { type: 'command', language: 'bash', script: 'curl -f "$URL"' },
  })
  const admit = (value: string, confirmed: string[] = []) =>
    admitGate(gate, { parameters: { URL: value }, confirmed })
  assert.equal(admit('http://127.0.0.1').admitted, true)
  assert.equal(admit('-o/tmp/x').admitted, false)
  assert.equal(admit(' --config=x').admitted, false)
  assert.equal(admit('-o/tmp/x', ['health']).admitted, true)
})
