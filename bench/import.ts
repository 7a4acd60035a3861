// Times the import of ordinary and of huge checklists, each in a process of its own; prints markdown lines.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { importChecklist } from '../src/gates/import.ts'
import { nodeDigest } from '../test/crypto.ts'

const ROUNDS = 5

function repeatedExample(): string {
  const example = readFileSync(new URL('../examples/checklist/intact.md', import.meta.url), 'utf8')
  const body = example.replace(/^---[\s\S]*?---\n/, '')
  const count = Math.ceil(1_000_000 / Buffer.byteLength(body))
  return Array.from({ length: count }, (_, i) => body.replaceAll('- [ ] **', `- [ ] **${i} `)).join(
    '\n',
  )
}

const CASES: Readonly<Record<string, () => string>> = {
  '1 MB of small gates, lint included': repeatedExample,
  '100,000 tasks': () => '- [ ] task\n'.repeat(100_000),
  '10,000 tasks with a slot each': () =>
    Array.from({ length: 10_000 }, (_, i) => `- [ ] task ${i}\n  - Took \`____ms\` (<5)\n`).join(
      '',
    ),
  '20 MB of text': () => 'Words, some with `code` in them and **bold**.\n'.repeat(440_000),
  '8 MB of text and one task': () =>
    `- [ ] x\n\n${'Words, some with `code` in them and **bold**.\n'.repeat(178_000)}`,
  '2 MB of shell code in 1,000 gates': () =>
    Array.from(
      { length: 1000 },
      (_, i) =>
        `- [ ] t${i}\n  \`\`\`bash\n${'  test -f x && grep -q ok y\n'.repeat(74)}  \`\`\`\n`,
    ).join(''),
  '1,000 levels of lists': () =>
    Array.from({ length: 1000 }, (_, i) => `${'  '.repeat(i)}- [ ] t${i}\n`).join(''),
  'a table of 10,000 rows': () =>
    `| ID | Check | Status |\n|--|--|--|\n${Array.from({ length: 10_000 }, (_, i) => `| ${i} | x | ☐ |\n`).join('')}`,
}

/** Median processor time of importing one case, and what the process took in memory. */
function measureCase(name: string): void {
  const bytes = new TextEncoder().encode(CASES[name]!())
  let answer = ''
  let peakMb = 0
  const times = Array.from({ length: ROUNDS }, () => {
    const before = process.threadCpuUsage()
    try {
      answer = `${importChecklist(bytes, 'x.md', nodeDigest).gates.length} gates`
    } catch (refused) {
      answer = String(Reflect.get(Object(refused), 'code'))
    }
    const { user, system } = process.threadCpuUsage(before)
    // Of the first round: the next ones find its garbage still there.
    peakMb ||= process.resourceUsage().maxRSS / 1024
    return (user + system) / 1000
  })
  const [first] = times
  const median = times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]
  process.stdout.write(
    `| ${name} | ${first?.toFixed(0)} | ${median?.toFixed(0)} | ${peakMb.toFixed(0)} | ${answer} |\n`,
  )
}

const wanted = process.argv[2]
if (wanted !== undefined) measureCase(wanted)
else {
  process.stdout.write(
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, processor time of ${ROUNDS} rounds: node bench/import.ts\n\n`,
  )
  process.stdout.write(
    '| what | first, ms | median, ms | peak of the process, MB | answer |\n| --- | --- | --- | --- | --- |\n',
  )
  for (const name of Object.keys(CASES))
    spawnSync(process.execPath, [fileURLToPath(import.meta.url), name], { stdio: 'inherit' })
}
