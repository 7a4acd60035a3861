// Small checklists in the words that teams really use: roles, phases, states and bounds in eight languages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { utf8Bytes } from '../kernel/index.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { importChecklist } from './import.ts'
import type { ImportedChecklist } from './imported.ts'

function importLines(lines: readonly string[]): ImportedChecklist {
  return importChecklist(utf8Bytes(lines.join('\n')), 'wild.md', nodeDigest)
}

/** Line, check and title of each gate, with its owner when it has one. */
function gatesOf(imported: ImportedChecklist): string[] {
  return imported.gates.map(
    ({ line, check, title, owner }) =>
      `${line} ${check} ${title}${owner === undefined ? '' : ` @${owner}`}`,
  )
}

test('a German list keeps its roles, phases, bounds and optional items', () => {
  const imported = importLines([
    '# Freigabe Zahlungsdienst v2.1.0',
    '**Umgebung:** Staging',
    '## Vor dem Deployment',
    '- [ ] [Betrieb] Sicherung geprüft',
    '- [ ] Antwortzeit `____ms` (höchstens 0,5 s)',
    '## Nach der Auslieferung',
    '- [ ] Kennzahlen geprüft (Verantwortlich: Anna Müller)',
    '## Empfohlen',
    '- [ ] Bericht verschickt',
    '| Rolle | Name | Freigabe | Datum |',
    '|---|---|---|---|',
    '| Leitung | | | |',
  ])
  assert.deepEqual(
    imported.gates.map(({ owner, phase, severity }) => [owner, phase, severity]),
    [
      ['Betrieb', 'pre-deploy', 'required'],
      [undefined, 'pre-deploy', 'required'],
      ['Anna Müller', 'post-deploy', 'required'],
      [undefined, 'post-deploy', 'advisory'],
    ],
  )
  assert.deepEqual(imported.gates[1]?.slots[0]?.bound, { op: 'le', value: 500 })
  assert.equal(imported.head.environment, 'Staging')
})

test('a Turkish table and list are read by their own words', () => {
  const imported = importLines([
    '# Sürüm v4.0.1',
    '## Yayın Öncesi',
    '| Sıra | Kontrol | Sorumlu | Komut | Durum |',
    '|---|---|---|---|---|',
    '| 1 | Yedek alındı | Veri ekibi | `test -s yedek.tar` | ☐ |',
    '| 2 | Onay verildi | Ürün | | Tamamlandı |',
    '## Yayın Sonrası',
    '- [ ] `npm test` çalıştır',
    '- [ ] Hata oranı ____ % (en fazla 1,5)',
    '## İsteğe Bağlı',
    '- [ ] Duyuru',
  ])
  assert.deepEqual(gatesOf(imported), [
    '5 command 1 Yedek alındı @Veri ekibi',
    '6 manual 2 Onay verildi @Ürün',
    '8 command npm test çalıştır',
    '9 manual Hata oranı ____ % (en fazla 1,5)',
    '11 manual Duyuru',
  ])
  assert.deepEqual(
    imported.gates.map((gate) => gate.phase),
    ['pre-deploy', 'pre-deploy', 'post-deploy', 'post-deploy', 'post-deploy'],
  )
  assert.equal(imported.gates[1]?.checked, true)
  assert.equal(imported.gates[3]?.slots[0]?.bound?.value, 1.5)
  assert.equal(imported.gates[4]?.severity, 'advisory')
})

test('French, Spanish, Dutch, Portuguese and Italian headings lower and time their gates', () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ['Avant la mise en production', 'Après le déploiement', 'Facultatif'],
    ['Antes del despliegue', 'Después del lanzamiento', 'Opcional'],
    ['Voor de release', 'Na de uitrol', 'Aanbevolen'],
    ['Antes da implantação', 'Depois do deploy', 'Desejável'],
    ['Prima del rilascio', 'Dopo il rilascio', 'Facoltativo'],
  ]
  for (const [before, after, optional] of rows) {
    const { gates } = importLines([
      `## ${before}`,
      '- [ ] a',
      `## ${after}`,
      '- [ ] b',
      `### ${optional}`,
      '- [ ] c',
    ])
    assert.deepEqual(
      gates.map(({ phase, severity }) => `${phase} ${severity}`),
      ['pre-deploy required', 'post-deploy required', 'post-deploy advisory'],
      before,
    )
  }
  assert.equal(rows.length, 5)
})

test('a title names an owner only where it says so', () => {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['[SRE] Pager tested', 'SRE'],
    ['Pager tested [On-Call Lead]', 'On-Call Lead'],
    ['(QA) Suite is green', 'QA'],
    ['Pager tested (owner: @jane)', 'jane'],
    ['Pager tested, DRI: Jane Doe', 'Jane Doe'],
    ['@acme/sre: pager tested', 'acme/sre'],
    ['Pager tested (@acme/sre)', 'acme/sre'],
    ['Pager tested @sre', 'sre'],
    ['Publish @acme/sdk', undefined],
    ['Mail to ops@example.org', undefined],
    ['[TBD] Pager tested', undefined],
    ['[P0] Pager tested', undefined],
    ['Pager tested (see notes)', undefined],
    ['Pager tested (owner: TBD)', undefined],
  ]
  for (const [title, owner] of rows)
    assert.equal(importLines([`- [ ] ${title}`]).gates[0]?.owner, owner, title)
  assert.equal(rows.length, 14)
})
