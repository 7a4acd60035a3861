// Header fields are read as browsers read them, by what a service is tested with and by what a check asks it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countUnsafeSources, readHsts, refusesFraming } from './header-readers.ts'
import { headerMistakes, securityHeaders } from './security-headers.ts'

test('transport security counts in any order and case, and a number that is none counts as nought', () => {
  assert.deepEqual(readHsts('includeSubDomains; MAX-AGE="31536000"; preload'), {
    maxAgeSeconds: 31_536_000,
    includesSubDomains: true,
    isPreload: true,
  })
  for (const none of [undefined, null, '', 'max-age', 'max-age=-1', 'max-age=1e9', 'xmax-age=9'])
    assert.equal(readHsts(none).maxAgeSeconds, 0, String(none))
  const page = securityHeaders('page')
  const written = { ...page, 'strict-transport-security': 'includeSubDomains; max-age="31536000"' }
  assert.deepEqual(headerMistakes('page', written), [])
})

test('inline is unsafe but beside a nonce, and a policy without a rule for scripts is unsafe', () => {
  const rest = "style-src 'self'"
  const table: readonly (readonly [string, number])[] = [
    [`script-src 'self'; ${rest}`, 0],
    [`script-src 'self' 'unsafe-inline'; ${rest}`, 1],
    [`script-src 'nonce-abc' 'unsafe-inline'; ${rest}`, 0],
    [`script-src 'nonce-abc' 'unsafe-eval'; ${rest}`, 1],
    [`script-src *; script-src 'self'; ${rest}`, 1],
    [rest, 1],
    ["default-src 'none'", 0],
    [`script-src 'self'; script-src-attr 'unsafe-inline'; ${rest}`, 1],
    [`script-src 'nonce-abc'; script-src-elem 'unsafe-inline'; ${rest}`, 1],
    // Several policies, each of which browsers obey.
    [`script-src 'unsafe-inline', img-src *; ${rest}`, 1],
    [`script-src 'unsafe-inline'; ${rest}, script-src 'self'`, 0],
    ['', 2],
  ]
  for (const [csp, count] of table) assert.equal(countUnsafeSources(csp), count, csp)
  const page = securityHeaders('page')
  const csp = page['content-security-policy']!
  const judge = (sources: string): readonly string[] => {
    const changed = `${csp}; script-src ${sources}`
    return headerMistakes('page', { ...page, 'content-security-policy': changed })
  }
  assert.deepEqual(judge("'nonce-abc' 'unsafe-inline'"), [])
  assert.match(judge("'self' https:").join(), /content-security-policy/)
})

test('where a policy says who may frame, the older field has no say', () => {
  assert.equal(refusesFraming("frame-ancestors 'none'", null), true)
  assert.equal(refusesFraming('frame-ancestors *', 'DENY'), false)
  assert.equal(refusesFraming("default-src 'none'", 'sameorigin'), true)
  assert.equal(refusesFraming(null, null), false)
  assert.equal(refusesFraming("default-src 'self', frame-ancestors 'none'", null), true)
  assert.equal(refusesFraming("frame-ancestors *, frame-ancestors 'self'", null), true)
  assert.equal(refusesFraming('frame-ancestors *, img-src *', 'DENY'), false)
})
