// Header fields by kind of answer, policies that would undo themselves, and what a look at an answer finds.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { API_CSP, PAGE_CSP, writeCsp } from './csp.ts'
import type { CspDirectives } from './csp.ts'
import { makeEdgeGuard } from './edge-guard.ts'
import { makeCorsPolicy } from './cors.ts'
import { headerMistakes, securityHeaders } from './security-headers.ts'
import type { AnswerKind } from './security-headers.ts'

const KINDS: readonly AnswerKind[] = ['page', 'api', 'download']
const nonce = 'q83vEjRWeJCrze8SNFZ4kA=='

test('what is written for each kind of answer is what a check expects of it', () => {
  for (const kind of KINDS) {
    assert.deepEqual(headerMistakes(kind, securityHeaders(kind)), [], kind)
    const strict = securityHeaders(kind, { hstsMaxAgeS: 63_072_000, hstsPreload: true, nonce })
    assert.deepEqual(headerMistakes(kind, strict), [], kind)
    for (const value of Object.values(strict)) assert.match(value, /^[\u0020-\u007e]+$/)
  }
  const page = securityHeaders('page', { nonce })
  assert.match(page['content-security-policy']!, /script-src 'self' 'nonce-q83v/)
  assert.match(securityHeaders('download')['content-security-policy']!, /; sandbox$/)
})

test('the fields that checklists still ask for are found wrong', () => {
  const good = securityHeaders('page')
  const table: readonly (readonly [Record<string, string | undefined>, RegExp])[] = [
    [
      { 'strict-transport-security': 'max-age=15552000; includeSubDomains; preload' },
      /at least one year/,
    ],
    [{ 'strict-transport-security': undefined }, /missing/],
    [{ 'x-xss-protection': '1; mode=block' }, /0 or absent/],
    [
      {
        'content-security-policy':
          "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'; object-src 'none'; base-uri 'none'",
      },
      /unsafe-inline/,
    ],
    [
      { 'content-security-policy': "default-src 'self'; object-src 'none'; base-uri 'none'" },
      /frame-ancestors/,
    ],
    [{ 'content-security-policy': undefined }, /content-security-policy is missing/],
    [{ 'x-content-type-options': 'sniff' }, /x-content-type-options/],
    [{ 'referrer-policy': 'unsafe-url' }, /referrer-policy/],
    [{ 'x-powered-by': 'Express' }, /must not be there/],
    [{ 'cross-origin-opener-policy': 'unsafe-none' }, /opener/],
  ]
  for (const [change, found] of table)
    assert.match(headerMistakes('page', { ...good, ...change }).join('\n'), found)
  assert.deepEqual(headerMistakes('page', { ...good, 'x-xss-protection': undefined }), [])
  assert.match(
    headerMistakes('api', {
      ...securityHeaders('api'),
      'cache-control': 'public, max-age=60',
    }).join(),
    /cache-control/,
  )
  assert.equal(headerMistakes('api', {}).length >= 5, true)
})

test('HSTS below a year, or preload that does not hold, is refused where it is written', () => {
  for (const terms of [
    { hstsMaxAgeS: 15_552_000 },
    { hstsMaxAgeS: -1 },
    { hstsMaxAgeS: Number.NaN },
    { hstsPreload: true, hstsIncludesSubDomains: false },
    { hstsPreload: true, hstsMaxAgeS: 0 },
  ])
    assert.throws(
      () => securityHeaders('api', terms),
      { code: 'GUARD_HSTS_INVALID' },
      JSON.stringify(terms),
    )
  assert.equal(
    securityHeaders('api', { hstsMaxAgeS: 0 })['strict-transport-security'],
    'max-age=0; includeSubDomains',
  )
})

test('a policy that lets in what it should keep out is refused where it is written', () => {
  const refused: readonly CspDirectives[] = [
    { ...PAGE_CSP, 'style-src': ["'unsafe-inline'"] },
    { ...PAGE_CSP, 'script-src': ["'self'", "'UNSAFE-EVAL'"] },
    { ...PAGE_CSP, 'script-src': ['*'] },
    { ...PAGE_CSP, 'script-src': ['https:'] },
    { ...PAGE_CSP, 'script-src': ['data:'] },
    { ...PAGE_CSP, 'script-src': ['https://*'] },
    { ...PAGE_CSP, 'script-src': ['*.com'] },
    { ...PAGE_CSP, 'script-src': ['https://*:*'] },
    { ...PAGE_CSP, 'object-src': ['*'] },
    { ...PAGE_CSP, 'frame-ancestors': ['*'] },
    { ...PAGE_CSP, 'img-src': ["'self'; script-src *"] },
    { ...PAGE_CSP, 'img-src': ['a,b'] },
    { ...PAGE_CSP, 'img-src': ['a\nb'] },
    { ...PAGE_CSP, 'img-src': ["'none'", 'https://img.example'] },
    { ...PAGE_CSP, 'img src': [] },
    { 'default-src': ["'self'"], 'object-src': ["'none'"], 'base-uri': ["'none'"] },
    { 'default-src': ["'self'"], 'frame-ancestors': ["'none'"] },
    { 'object-src': ["'none'"], 'base-uri': ["'none'"], 'frame-ancestors': ["'none'"] },
  ]
  for (const directives of refused)
    assert.throws(
      () => writeCsp(directives),
      { code: 'GUARD_CSP_UNSAFE' },
      JSON.stringify(directives),
    )
  for (const short of ['', 'abc', 'not base64 at all, but long enough', "'; script-src *"])
    assert.throws(() => writeCsp(PAGE_CSP, short), { code: 'GUARD_CSP_UNSAFE' }, short)
})

test('a policy is written directive by directive, and a nonce does not open more than scripts and styles', () => {
  assert.equal(writeCsp(API_CSP), "default-src 'none'; frame-ancestors 'none'")
  const own = {
    ...PAGE_CSP,
    'img-src': ["'self'", 'https://*.img.example.com', 'data:'],
    'upgrade-insecure-requests': [],
  }
  assert.match(
    writeCsp(own),
    /; img-src 'self' https:\/\/\*\.img\.example\.com data:; upgrade-insecure-requests$/,
  )
  assert.equal(
    writeCsp(API_CSP, nonce),
    `default-src 'none'; frame-ancestors 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`,
  )
})

test('an origin that may read an answer is not kept from it by the resource policy', () => {
  const cors = makeCorsPolicy({ origins: ['https://app.example.com'] })
  const guard = makeEdgeGuard({ cors, headers: securityHeaders('api') })
  const policyFor = (origin: string): string | undefined =>
    guard({ method: 'GET', headers: { origin } }).fields['cross-origin-resource-policy']
  assert.equal(policyFor('https://app.example.com'), 'cross-origin')
  assert.equal(policyFor('https://evil.example'), 'same-origin')
})
