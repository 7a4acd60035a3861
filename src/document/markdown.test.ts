// What a document is read as: tasks, headings, fences, tables, front matter, and what belongs to whom.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import { readDocumentBytes } from './encoding.ts'
import { readMarkdown } from './markdown.ts'
import type { MarkdownDocument } from './markdown-model.ts'

function read(...lines: string[]): MarkdownDocument {
  return readMarkdown(readDocumentBytes(utf8Bytes(lines.join('\n'))))
}

test('boxes in comments, fences, HTML blocks and escaped boxes are no tasks', () => {
  const document = read(
    '- [ ] real one',
    '<!-- - [ ] in a comment -->',
    '<!--',
    '- [ ] in a long comment',
    '',
    '- [ ] still in it',
    '-->',
    '',
    '```',
    '- [ ] in a fence',
    '```',
    '',
    '<div>',
    '- [ ] in HTML',
    '</div>',
    '',
    '\\- [ ] escaped',
    '',
    '- \\[ ] escaped box',
    '- [ ]',
    '- [] none',
    '- [y] none',
    '',
    '* [x] real two',
    '1. [ ] real three',
    '',
    '> - [ ] real four',
  )
  assert.deepEqual(
    document.tasks.map((task) => task.title),
    ['real one', 'real two', 'real three', 'real four'],
  )
  assert.deepEqual(
    document.tasks.map((task) => task.isChecked),
    [false, true, false, false],
  )
})

test('a fence inside an item belongs to the item and loses only the indentation of the item', () => {
  const document = read(
    '- [ ] a',
    '  ```bash title=x',
    '  if true; then',
    '    echo hi',
    '  fi',
    '  ```',
    '',
    '- [ ] b',
  )
  const [first, second] = document.tasks
  assert.equal(first?.fences[0]?.source, 'if true; then\n  echo hi\nfi')
  assert.deepEqual(first?.fences[0]?.lines, [
    { line: 3, column: 3 },
    { line: 4, column: 3 },
    { line: 5, column: 3 },
  ])
  assert.equal(first?.fences[0]?.language, 'bash')
  assert.equal(first?.fences[0]?.meta, 'title=x')
  assert.equal(second?.fences.length, 0)
})

test('a fence opened on the line of a bullet does not swallow the items after it', () => {
  const document = read('- ```', '  - [ ] sample', '  ```', '- [ ] one', '- [ ] two')
  assert.deepEqual(
    document.tasks.map((task) => task.title),
    ['one', 'two'],
  )
})

test('nested tasks know the task around them, headings and plain items are remembered by name', () => {
  const document = read(
    '# T',
    '## A',
    '- group',
    '  - [ ] parent',
    '    - [ ] child',
    '      - note',
    '        - [x] grandchild',
    '## B',
    '- [ ] other',
  )
  assert.deepEqual(
    document.tasks.map((task) => task.parent),
    [undefined, 0, 1, undefined],
  )
  assert.deepEqual(
    document.tasks.map((task) => task.parents),
    [['group'], ['group', 'parent'], ['group', 'parent', 'child', 'note'], []],
  )
  assert.deepEqual(
    document.tasks.map((task) => task.headings.map((heading) => heading.title).join('/')),
    ['T/A', 'T/A', 'T/A', 'T/B'],
  )
})

test('titles lose markdown marks and everything that could deceive a reader or a terminal', () => {
  const document = read(
    '- [ ] **Bold** and `code` with [a link](https://example.test/x_y) and snake_case __strong__ *em* ~~gone~~',
    '- [ ] \u001b[31mred\u001b[0m \u202egnp.exe \u0007bell',
    '- [ ] 5 * 3 \\*literal\\* &lt;tag&gt; <b>bold</b> <SERVICE>',
    '- [ ] $(rm -rf /); `id` && "quoted" | tee',
  )
  assert.deepEqual(
    document.tasks.map((task) => task.title),
    [
      'Bold and code with a link and snake_case strong em gone',
      '[31mred[0m gnp.exe bell',
      '5 * 3 *literal* <tag> bold <SERVICE>',
      '$(rm -rf /); id && "quoted" | tee',
    ],
  )
})

test('a role, name, status and time table holds sign-offs; a table with a status or id column holds gates', () => {
  const document = read(
    '| Role | Name | Status | Timestamp |',
    '|---|---|---|---|',
    '| SRE | _[Name]_ | ✅❌ | `____` |',
    '',
    '| ID | Check | Owner |',
    '|---|---|---|',
    '| G1 | Backups run | ops |',
    '| G2 | Alerts fire | ops |',
    '',
    '| Item | Done |',
    '|---|---|',
    '| Notes written | ✅ |',
    '',
    '| Objective | Outcome |',
    '|---|---|',
    '| Faster | yes |',
  )
  assert.deepEqual(
    document.tables.map((table) => [table.signOff !== undefined, table.gates !== undefined]),
    [
      [true, false],
      [false, true],
      [false, true],
      [false, false],
    ],
  )
  assert.deepEqual(
    document.gateRows.map(({ row }) => row.cells.map((cell) => cell.text)),
    [
      ['G1', 'Backups run', 'ops'],
      ['G2', 'Alerts fire', 'ops'],
      ['Notes written', '✅'],
    ],
  )
})

test('CRLF line ends, tabs and a byte order mark change neither titles nor places', () => {
  const bytes = Uint8Array.from([
    0xef,
    0xbb,
    0xbf,
    ...utf8Bytes('# T\r\n\r\n-\t[ ]\tone\r\n\t```sh\r\n\tls\r\n\t```\r\n- [ ] two\r\n'),
  ])
  const document = readMarkdown(readDocumentBytes(bytes))
  assert.deepEqual(
    document.tasks.map(({ title, line, column }) => [title, line, column]),
    [
      ['one', 3, 1],
      ['two', 7, 1],
    ],
  )
  assert.equal(document.tasks[0]?.fences[0]?.source.trim(), 'ls')
})

test('front matter gives its top-level values and keeps the line numbers of what follows', () => {
  const document = read(
    '---',
    'name: Release v1',
    'labels: a, b',
    'nested:',
    '  x: 1',
    'n: 3',
    '---',
    '',
    '- [ ] gate',
  )
  assert.deepEqual(document.frontMatter?.entries, { name: 'Release v1', labels: 'a, b', n: '3' })
  assert.equal(document.tasks[0]?.line, 9)
})

test('front matter that multiplies aliases is not expanded, and broken front matter does not stop the reading', () => {
  const bomb = ['---', 'a: &a [x,x,x,x,x,x,x,x,x]']
  for (let i = 1; i < 12; i++)
    bomb.push(
      `k${i}: &k${i} [${Array.from({ length: 9 }, () => (i === 1 ? '*a' : `*k${i - 1}`)).join(',')}]`,
    )
  const document = read(...bomb, 'title: T', '---', '- [ ] gate')
  assert.deepEqual(document.frontMatter?.entries, { title: 'T' })
  assert.equal(document.tasks.length, 1)
  assert.notEqual(read('---', 'a: 1', 'a: 2', '---', '- [ ] gate').frontMatter?.problem, undefined)
  const broken = read('---', 'a: [', '---', '- [ ] gate')
  assert.notEqual(broken.frontMatter?.problem, undefined)
  assert.equal(broken.tasks.length, 1)
})

test('a rule at the start of a document is not taken for front matter', () => {
  const document = read('---', '', '- [ ] one', '', '---', '', '- [ ] two')
  assert.equal(document.frontMatter, undefined)
  assert.equal(document.tasks.length, 2)
})

test('code right behind a list is kept under the list, and a heading ends that', () => {
  const document = read(
    '- [ ] a',
    '',
    '```bash',
    'one',
    '```',
    '',
    '# H',
    '',
    '```bash',
    'two',
    '```',
  )
  const following = [...document.fencesAfterList.values()].flat()
  assert.deepEqual(
    following.map((fence) => fence.source),
    ['one'],
  )
})

test('a table of ten thousand rows and a checklist of one megabyte are read within their time', () => {
  const table = `| ID | Check |\n|---|---|\n${'| G | x `y` |\n'.repeat(10_000)}`
  assert.equal(read(table).gateRows.length, 10_000)
  const item =
    '- [ ] **Gate** with `code` and text that goes on for a while\n\n  ```bash\n  curl -f $URL/health\n  ```\n\n  - **Result:** `____ms` (<250) ✅❌\n\n'
  const bytes = utf8Bytes(`# T\n\n${item.repeat(Math.ceil(1_048_576 / item.length))}`)
  readMarkdown(readDocumentBytes(bytes))
  // Processor time of this thread, so that a busy machine does not decide; usually 100 ms.
  const before = process.threadCpuUsage()
  const { tasks } = readMarkdown(readDocumentBytes(bytes))
  const tookMs = process.threadCpuUsage(before).user / 1000
  assert.ok(tasks.length > 7000)
  assert.ok(tookMs < 1_000, `took ${Math.round(tookMs)} ms`)
})

test('sign-off tables are known in six languages and by their English variants', () => {
  const rows: readonly (readonly [string, boolean])[] = [
    ['Rolle | Name | Datum | Unterschrift', true],
    ['Funktion | Name | Freigabe', true],
    ['Rôle | Nom | Date | Signature', true],
    ['Rol | Nombre | Fecha | Firma', true],
    ['Función | Aprobado por | Estado', true],
    ['Rol | Naam | Datum | Handtekening', true],
    ['Rol | Ad Soyad | Tarih | İmza', true],
    ['GÖREV | İSİM | ONAY', true],
    ['Approver | Team | Signature | Date', true],
    ['Team | Approved by | Date:', true],
    ['Approver | Approved by | Date', true],
    ['Approver | Signature | Date', true],
    ['Service | Owner | Version', false],
    ['Check | Owner | Date', false],
    ['Issue | Area | Owner | Status', false],
  ]
  for (const [head, isSignOff] of rows) {
    const cells = head.split('|')
    const document = read(
      `| ${head} |`,
      `|${cells.map(() => '---').join('|')}|`,
      `|${cells.map(() => ' x ').join('|')}|`,
    )
    assert.deepEqual([head, document.tables[0]?.signOff !== undefined], [head, isSignOff])
  }
})

test('a table of commands without ids or a status resembles gates, and a table of settings does not', () => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['Check | Command | Expected', 'Tests | `npm test` | green', true],
    ['Prüfung | Befehl | Erwartet', 'Tests | `npm test` | grün', true],
    ['What | How to verify', 'Tests | `npm test`', true],
    ['Check | Command | Expected', 'Tests | ask somebody | green', false],
    ['ID | Command | Expected', 'A | `npm test` | green', false],
    ['Option | Default', '`port` | `80`', false],
  ]
  for (const [head, row, resembles] of rows) {
    const rule = head.split('|').map(() => '---')
    const document = read(`| ${head} |`, `|${rule.join('|')}|`, `| ${row} |`)
    assert.deepEqual([head, row, document.tables[0]?.resemblesGates], [head, row, resembles])
  }
})
