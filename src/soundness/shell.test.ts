// The shell reader: it agrees with an independent parser where it reads, and says so where it does not.
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { parse } from 'sh-syntax'
import { HOSTILE_TEXTS } from '../../test/shell-attacks.ts'
import { PLAIN_READS } from '../../test/shell-texts.ts'
import { parseShell } from './shell.ts'
import { listCommands } from './shell-view.ts'

/** Offsets of the top-level statements as the independent parser sees them; undefined when it refuses. */
async function statementsOf(source: string): Promise<readonly number[] | undefined> {
  try {
    return (await parse(source)).Stmts.map((statement) => statement.Pos.Offset)
  } catch (thrown) {
    if (thrown instanceof Error) return undefined
    throw thrown
  }
}

/** Its offsets count bytes and its grammar is stricter on a few forms that run nothing new. */
function isComparable(source: string): boolean {
  return /^[\n\t\x20-\x7e]*$/.test(source)
}

const PIECES = [
  'a',
  '"x"',
  "'y'",
  '$X',
  '"$X"',
  '${X:-1}',
  '$(a)',
  '"$(a b)"',
  '`a`',
  '|',
  '||',
  '&&',
  ';',
  '&',
  '\n',
  '(',
  ')',
  '{ ',
  '; }',
  'if a; then b; fi',
  'while a; do b; done',
  'for x in 1 2; do c; done',
  '! ',
  '[[ a == b ]]',
  '[ -f x ]',
  '>x',
  '2>&1',
  '<<<"q"',
  '#c\n',
  '\\\n',
  ' ',
  'X=1 ',
  '$((1+2))',
  '<(a)',
  '!',
  '}',
  'then',
  "$'a'",
  '*',
  '<<E\nbody\nE\n',
  '"',
  "'",
  '`',
  '$(',
  '${',
  '<',
  '>',
  'do',
  'done',
  '#',
  '\\',
]

test('every known text that is read has the statements an independent parser finds', async () => {
  let compared = 0
  for (const source of [...PLAIN_READS, ...HOSTILE_TEXTS]) {
    const reading = parseShell(source)
    if (!reading.isParsed || !isComparable(source)) continue
    const expected = await statementsOf(source)
    assert.deepEqual([source, reading.script.lists.map((list) => list.offset)], [source, expected])
    compared++
  }
  assert.ok(compared > 150, `compared only ${compared}`)
})

test('random shell that is read has the statements an independent parser finds', async () => {
  const text = fc
    .array(fc.tuple(fc.constantFrom(...PIECES), fc.boolean()), { minLength: 1, maxLength: 7 })
    .map((pieces) => pieces.map(([piece, spaced]) => piece + (spaced ? ' ' : '')).join(''))
  let compared = 0
  await fc.assert(
    fc.asyncProperty(text, async (source) => {
      const reading = parseShell(source)
      if (!reading.isParsed) return
      compared++
      assert.deepEqual(
        reading.script.lists.map((list) => list.offset),
        await statementsOf(source),
      )
    }),
    { numRuns: 200, seed: 24 },
  )
  assert.ok(compared > 30, `compared only ${compared}`)
})

test('commands inside substitutions, heredocs, branches and loops are listed', () => {
  const source =
    'a "$(b `c`)" <<E\n$(d)\nE\nif e; then f; else (g); fi\nfor x in $(h); do { i; }; done | j "${k:-$(l)}"'
  const reading = parseShell(source)
  assert.ok(reading.isParsed)
  assert.deepEqual(
    listCommands(reading.script).map(({ argv }) => argv[0]),
    ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'l'],
  )
})

test('what is not understood is refused with a reason and a place', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['case x in x) a;; esac', 0],
    ['true\nf() { a; }', 6],
    ['echo "open', 10],
    ['echo $(a', 8],
    ['cat <<E\nno end', 14],
    ['x=(1 2)', 2],
    ['a | | b', 4],
    ['a\0b', 1],
  ]
  for (const [source, offset] of cases) {
    const reading = parseShell(source)
    assert.ok(!reading.isParsed, source)
    assert.equal(reading.offset, offset, `${source}: ${reading.reason}`)
  }
})

test('texts that are too long or too deep are refused quickly', () => {
  assert.equal(parseShell('a'.repeat(70_000)).isParsed, false)
  assert.equal(parseShell('$('.repeat(5000) + ')'.repeat(5000)).isParsed, false)
  assert.equal(parseShell('('.repeat(5000)).isParsed, false)
  assert.equal(parseShell('`'.repeat(5001)).isParsed, false)
})

test('an indented delimiter does not end a heredoc, a tab does only where it may', () => {
  const commandsOf = (source: string): readonly (string | undefined)[] => {
    const reading = parseShell(source)
    return reading.isParsed
      ? listCommands(reading.script).map(({ argv }) => argv[0])
      : [reading.reason]
  }
  assert.deepEqual(commandsOf('cat <<E\n E\nrm\nE\ntrue'), ['cat', 'true'])
  assert.deepEqual(commandsOf('cat <<-E\n\tE\nrm\nE'), ['cat', 'rm', 'E'])
  assert.deepEqual(commandsOf('cat <<E\n\tE\nrm\nE'), ['cat'])
})
