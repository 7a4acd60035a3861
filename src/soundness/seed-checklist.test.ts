// The 26 blocks of the outside checklist, each judged by hand: sound, or which rules of level error stand against it.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { CodeBlock } from './block.ts'
import { lintBlock } from './lint.ts'

interface Judged {
  /** Rule, line and column of each finding of level error. */
  readonly errors: readonly string[]
  /** True when the last command can exit 0 whatever the claim is worth. */
  readonly isLastEmpty: boolean
  readonly why: string
}

function sound(why: string): Judged {
  return { errors: [], isLastEmpty: false, why }
}

function empty(why: string, ...errors: readonly string[]): Judged {
  return { errors, isLastEmpty: true, why }
}

function misled(why: string, ...errors: readonly string[]): Judged {
  return { errors, isLastEmpty: false, why }
}

const BLOCKS: readonly Judged[] = [
  empty(
    'SELECT validate answering false succeeds; -f goes on after errors',
    'psql-no-stop 28:3',
    'select-without-test 32:3',
  ),
  sound('the verifier program decides by its own exit code'),
  sound('slsa-verifier decides; source and tag are named'),
  misled('cosign decides, but any signer is accepted', 'wildcard-identity 71:5'),
  sound('sign-ledger --verify decides'),
  empty(
    'a PromQL fetch prints a rate and tests nothing',
    'no-fail-curl 104:3',
    'query-without-assertion 104:3',
  ),
  empty(
    'a PromQL fetch prints a counter and tests nothing',
    'no-fail-curl 120:3',
    'query-without-assertion 120:3',
  ),
  empty(
    'a PromQL fetch prints a counter and tests nothing',
    'no-fail-curl 136:3',
    'query-without-assertion 136:3',
  ),
  sound('--assert-drift makes the program fail'),
  empty(
    'a PromQL fetch prints the light tenant and tests nothing',
    'no-fail-curl 170:3',
    'query-without-assertion 170:3',
  ),
  empty('curl accepts HTTP 500 from the webhook', 'no-fail-curl 186:3'),
  sound('--deadline with --assert makes the job fail'),
  empty('ls lists whatever is there', 'always-true-tail 224:3'),
  sound('the dry run decides by its own exit code'),
  empty(
    'two PromQL fetches print burn rates and test nothing',
    'no-fail-curl 253:3',
    'no-fail-curl 254:3',
    'query-without-assertion 254:3',
  ),
  empty(
    'gh run list shows some run, perhaps not this one, perhaps failed',
    'async-without-wait 267:3',
    'query-without-assertion 270:3',
  ),
  empty('curl accepts HTTP 404 for the dashboard', 'no-fail-curl 282:3'),
  empty('jq select without a match exits 0', 'no-fail-curl 303:3', 'select-without-test 303:33'),
  empty('curl accepts HTTP 412 for the import', 'no-fail-curl 314:3'),
  empty(
    'export cannot fail; restarting and verifying are comments',
    'comment-only-step 330:3',
    'always-true-tail 332:3',
    'comment-only-step 333:3',
  ),
  misled(
    'cosign signs well what was typed in and never filled',
    'quoted-heredoc-with-vars 349:40',
    'self-asserted-manifest 361:5',
  ),
  empty(
    'two hours unwatched, then curl accepts HTTP 503',
    'async-without-wait 395:3',
    'sleep-as-soak 400:3',
    'no-fail-curl 403:3',
  ),
  sound('k6 fails on the thresholds that its script declares'),
  empty('echo cannot fail; nothing tests the kill switches', 'always-true-tail 438:3'),
  empty(
    'the patch is accepted, nobody waits or monitors; production is changed',
    'async-without-wait 463:3',
    'prod-mutation-in-check 463:3',
    'comment-only-step 467:3',
  ),
  sound('both programs decide by their own exit codes'),
]

/** The fences of this one document are regular enough for a pattern; the product uses a real parser. */
function blocksOf(text: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = []
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const indent = /^( *)```bash$/.exec(lines[at]!)?.[1]?.length
    if (indent === undefined) continue
    const first = at + 1
    do at++
    while (lines[at]?.trim() !== '```')
    const source = lines.slice(first, at).map((line) => line.slice(indent))
    const places = source.map((_, i) => ({ line: first + i + 1, column: indent + 1 }))
    blocks.push({
      id: `block#${blocks.length + 1}`,
      language: 'bash',
      kind: 'runnable',
      source: source.join('\n'),
      line: first + 1,
      column: indent + 1,
      lines: places,
      inline: false,
    })
  }
  return blocks
}

test('every block of the outside checklist is judged as a person judged it', (t) => {
  const folder = process.env['SEAWORTHY_SEEDS']
  if (folder === undefined) return t.skip('SEAWORTHY_SEEDS is not set')
  const name = readdirSync(folder).find((file) => file.startsWith('003_'))
  assert.ok(name !== undefined, 'no document 003 in SEAWORTHY_SEEDS')
  const blocks = blocksOf(readFileSync(join(folder, name), 'utf8'))
  assert.equal(blocks.length, BLOCKS.length)
  for (const [i, block] of blocks.entries()) {
    const errors = lintBlock(block).filter(({ level }) => level === 'error')
    const found = errors.map(({ rule, line, column }) => `${rule} ${line}:${column}`)
    assert.deepEqual(
      [i + 1, [...found].sort()],
      [i + 1, [...BLOCKS[i]!.errors].sort()],
      BLOCKS[i]!.why,
    )
  }
})

test('sixteen blocks end without deciding, two decide something else, eight are sound', () => {
  assert.equal(BLOCKS.length, 26)
  assert.equal(BLOCKS.filter(({ isLastEmpty }) => isLastEmpty).length, 16)
  assert.equal(
    BLOCKS.filter(({ errors, isLastEmpty }) => errors.length > 0 && !isLastEmpty).length,
    2,
  )
  assert.equal(BLOCKS.filter(({ errors }) => errors.length === 0).length, 8)
})
