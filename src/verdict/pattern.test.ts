// Tests of the bounded pattern language.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compilePattern } from './pattern.ts'
import { matchesPattern } from './pattern-match.ts'

test('a pattern finds what the same JavaScript pattern finds', () => {
  const patterns = [
    'ok',
    '^ok$',
    'o.k',
    'a*b',
    'a+b?',
    '^(?:ab|cd)+$',
    '[a-c]{2,3}',
    '[^a]b',
    '\\d+ms',
    '^$',
    'a|',
    '(a|b)(c|d)',
    '\\.',
    '^[\\w.-]+$',
    'x{0,2}y',
    'a{2}',
    'a{2,}',
    '[]a-]'.replace('[]', '[\\]'),
    '\\s\\S',
    '.*end',
    '(a|ab)(c|bcd)',
  ]
  const texts = [
    '',
    'ok',
    'not ok',
    'o\nk',
    'aaab',
    'b',
    'abcd',
    'abab',
    'cc',
    'ccc',
    '12ms',
    'a.b-c',
    'yy',
    'xxxy',
    'aa',
    ']',
    ' x',
    'the end',
    'abcd bcd',
    'é😀',
  ]
  let compared = 0
  for (const pattern of patterns) {
    const compiled = compilePattern(pattern)
    for (const text of texts) {
      assert.equal(
        matchesPattern(compiled, text),
        new RegExp(pattern, 'u').test(text),
        `${pattern} on ${JSON.stringify(text)}`,
      )
      compared++
    }
  }
  assert.equal(compared, patterns.length * texts.length)
})

test('any pattern of the language agrees with JavaScript on any short text', () => {
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\d', '(?:a|b)', '(ab)', '^', '$')
  const piece = fc
    .tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{1,2}'))
    .map(([a, q]) => (a === '^' || a === '$' ? a : a + q))
  const pattern = fc.array(piece, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))
  const text = fc
    .array(fc.constantFrom('a', 'b', '1', '\n'), { maxLength: 10 })
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(pattern, text, (p, t) => {
      assert.equal(matchesPattern(compilePattern(p), t), new RegExp(p, 'u').test(t))
    }),
    { numRuns: 2_000 },
  )
})

test('what could take more than linear time or means something else elsewhere is refused', () => {
  const refused = [
    '(a+)+$',
    '(a*)*',
    '((a?)b)*',
    '(?=a)',
    '(?!a)',
    '(?<=a)b',
    '(?<n>a)',
    '(?i)a',
    '\\1',
    '(a)\\1',
    'a**',
    'a+?',
    'a{1}{2}',
    'a{2,1}',
    'a{101}',
    'a{,3}',
    '*a',
    '+',
    '?',
    'a)',
    '(a',
    '[a',
    '[]',
    '[^]',
    '[b-a]',
    '[a-\\d]',
    '\\',
    '\\b',
    '\\p{L}',
    '\\k<n>',
    '\\x41',
    '\\u0041',
    '^*',
    '$+',
    '{',
    '}',
    ']',
    'a'.repeat(257),
    '('.repeat(20) + ')'.repeat(20),
    '[[a]',
    '(?:a{100}b{100}c{100}d{100}e{100}f{100}){100}',
  ]
  for (const pattern of refused) {
    assert.throws(() => compilePattern(pattern), { code: 'VERDICT_PLAN_PATTERN_REFUSED' }, pattern)
  }
  assert.throws(
    () => compilePattern('(?:[ab][cd][ef][gh][ij][kl][mn][op][qr][st][uv]){100}'.repeat(3)),
    { code: 'VERDICT_PLAN_PATTERN_REFUSED' },
  )
})

test('a text made to make matchers backtrack is answered in linear time', () => {
  const pattern = compilePattern('^a*a*a*a*a*a*a*a*b$')
  const before = process.threadCpuUsage()
  assert.equal(matchesPattern(pattern, 'a'.repeat(50_000)), false)
  assert.ok(process.threadCpuUsage(before).user < 1_000_000)
})

test('a match that would take too many steps is not answered', () => {
  const pattern = compilePattern('a?'.repeat(120) + 'b')
  assert.equal(matchesPattern(pattern, 'a'.repeat(1_000_000)), undefined)
})
