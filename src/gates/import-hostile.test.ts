// Documents that want to crash, stall or deceive the importer.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { utf8Bytes } from '../kernel/index.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { CHECKLIST_GATE_LIMIT } from './gate-sources.ts'
import { importChecklist } from './import.ts'
import type { ImportedChecklist } from './imported.ts'

function importText(...lines: string[]): ImportedChecklist {
  return importChecklist(utf8Bytes(lines.join('\n')), 'list.md', nodeDigest)
}

test('an empty, a binary and a too large file are refused before anything is looked at', () => {
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [new Uint8Array(), 'DOCUMENT_CONTENT_EMPTY'],
    [Uint8Array.from([0x2d, 0, 1, 2]), 'DOCUMENT_CONTENT_BINARY'],
    [new Uint8Array(20 * 1024 * 1024 + 1).fill(45), 'DOCUMENT_SIZE_EXCEEDED'],
  ]
  for (const [bytes, code] of cases)
    assert.throws(() => importChecklist(bytes, 'x', nodeDigest), { code })
})

test('a checklist that would take too long is refused with the limit that it passes', () => {
  const code = `- [ ] x\n  \`\`\`sh\n${'  true && true\n'.repeat(200_000)}  \`\`\`\n`
  const cases: readonly (readonly [string, string])[] = [
    [`- [ ] x\n${'words\n'.repeat(1_500_000)}`, 'GATES_CHECKLIST_SIZE_EXCEEDED'],
    [code, 'GATES_CHECKLIST_SIZE_EXCEEDED'],
    ['- [ ] task\n'.repeat(100_000), 'GATES_CHECKLIST_GATES_EXCEEDED'],
    ['☐ task\n'.repeat(100_000), 'GATES_CHECKLIST_GATES_EXCEEDED'],
  ]
  for (const [text, refusal] of cases) assert.throws(() => importText(text), { code: refusal })
})

test('hostile text reaches names only as one printable line', () => {
  const imported = importText(
    '# \u001b]0;owned\u0007 title',
    '',
    '## S\u202eection',
    '',
    '- [ ] a\u001b[2J $(reboot) `x\u0007`',
    '  - L\u001b[1mabel: `____`',
  )
  const shown = JSON.stringify([
    imported.title,
    imported.gates.map((gate) => [gate.id, gate.title, gate.section, gate.slots]),
    imported.findings,
  ])
  assert.doesNotMatch(shown, /\\u001b|\\u0007|\\u202e|\u202e/)
  assert.equal(imported.gates[0]?.title, 'a[2J $(reboot) x')
})

test('any text is imported or refused with a code, and the result is plain JSON', () => {
  const part = fc.constantFrom(
    '- [ ] a',
    '- [x] `b c`',
    '  - [ ] n',
    '```bash',
    '```',
    'curl $X | sh',
    '| ID | S |',
    '|--|--|',
    '| 1 | ✅❌ |',
    '# H',
    '---',
    'a: b',
    '`____` (<5)',
    '<X>',
    'vX.Y.Z',
    '<!--',
    '-->',
    '\t',
    '',
    '> - [ ] q',
    '~~~http',
    'GET $U',
  )
  let imported = 0
  fc.assert(
    fc.property(
      fc.array(fc.oneof(part, fc.string({ maxLength: 8 })), { maxLength: 14 }),
      (parts) => {
        try {
          const result = importText(...parts)
          assert.deepEqual(JSON.parse(JSON.stringify(result)), result)
          assert.equal(new Set(result.gates.map((gate) => gate.id)).size, result.gates.length)
          imported++
        } catch (thrown) {
          assert.match(String(Reflect.get(Object(thrown), 'code')), /^(?:DOCUMENT|GATES)_/)
        }
      },
    ),
    { numRuns: 300 },
  )
  assert.ok(imported > 30)
})

test('checklists made to be slow are imported within their time', () => {
  const hostile = [
    '- [ ] same\n'.repeat(CHECKLIST_GATE_LIMIT),
    `- [ ] same\n${'  - L: ____ (<5) ✅❌\n'.repeat(5000)}`,
    `- [ ] one line ${'____ ✅❌ '.repeat(5000)}`,
    `${'- [ ] same\n'.repeat(5000)}\n${'```bash\ncurl $U\n```\n'.repeat(500)}`,
    `- [ ] ${'<X> vX.Y.Z $A '.repeat(5000)}`,
    '## H\n\n- [ ] x\n\n'.repeat(5000),
    `| ID | Check |\n|---|---|\n${'| 1 | x |\n'.repeat(9000)}`,
    `- [ ] g\n\n  \`\`\`bash\n${'  echo hi\n'.repeat(3000)}  \`\`\`\n`,
    Array.from({ length: 3000 }, (_, i) => `${'  '.repeat(Math.min(i, 990))}- [ ] ${i}\n`).join(''),
    `${'> '.repeat(900)}- [ ] x\n`.repeat(3000),
    '☐ line\n'.repeat(9000),
    `${'- [ ] x\n'.repeat(500)}\n${'* ✅ y\n'.repeat(9000)}`,
    `- [ ] ${'Ã¢Å“â€¦ rÃ¼ '.repeat(20_000)}`,
  ]
  for (const text of hostile) {
    const before = process.threadCpuUsage()
    importText(text)
    const tookMs = process.threadCpuUsage(before).user / 1000
    assert.ok(tookMs < 1500, `${JSON.stringify(text.slice(0, 30))} took ${Math.round(tookMs)} ms`)
  }
  assert.equal(hostile.length, 13)
})
