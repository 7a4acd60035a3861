// The examples of docs/guards.md hold before the strictest compiler, not only when they run.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { folder, writeExample } from '../guard-example.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

function compileExamples(): string {
  const config = { extends: join(root, 'tsconfig.json'), include: ['*.ts'], exclude: [] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const words = [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]
  const { stdout, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' })
  return stdout + stderr
}

test('every example of the guards compiles as strictly as the project itself', () => {
  const page = readFileSync(join(root, 'docs/guards.md'), 'utf8')
  const names = [...page.matchAll(/^```ts ([\w-]+)$/gm)].map(([, name]) => name!)
  assert.ok(names.length >= 18)
  for (const name of names) writeExample(name)
  assert.equal(compileExamples(), '')
  writeFileSync(join(folder, 'fastify.ts'), "export const app: number = 'not one'\n")
  assert.match(compileExamples(), /fastify\.ts\(1,14\): error TS2322/)
})
