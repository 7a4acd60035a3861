// Times the verifier, its start included, on a bundle of 10,000 entries and 200 statements; prints a markdown line.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { aLargeBundle } from '../test/bundle-large.ts'

const ENTRY_COUNT = 10_000
const STATEMENT_COUNT = 200
const ROUNDS = 5

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'))
try {
  const built = await aLargeBundle(ENTRY_COUNT, STATEMENT_COUNT)
  const bundle = join(folder, 'large.bundle.tar')
  const trust = join(folder, 'large.trust.json')
  writeFileSync(bundle, built.bytes)
  writeFileSync(trust, built.trustBytes)
  const main = fileURLToPath(new URL('../bin/seaworthy.js', import.meta.url))
  const times = Array.from({ length: ROUNDS }, () => {
    const startedAt = performance.now()
    const run = spawnSync(process.execPath, [main, 'verify', bundle, '--trust', trust, '--json'], {
      encoding: 'utf8',
    })
    const tookMs = performance.now() - startedAt
    const { data } = JSON.parse(run.stdout) as {
      data: { verdict: string; checked: { entries: number; statements: number } }
    }
    const { verdict, checked } = data
    if (verdict !== 'INTACT' || checked.entries !== ENTRY_COUNT)
      throw new Error(`expected an intact bundle of ${ENTRY_COUNT} entries, got ${run.stdout}`)
    if (checked.statements !== STATEMENT_COUNT)
      throw new Error(`expected ${STATEMENT_COUNT} statements, got ${checked.statements}`)
    return tookMs
  })
  const median = times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!
  process.stdout.write(`${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}\n`)
  process.stdout.write(
    `| verify, start included: ${ENTRY_COUNT} entries, ${STATEMENT_COUNT} statements, ${built.bytes.length} bytes | \`node bench/verify.ts\` | ${median.toFixed(0)} ms | ≤ 1,000 ms |\n`,
  )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
