// Checklists nobody can use: empty, binary, too large, endless lines. Each is refused with a code, or read, never half.
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { openWorkplace } from '../e2e/command-line.ts'

const MEBIBYTE = 1024 * 1024

const place = openWorkplace()
after(() => place.remove())

test('an empty, a blank, a binary and a foreign encoding are refused by import, plan, lint and run alike', async () => {
  const table = [
    ['empty.md', '', 'DOCUMENT_CONTENT_EMPTY'],
    ['blank.md', ' \n\t\r\n', 'DOCUMENT_CONTENT_EMPTY'],
    ['binary.md', new Uint8Array([35, 32, 0, 1, 2, 3]), 'DOCUMENT_CONTENT_BINARY'],
    ['utf16.md', Buffer.from('\ufeff# A\n- [ ] b\n', 'utf16le'), 'DOCUMENT_ENCODING_UNKNOWN'],
    [
      'latin1.md',
      Buffer.from('# R\u00e9sum\u00e9\n- [ ] b\n', 'latin1'),
      'DOCUMENT_ENCODING_UNKNOWN',
    ],
  ] as const
  for (const [name, content, code] of table) {
    const refused = await place.refusal(['import', place.write(name, content)])
    assert.deepEqual([name, refused.exit, refused.code], [name, 2, code])
  }
  for (const command of ['plan', 'lint', 'run']) {
    const refused = await place.refusal([command, place.write('empty.md', '')])
    assert.deepEqual([command, refused.exit, refused.code], [command, 2, 'DOCUMENT_CONTENT_EMPTY'])
  }
})

test('a checklist of 8 MiB is read, one byte more is refused', async () => {
  const head = '# Long\n\n- [ ] **One gate**\n\n'
  const line = `${'prose '.repeat(20)}\n`
  const text = head + line.repeat(Math.ceil((8 * MEBIBYTE) / line.length))
  const whole = place.write('whole.md', text.slice(0, 8 * MEBIBYTE))
  const read = await place.ask<{ counts: { gates: number } }>(['import', whole])
  assert.deepEqual([read.exit, read.data.counts.gates], [0, 1])
  const sizes = [
    [8 * MEBIBYTE + 1, 'GATES_CHECKLIST_SIZE_EXCEEDED'],
    [20 * MEBIBYTE + 1, 'DOCUMENT_SIZE_EXCEEDED'],
    [33 * MEBIBYTE, 'APP_FILE_TOO_LARGE'],
  ] as const
  for (const [sizeBytes, code] of sizes) {
    const content = text.repeat(5).slice(0, sizeBytes)
    const refused = await place.refusal(['import', place.write('longer.md', content)])
    assert.deepEqual([sizeBytes, refused.exit, refused.code], [sizeBytes, 2, code])
  }
})

test('a checklist of nothing but gates is refused before it fills the memory', async () => {
  const line = '- [ ] **A gate like any other**\n'
  const count = Math.floor((8 * MEBIBYTE) / line.length) - 1
  const many = place.write('many.md', `# Many\n\n${line.repeat(count)}`)
  const refused = await place.refusal(['import', many])
  assert.deepEqual([refused.exit, refused.code], [2, 'GATES_CHECKLIST_GATES_EXCEEDED'])
})

test('documents built to make a reader slow or deep end with an answer', async () => {
  const table = [
    ['brackets.md', `- [ ] a ${'['.repeat(200_000)}\n`],
    ['quotes.md', `${'>'.repeat(100_000)} a\n- [ ] b\n`],
    ['stars.md', `- [ ] a ${'*a_'.repeat(100_000)}\n`],
    [
      'nested.md',
      Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth * 2)}- [ ] a`).join('\n'),
    ],
    ['fence.md', '- [ ] a\n  ```bash\n'],
    ['underscores.md', `- [ ] a ${'____ '.repeat(100_000)}\n`],
  ] as const
  for (const [name, content] of table) {
    const startedMs = performance.now()
    const { envelope, exit } = await place.ask<unknown>(['import', place.write(name, content)])
    const tookMs = performance.now() - startedMs
    assert.ok(
      envelope.ok || exit === 2,
      `${name}: ${exit} ${envelope.ok ? '' : envelope.error.code}`,
    )
    assert.ok(tookMs < 60_000, `${name} took ${tookMs} ms`)
  }
})
