// Preloaded into every thread of a program: whatever starts a process is written down in the file that the environment names.
import childProcess from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const file = process.env['SEAWORTHY_TEST_ALARM_FILE'] ?? ''
const STARTERS = [
  'spawn',
  'spawnSync',
  'exec',
  'execSync',
  'execFile',
  'execFileSync',
  'fork',
] as const

const module: Record<string, unknown> = childProcess
for (const name of STARTERS) {
  const start: unknown = module[name]
  if (typeof start !== 'function')
    throw new TypeError(`expected node:child_process to have ${name}`)
  module[name] = (...words: unknown[]): unknown => {
    appendFileSync(file, `${name} ${JSON.stringify(words[0])}\n`)
    return Reflect.apply(start, childProcess, words)
  }
}
syncBuiltinESMExports()
appendFileSync(file, 'armed\n')
