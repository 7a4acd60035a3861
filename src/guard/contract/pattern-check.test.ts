// Patterns that explode and patterns that do not; what the check says is held against a matcher that counts its steps.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { judgePattern } from './pattern-check.ts'
import { readPattern } from './pattern-syntax.ts'
import type { PatternTree } from './pattern-syntax.ts'

const MEBIBYTE = 1_048_576

function said(pattern: string, length = MEBIBYTE): string {
  const judged = judgePattern(pattern, length, MEBIBYTE)
  return judged.ok ? 'ok' : judged.reason
}

test('patterns known to explode are refused by their kind', () => {
  const table: readonly (readonly [string, string])[] = [
    ['^(a+)+$', 'exponential'],
    ['(a*)*b', 'exponential'],
    ['^(a|a)*$', 'exponential'],
    ['^(a|aa)+$', 'exponential'],
    ['^(a*b*)*c', 'exponential'],
    [String.raw`^(\w+\s?)*$`, 'exponential'],
    [String.raw`^(\d{1,3},?)+$`, 'exponential'],
    ['([a-z]+){30,}', 'exponential'],
    ['a((a+)+b)?', 'exponential'],
    [String.raw`^([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+$`, 'exponential'],
    [String.raw`^(?:\p{L}|\d)+$`, 'exponential'],
    ['^(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)$', 'exponential'],
    ['^a?a?a?a?a?a?a?a?aaaaaaaa$', 'exponential'],
    ['^(a?){30}a{30}$', 'counted-nothing'],
    [String.raw`\s+$`, 'polynomial'],
    [String.raw`^[^@\s]+@[^@\s]+\.[^@\s]+$`, 'polynomial'],
    ['^.*a.*b.*c$', 'polynomial'],
    ['a*a*a*b', 'polynomial'],
    ['(?=a)b', 'lookaround'],
    ['(?<!a)b', 'lookaround'],
    [String.raw`(a)\1`, 'back-reference'],
    [String.raw`(?<x>a)\k<x>`, 'back-reference'],
    ['(?i:a)', 'modifier'],
    ['(', 'invalid'],
    [String.raw`\-`, 'invalid'],
    ['a'.repeat(121), 'too-many-places'],
    ['a'.repeat(1_001), 'too-long'],
  ]
  for (const [pattern, reason] of table) assert.equal(said(pattern), reason, pattern)
})

test('patterns that people write every day are taken', () => {
  const table = [
    '',
    'foo',
    '[a-z]+',
    '[a-z]{3,}',
    String.raw`^\d+$`,
    '^[A-Z]{3}$',
    '^#[0-9a-fA-F]{6}$',
    '^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)$',
    '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$',
    String.raw`^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$`,
    String.raw`^(\d{1,3}\.){3}\d{1,3}$`,
    String.raw`^https?://[^\s/]+(/[^\s]*)?$`,
    String.raw`^[a-z]{1,63}(\.[a-z]{1,63})*$`,
    '^(?:[a-z0-9]+-)*[a-z0-9]+$',
    String.raw`^v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`,
    String.raw`^\p{Lu}\p{L}*$`,
    String.raw`^[\u{1F600}-\u{1F64F}\x41\u0042\cA\0\/\]-]+$`,
  ]
  for (const pattern of table) assert.equal(said(pattern), 'ok', pattern)
})

test('work that grows with the square is taken where a maxLength bounds it, and the refusal names the bound', () => {
  const mail = String.raw`^[^@\s]+@[^@\s]+\.[^@\s]+$`
  assert.equal(said(mail, 254), 'ok')
  const judged = judgePattern(mail, MEBIBYTE, MEBIBYTE)
  assert.ok(!judged.ok)
  const bound = Number(/maxLength of at most (\d+)/.exec(judged.detail)?.[1])
  assert.equal(said(mail, bound), 'ok')
  assert.equal(said(mail, bound + 1), 'polynomial')
  assert.equal(judgePattern(mail, 4_000, 65_536).ok, true, 'smaller bodies allow longer texts')
})

/** A backtracking matcher as engines are built, which counts what it tries; Infinity past the limit. */
function stepsOf(tree: PatternTree, text: string, isAnchored: boolean, limit: number): number {
  let steps = 0
  type Next = (at: number) => boolean
  const match = (node: PatternTree, at: number, next: Next): boolean => {
    if (++steps > limit) throw new RangeError('too many steps')
    if (node.kind === 'points') {
      const point = text.codePointAt(at)
      return (
        point !== undefined &&
        node.points.some(([a, b]) => point >= a && point <= b) &&
        next(at + 1)
      )
    }
    if (node.kind === 'empty') return (node.assertion !== 'other' || at === text.length) && next(at)
    if (node.kind === 'choice') return node.parts.some((part) => match(part, at, next))
    if (node.kind === 'repeat') return turn(node, 0, at, next)
    const go = (index: number, from: number): boolean => {
      const part = node.parts[index]
      return part === undefined ? next(from) : match(part, from, (to) => go(index + 1, to))
    }
    return go(0, at)
  }
  const turn = (
    node: PatternTree & { kind: 'repeat' },
    count: number,
    at: number,
    next: Next,
  ): boolean =>
    (count < node.max &&
      match(
        node.body,
        at,
        (to) => (to > at || count < node.min) && turn(node, count + 1, to, next),
      )) ||
    (count >= node.min && next(at))
  try {
    for (let start = 0; start <= (isAnchored ? 0 : text.length); start++)
      if (match(tree, start, () => true)) break
  } catch (error) {
    if (error instanceof RangeError) return Number.POSITIVE_INFINITY
    throw error
  }
  return steps
}

const pieces = fc.constantFrom('a', 'b', '[ab]', '.', 'ab', 'a|b', '')
const signs = fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}', '{3,}')
const patterns = fc.letrec<{ tree: string; part: string }>((tie) => ({
  part: fc.oneof(
    { maxDepth: 3 },
    pieces.map((piece) => (piece.length === 1 || piece.startsWith('[') ? piece : `(?:${piece})`)),
    tie('tree').map((inner) => `(?:${inner})`),
  ),
  tree: fc
    .array(fc.tuple(tie('part'), signs), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.map(([part, sign]) => part + sign).join('')),
})).tree

test('on random patterns and hostile texts a matcher never takes more steps than the check allows for', () => {
  let taken = 0
  let refused = 0
  const attack = fc.tuple(
    fc.constantFrom('a', 'b', 'ab', 'aab', 'aba'),
    fc.constantFrom('', 'b', 'c', 'a'),
    fc.constantFrom('', 'b', 'c'),
  )
  fc.assert(
    fc.property(
      patterns,
      fc.boolean(),
      fc.boolean(),
      attack,
      (body, isAnchored, isEnded, [pump, before, after]) => {
        const pattern = `${isAnchored ? '^' : ''}(?:${body})${isEnded ? '$' : ''}`
        const text = before + pump.repeat(Math.ceil(24 / pump.length)) + after
        const judged = judgePattern(pattern, text.length, text.length)
        if (!judged.ok) {
          refused++
          return
        }
        taken++
        // Every character costs a few steps of this matcher for each place of the pattern that is passed without reading.
        const allowed = 40 * judged.factor * (text.length + 1) * (pattern.length + 1)
        const steps = stepsOf(readPattern(pattern), text, isAnchored, allowed + 1)
        assert.ok(steps <= allowed, `${pattern} on ${text}: more than ${allowed} steps`)
      },
    ),
    { numRuns: 600 },
  )
  assert.ok(taken > 60 && refused > 60, `taken ${taken}, refused ${refused}`)
})

test('the check itself ends soon on the worst it takes', () => {
  const worst = [
    `^${'(?:a?b?c?)*'.repeat(39)}$`,
    `^(?:${'[a-z]'.repeat(110)})*$`,
    `^${'(?:ab|ba)*'.repeat(28)}$`,
    `${'.*'.repeat(110)}$`,
    `^(?:${Array.from({ length: 100 }, () => 'a').join('|')})$`,
    '('.repeat(400) + 'a' + ')'.repeat(400),
  ]
  for (const pattern of worst) {
    const began = process.cpuUsage()
    said(pattern)
    const { user, system } = process.cpuUsage(began)
    assert.ok(user + system < 2_000_000, `${pattern.slice(0, 40)} took ${user + system} µs`)
  }
})
