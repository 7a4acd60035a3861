// What imports read from five real documents of other people, reviewed by a person and frozen.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { readDocumentBytes, readMarkdown } from '../document/index.ts'
import type { MarkdownDocument } from '../document/index.ts'
import { readRiskDocument } from './finding-reading.ts'
import { readPromises } from './promise-reading.ts'

const folder = process.env['SEAWORTHY_SEEDS']
const skip = folder === undefined ? 'SEAWORTHY_SEEDS is not set' : false

function seed(number: string): MarkdownDocument {
  const name = readdirSync(folder!).find((each) => each.startsWith(`${number}_`))
  assert.ok(name !== undefined, `expected the seed ${number}`)
  return readMarkdown(readDocumentBytes(readFileSync(join(folder!, name))))
}

test(
  'seed 000 gives one overdue condition and three sign-offs that state nothing',
  { skip },
  () => {
    const { conditions, findings } = readPromises(seed('000'))
    assert.deepEqual(
      conditions.map(({ line, due, blocks }) => [line, due, blocks]),
      [[26, '2024-10-18', 'deploy']],
    )
    assert.deepEqual(
      findings.map(({ line, text }) => [line, text.split(':')[0]]),
      [
        [42, 'UNSIGNED'],
        [43, 'UNSIGNED'],
        [44, 'UNSIGNED'],
      ],
    )
  },
)

test(
  'seed 001 gives two conditions of the Backend Guild, with the guessed year told, and four risks',
  { skip },
  () => {
    const { conditions, findings } = readPromises(seed('001'))
    assert.deepEqual(
      conditions.map(({ line, owner, due, blocks }) => [line, owner, due, blocks]),
      [
        [16, 'Backend Guild', '2024-11-29', 'freeze'],
        [18, 'Backend Guild', '2024-11-29', 'freeze'],
      ],
    )
    assert.match(findings.map(({ text }) => text).join(), /"29 Nov" has no year.*confirm it/)
    const { risks } = readRiskDocument(seed('001'))
    assert.deepEqual(
      risks.map(({ line, level }) => `${line} ${level}`),
      ['16 P2', '17 P2', '18 P2', '19 P2'],
    )
  },
)

test(
  'seed 004 gives eight risks, and the four it calls closed stay open until there is evidence',
  { skip },
  () => {
    const { risks, findings } = readRiskDocument(seed('004'))
    assert.deepEqual(
      risks.map(({ line, level }) => `${line} ${level}`),
      ['28 P0', '69 P1', '101 P2', '138 P2', '352 P2', '359 P2', '365 P3', '372 P3'],
    )
    assert.deepEqual(
      findings
        .filter(({ text }) => text.endsWith('here it closes by evidence'))
        .map(({ line }) => line),
      [28, 69, 101, 138],
    )
  },
)
