// Commands that misbehave: they hang, leave a daemon, print a gigabyte or want a terminal. The run ends, with a reason each.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { openWorkplace } from '../e2e/command-line.ts'

interface RunAnswer {
  readonly results: readonly {
    readonly gate: string
    readonly status: string
    readonly reason: string
    readonly evidence: readonly { readonly name: string; readonly sizeBytes: number }[]
  }[]
  readonly confirm: { readonly token: string }
}

const HANG_LIMIT_MS = 3000
/** Evidence of one stream, and the folder of all of it, stay far below what the command printed. */
const KEPT_LIMIT_BYTES = 64 * 1024 * 1024
const RUN_LIMIT_MS = 3 * 60_000

const GATES = {
  'It never comes back': 'sleep 600',
  'It leaves somebody behind':
    "(env -i setsid /bin/sh -c 'echo $$ > daemon.pid; exec sleep 900' > /dev/null 2>&1 < /dev/null 3>&- &)\nwhile ! test -s daemon.pid; do sleep 0.05; done\ntest -s daemon.pid",
  'It will not stop talking': 'head -c 1000000000 /dev/zero | tr "\\000" "x"',
  'It asks the terminal': 'read -r answer < /dev/tty\ntest "$answer" = yes',
  'It asks standard input': 'read -r answer\ntest "$answer" = yes',
  'It is well': 'test -n "$(date +%F)"',
}

const place = openWorkplace()
after(() => place.remove())

function writeChecklist(): string {
  const items = Object.entries(GATES).map(
    ([title, script]) =>
      `- [ ] **${title}**\n  \`\`\`bash\n  ${script.replaceAll('\n', '\n  ')}\n  \`\`\`\n`,
  )
  return place.write('storm/checklist.md', `# Storm 1.0.0\n\n## Checks\n\n${items.join('\n')}`)
}

test('every kind of bad command ends within its limits, and the others are not harmed', async (t) => {
  if (process.platform !== 'linux') {
    t.skip('setsid and /proc are there on Linux only')
    return
  }
  const plan = join(place.folder, 'storm', 'storm.plan.yaml')
  assert.equal((await place.ask(['plan', writeChecklist(), '--out', plan])).exit, 0)
  const edited = readFileSync(plan, 'utf8').replace(
    /timeoutMs: 12\d+/,
    `timeoutMs: ${HANG_LIMIT_MS}`,
  )
  assert.match(edited, new RegExp(`timeoutMs: ${HANG_LIMIT_MS}`))
  place.write('storm/storm.plan.yaml', edited)
  const preview = await place.ask<RunAnswer>(['run', plan])
  const startedMs = performance.now()
  const { exit, data } = await place.ask<RunAnswer>([
    'run',
    plan,
    '--confirm',
    preview.data.confirm.token,
  ])
  assert.ok(performance.now() - startedMs < RUN_LIMIT_MS)
  assert.equal(exit, 30)
  const found = new Map(data.results.map((result) => [result.gate.replace('checks/', ''), result]))
  const statuses = [...found].map(([gate, { status }]) => [gate, status])
  assert.deepEqual(Object.fromEntries(statuses), {
    'it-never-comes-back': 'ERROR',
    // It passed, and the person is told what it left running.
    'it-leaves-somebody-behind': 'WARN',
    'it-will-not-stop-talking': 'INCONCLUSIVE',
    'it-asks-the-terminal': 'FAIL',
    'it-asks-standard-input': 'FAIL',
    'it-is-well': 'PASS',
  })
  assert.match(found.get('it-never-comes-back')?.reason ?? '', /did not end within its time/)
  assert.match(
    found.get('it-leaves-somebody-behind')?.reason ?? '',
    /left 1 process running \(sleep\), killed/,
  )
  const talked = found.get('it-will-not-stop-talking')?.evidence ?? []
  assert.ok(talked.length > 0)
  for (const { name, sizeBytes } of talked)
    assert.ok(sizeBytes < KEPT_LIMIT_BYTES, `${name}: ${sizeBytes}`)
  assert.ok(folderSize(join(place.dataFolder, 'blobs')) < 2 * KEPT_LIMIT_BYTES)
  const pid = Number(readFileSync(join(place.folder, 'storm', 'daemon.pid'), 'utf8'))
  assert.ok(pid > 0)
  assert.equal(isRunning(pid), false, `the daemon ${pid} is gone`)
})

/** A dead process that nobody has collected yet does not run. */
function isRunning(pid: number): boolean {
  const status = `/proc/${pid}/status`
  return existsSync(status) && !/^State:\s+Z/m.test(readFileSync(status, 'utf8'))
}

function folderSize(folder: string): number {
  let total = 0
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) total += statSync(join(entry.parentPath, entry.name)).size
  }
  return total
}
