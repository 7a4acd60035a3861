// How a process that stays begins: anew, with the variable by which freed memory goes back to the system.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import test from 'node:test'

const NAME = 'MALLOC_MMAP_THRESHOLD_'
const SCRIPT = `import { giveMemoryBack } from ${JSON.stringify(new URL('../bin/runtime.js', import.meta.url).href)}
giveMemoryBack(process.argv[1])
console.log(JSON.stringify([process.pid, process.env.${NAME} ?? null, process.argv.slice(1)]))`

function begin(
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
  options: readonly string[] = [],
): unknown[] {
  const { [NAME]: _own, ...env } = process.env
  const code = `data:text/javascript,${encodeURIComponent(SCRIPT)}`
  const flags = [
    ...options,
    '--input-type=module',
    '--eval',
    `await import(${JSON.stringify(code)})`,
  ]
  const child = spawnSync(process.execPath, [...flags, ...words], {
    env: { ...env, ...more },
    encoding: 'utf8',
  })
  assert.equal(child.status, 0, child.stderr)
  const [pid, ...told] = JSON.parse(child.stdout) as unknown[]
  assert.equal(pid, child.pid)
  return told
}

test('what stays begins anew under its own number with all its words, a command does not, and a value of the operator is kept', (t) => {
  if (process.platform !== 'linux') return t.skip('only glibc reads the variable')
  assert.deepEqual(begin(['serve', '--port', '0']), ['1048576', ['serve', '--port', '0']])
  assert.deepEqual(begin(['ledger', 'serve']), [null, ['ledger', 'serve']])
  assert.deepEqual(begin(['serve'], { [NAME]: '5' }), ['5', ['serve']])
})

test('where a process may not begin anew it goes on as it is', (t) => {
  if (process.platform !== 'linux') return t.skip('only glibc reads the variable')
  const told = begin(['serve'], {}, ['--permission', '--allow-fs-read=*'])
  assert.deepEqual(told, [null, ['serve']])
})
