// The strict scan against JSONTestSuite (nst/JSONTestSuite, MIT), when the folder of outsiders' vectors has it.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { VECTORS_MISSING, vectorsFolder } from '../../../test/vectors.ts'
import { scanJson } from './json-scan.ts'

const folder = join(vectorsFolder() ?? '', 'json-test-suite', 'test_parsing')
const missing =
  vectorsFolder() === undefined ? VECTORS_MISSING : 'the vectors have no json-test-suite'

/** Valid by the grammar, and refused on purpose. */
const STRICTER: ReadonlySet<string> = new Set(['duplicate-key', 'null-character'])

test(
  'every text that JSONTestSuite says is malformed is refused, and every valid one with one meaning is taken',
  { skip: existsSync(folder) ? false : missing },
  () => {
    let [good, bad] = [0, 0]
    for (const name of readdirSync(folder)) {
      const result = scanJson(readFileSync(join(folder, name)))
      if (name.startsWith('n_')) {
        assert.equal(result.ok, false, name)
        bad++
      }
      if (name.startsWith('y_')) {
        assert.ok(result.ok || STRICTER.has(result.reason), name)
        good++
      }
    }
    assert.ok(good >= 90 && bad >= 180, `${good} valid and ${bad} malformed`)
  },
)
