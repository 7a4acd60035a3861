// A stranger's repository gets a checklist that our own lint has nothing against, and nothing of it is run.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openWorkplace } from './command-line.ts'

const workplace = openWorkplace()
after(() => workplace.remove())

interface InitData {
  readonly service: string
  readonly written: readonly string[]
  readonly adopted: boolean
  readonly gates: readonly { readonly command?: string; readonly because: string }[]
}

function aFolder(name: string): string {
  const folder = join(workplace.folder, name)
  mkdirSync(folder)
  return folder
}

test('init proposes a checklist whose commands the lint finds sound, and runs nothing of the repository', async () => {
  const folder = aFolder('stranger')
  const trap = join(workplace.folder, 'executed')
  workplace.write(
    'stranger/package.json',
    JSON.stringify({
      name: 'lantern',
      scripts: { test: `touch ${trap}`, prepare: `touch ${trap}` },
    }),
  )
  workplace.write('stranger/package-lock.json', '{}')
  workplace.write('stranger/go.mod', 'module example.org/lantern\n')
  const init = await workplace.ask<InitData>(['init', folder])
  assert.equal(init.exit, 0)
  assert.equal(init.data.service, 'lantern')
  assert.equal(existsSync(trap), false)
  const path = join(folder, 'RELEASE_CHECKLIST.md')
  assert.deepEqual(init.data.written, [path, join(folder, 'seaworthy.yaml')])
  const lint = await workplace.ask<{ findings: { level: string }[]; counts: { gates: number } }>([
    'lint',
    path,
  ])
  assert.equal(lint.exit, 0)
  assert.equal(lint.data.counts.gates, init.data.gates.length + 2)
  assert.equal(init.data.gates.filter(({ command }) => command !== undefined).length, 4)
  const plan = await workplace.ask<{
    plan: { gates: { assertions: unknown[]; check: { type: string } }[] }
  }>(['plan', path, '--release-version', '1.0.0', '--out', join(folder, 'p.plan.yaml')])
  const commands = plan.data.plan.gates.filter(({ check }) => check.type === 'command')
  assert.equal(commands.length, 4)
  assert.ok(commands.every(({ assertions }) => assertions.length > 0))
})

test('a second init writes over nothing unless it is told to', async () => {
  const folder = aFolder('again')
  const first = await workplace.ask<InitData>(['init', folder, '--out', join(folder, 'gates.md')])
  assert.equal(first.exit, 0)
  const refusal = await workplace.refusal(['init', folder, '--out', join(folder, 'gates.md')])
  assert.deepEqual([refusal.exit, refusal.code], [7, 'SURVEY_CHECKLIST_EXISTS'])
  const forced = await workplace.ask<InitData>([
    'init',
    folder,
    '--out',
    join(folder, 'gates.md'),
    '--force',
  ])
  assert.equal(forced.exit, 0)
})

test('a checklist that the repository has is taken as it is, and named in seaworthy.yaml', async () => {
  const folder = aFolder('kept')
  mkdirSync(join(folder, 'docs'))
  const own = '- [ ] **ours**\n'
  workplace.write('kept/docs/release-checklist.md', own)
  const init = await workplace.ask<InitData>(['init', folder])
  assert.equal(init.data.adopted, true)
  assert.deepEqual(init.data.written, [join(folder, 'seaworthy.yaml')])
  assert.equal(readFileSync(join(folder, 'docs/release-checklist.md'), 'utf8'), own)
  assert.match(
    readFileSync(join(folder, 'seaworthy.yaml'), 'utf8'),
    /^checklist: "docs\/release-checklist.md"$/m,
  )
})

test('a link out of the repository is neither followed nor read, and a folder that is none is refused', async () => {
  const folder = aFolder('linked')
  workplace.write('outside.json', JSON.stringify({ name: 'outside', scripts: { test: 'x' } }))
  symlinkSync(join(workplace.folder, 'outside.json'), join(folder, 'package.json'))
  symlinkSync('/', join(folder, 'root'))
  const init = await workplace.ask<InitData>(['init', folder])
  assert.equal(init.data.service, 'linked')
  assert.deepEqual(init.data.gates, [])
  rmSync(join(folder, 'root'))
  assert.equal(
    (await workplace.refusal(['init', join(workplace.folder, 'missing')])).code,
    'APP_FILE_UNREADABLE',
  )
})
