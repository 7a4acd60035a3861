// Blocks as people write them, run by a real bash: exit codes, positions, output.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readStepTrace } from './step-trace.ts'
import { strictShellCall } from './strict-shell.ts'

interface BlockOutcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** `line:exit` of each step. */
  readonly steps: string
  readonly failed: string
}

function textOfSteps(trace: string, code: number | null): { steps: string; failed: string } {
  const { steps } = readStepTrace(trace, code)
  const text = steps.map((step) => `${step.line}:${step.exitCode}`)
  return { steps: text.join(' '), failed: text.filter((each) => !each.endsWith(':0')).join(' ') }
}

async function runBlock(script: string, env: Record<string, string> = {}): Promise<BlockOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-shell-'))
  try {
    const block = join(folder, 'block.sh')
    writeFileSync(block, script)
    const call = strictShellCall(block)
    const child = spawn(call.file, [...call.args], {
      cwd: folder,
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', HOME: folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    })
    const outputs = ['', '', '', '']
    for (const fd of [1, 2, 3])
      child.stdio[fd]?.on('data', (chunk: Buffer) => (outputs[fd] += chunk.toString('utf8')))
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
    return {
      code,
      stdout: outputs[1]!,
      stderr: outputs[2]!.replaceAll(`${folder}/`, ''),
      ...textOfSteps(outputs[3]!, code),
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

// [script, exit code, stdout, failed steps as line:exit]
const SNIPPETS: readonly (readonly [string, number, string, string])[] = [
  ['true', 0, '', ''],
  ['false', 1, '', '1:1'],
  ['echo a\nfalse\necho b', 1, 'a\n', '2:1'],
  ['echo a\nfalse | true\necho b', 1, 'a\n', '2:1'],
  ['true | (exit 4) | true', 4, '', '1:4'],
  ['false || true\necho on', 0, 'on\n', ''],
  ['true && false || echo rescued', 0, 'rescued\n', ''],
  ['false && echo never\necho on', 0, 'on\n', ''],
  ['if false; then echo yes; else echo no; fi', 0, 'no\n', ''],
  ['if false | true; then echo yes; else echo no; fi', 0, 'no\n', ''],
  ['! false\necho on', 0, 'on\n', ''],
  ['! true\necho on', 0, 'on\n', ''],
  ['while read -r line; do echo "<$line>"; done <<< "x"', 0, '<x>\n', ''],
  ['until true; do echo never; done', 0, '', ''],
  ['check() {\n  echo in\n  false\n  echo never\n}\ncheck\necho never', 1, 'in\n', '3:1'],
  ['check() { return 3; }\nif check; then echo yes; fi\ncheck', 3, '', '3:3'],
  ['check() {\n  false\n  echo reached\n}\ncheck || echo never', 0, 'reached\n', ''],
  ['( echo s\n  false\n  echo never )\necho never', 1, 's\n', '2:1 3:1'],
  ['( false ) || echo rescued', 0, 'rescued\n', ''],
  ['x=$(false)\necho never', 1, '', '1:1 1:1'],
  ['x=$(false; echo hidden)\necho never', 1, '', '1:1 1:1'],
  ['x=$(false) || x=none\necho "$x"', 0, 'none\n', ''],
  ['[ "$(false)" = "" ] || echo differs', 0, '', ''],
  ['echo "version: $(cat missing 2>/dev/null)"', 0, 'version: \n', '1:1'],
  [
    "cat <<END\n$NAME is $((1 + 1))\nEND\ncat <<'END'\n$NAME\nEND\nfalse",
    1,
    'value is 2\n$NAME\n',
    '7:1',
  ],
  ['grep -q needle <<END\nhay\nEND\necho never', 1, '', '1:1'],
  ['echo $((1 / 1))\n(( 1 == 2 ))', 1, '1\n', '2:1'],
  ['if (( 1 == 2 )); then echo yes; fi\n[[ a == b ]] || echo differs', 0, 'differs\n', ''],
  ['exit 7', 7, '', '1:7'],
  ['echo a; exit 0; false', 0, 'a\n', ''],
  ['set +e\nfalse\necho on', 0, 'on\n', '2:1'],
  ['set +o pipefail\nfalse | true\necho on', 0, 'on\n', ''],
  ['no-such-command-here 2>/dev/null\necho never', 127, '', '1:127'],
  ['for i in 1 2; do echo $i; done\ncase x in x) echo c ;; esac', 0, '1\n2\nc\n', ''],
  ['printf "%s\\n" a b | while read -r l; do echo "$l$l"; done', 0, 'aa\nbb\n', ''],
  ['mkdir -p made && cd $_ && basename "$PWD"', 0, 'made\n', ''],
  ['set -- one two\necho "$#" "$1"', 0, '2 one\n', ''],
  ['echo "$#${1-}"', 0, '0\n', ''],
  ['exec 3> out.txt\necho three >&3\ncat out.txt', 0, 'three\n', ''],
  ['if { true >&3; } 2>/dev/null; then echo open; fi', 0, '', ''],
  ['trap "echo bye" EXIT\nfalse', 1, 'bye\n', '2:1'],
  ['trap "echo bye" EXIT\ntrue', 0, 'bye\n', ''],
  ['echo one \\\n  two\nfalse', 1, 'one two\n', '3:1'],
  ['read -r answer\necho never', 1, '', '1:1'],
  ['eval "true; false"\necho never', 1, '', '1:1'],
  [
    'local_file=$(mktemp)\necho x > "$local_file"\n. "$local_file" 2>/dev/null\necho never',
    127,
    '',
    '3:127',
  ],
  ['f() {\n  echo "$NOT_SET"\n}\nf', 1, '', '2:1'],
  [': "${NOT_SET:?is needed}"', 1, '', '1:1'],
  ['true\nfalse ||\n  exit 6', 6, '', '3:6'],
  ['stop() {\n  exit 5\n}\nstop', 5, '', '2:5'],
  ['cat <(echo a; false)', 0, 'a\n', '1:1'],
  ['sleep 0 &\nwait $!\necho on', 0, 'on\n', ''],
  ['\n\n# a comment\n\nfalse', 1, '', '5:1'],
]

test('each snippet ends with the exit code, the output and the failed positions that strict rules give it', async () => {
  for (const [script, code, stdout, failed] of SNIPPETS) {
    const got = await runBlock(script, { NAME: 'value' })
    assert.deepEqual(
      { script, code: got.code, stdout: got.stdout, failed: got.failed },
      { script, code, stdout, failed },
    )
  }
  assert.ok(SNIPPETS.length >= 50)
})

test('an unset variable ends the block and is named with its line', async () => {
  const got = await runBlock('echo a\necho "$NOT_SET"\necho never')
  assert.notEqual(got.code, 0)
  assert.equal(got.stdout, 'a\n')
  assert.match(got.stderr, /block\.sh: line 2: NOT_SET: unbound variable/)
  assert.match(got.failed, /^2:/)
})

test('a syntax error never counts as success', async () => {
  assert.notEqual((await runBlock('echo a\nif [ 1')).code, 0)
})

test('successful steps are listed with their lines, and only where success is certain', async () => {
  const table: readonly (readonly [string, string])[] = [
    ['echo a\necho b\n\necho c', '1:0 2:0 4:0'],
    ['f() {\n  echo in\n}\nf\necho out', '2:0 5:0'],
    ['true | true\necho b', '1:0 1:0 2:0'],
    ['false | true || echo c\necho d', '1:0 2:0'],
    ['if false; then echo x; fi\necho d', '2:0'],
    ['x=1\necho $x', '1:0 2:0'],
    ['for i in 1; do echo $i; done\ncase x in x) echo c ;; esac', '1:0 2:0'],
  ]
  for (const [script, steps] of table) {
    assert.deepEqual([script, (await runBlock(script)).steps], [script, steps])
  }
})

test('secrets reach the block by its environment and stay out of the arguments and the trace', async () => {
  const script =
    'tr "\\0" " " < /proc/$$/cmdline\ncurl --version > /dev/null || true\n: "$API_TOKEN"'
  const got = await runBlock(script, { API_TOKEN: 'obviously-fake-token' })
  assert.equal(got.code, 0)
  assert.ok(got.stdout.includes('--noprofile'))
  assert.ok(!got.stdout.includes('obviously-fake-token'))
  assert.equal(got.steps, '1:0 2:0 3:0')
})

test('curl fails on an error status and still prints the body, whether or not the block set its own flag', async (t) => {
  const server = createServer((_request, response) => response.writeHead(500).end('oops\n'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const address = server.address()
  assert.ok(address !== null && typeof address === 'object')
  const url = `http://127.0.0.1:${address.port}/`
  // [arguments, expected stdout]
  const table: readonly (readonly [string, string])[] = [
    ['$URL', 'oops\n'],
    ['-s $URL', 'oops\n'],
    ['-fsS $URL', ''],
    ['--fail $URL', ''],
    ['--fail-with-body $URL', 'oops\n'],
    ['-X POST -d f=1 $URL', 'oops\n'],
    ['-sXPOST -Hf:f $URL', 'oops\n'],
    ['-sd f $URL', 'oops\n'],
    ['-s -o /dev/null -w "%{http_code}" $URL', '500'],
  ]
  for (const [args, stdout] of table) {
    const got = await runBlock(`echo first > /dev/null\ncurl ${args}\necho never`, { URL: url })
    assert.deepEqual([args, got.code, got.stdout, got.failed], [args, 22, stdout, '2:22'])
  }
  const caught = await runBlock(
    'code=$(curl -s -o /dev/null -w "%{http_code}" $URL || true)\necho "code $code"',
    { URL: url },
  )
  assert.deepEqual([caught.code, caught.stdout, caught.failed], [0, 'code 500\n', ''])
})

test('a failing statement inside psql ends the block', async (t) => {
  const url = 'postgresql://postgres@127.0.0.1:5432/postgres?connect_timeout=2'
  const probe = await runBlock('psql "$URL" -Atc "select 1"', { URL: url })
  if (probe.code !== 0) return t.skip('no PostgreSQL on 127.0.0.1:5432, or no psql')
  const got = await runBlock(
    'psql "$URL" -At <<SQL\nselect 1;\nselect 1/0;\nselect 3;\nSQL\necho never',
    { URL: url },
  )
  assert.deepEqual([got.code, got.stdout, got.failed], [3, '1\n', '1:3'])
})
