// Which mappings of controls are read, and where a mistake in one is shown.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { SeaworthyError, utf8Bytes } from '../kernel/index.ts'
import { controlsJsonSchema, readControlsFile } from './controls-file.ts'

const EXAMPLE = new URL('../../examples/harbour/release/controls.yaml', import.meta.url)
const PLAN = new URL('../../examples/harbour/release/plan.yaml', import.meta.url)

function whyRefused(text: string): string {
  try {
    readControlsFile('controls.yaml', utf8Bytes(text))
  } catch (error) {
    assert.ok(error instanceof SeaworthyError && error.code === 'RELEASE_CONTROLS_REFUSED')
    return error.message
  }
  return 'read'
}

test('the example names gates that the plan of the same folder has', () => {
  const controls = readControlsFile('controls.yaml', readFileSync(EXAMPLE))
  const planned = [...readFileSync(PLAN, 'utf8').matchAll(/^ {2}id: (\S+)$/gm)].map(([, id]) => id)
  const gates = new Set(controls.flatMap((control) => control.gates))
  assert.deepEqual(
    [...gates].filter((gate) => !planned.includes(gate)),
    [],
  )
  // Of what protects the service every gate shows some control.
  const protecting = planned.filter((id) => id?.startsWith('protection/') === true)
  assert.ok(protecting.length >= 8)
  assert.deepEqual(
    protecting.filter((id) => !gates.has(id ?? '')),
    [],
  )
})

test('a mistake is shown with its line, and an independent validator refuses the same by the published schema', () => {
  const head = 'format: seaworthy-controls/1\nframeworks:\n  - name: SOC 2\n    controls:\n'
  const rows: readonly (readonly [json: unknown, yaml: string, why: RegExp])[] = [
    [{}, 'format: other', /controls\.yaml/],
    [
      { format: 'seaworthy-controls/1', frameworks: [{ name: 'SOC 2', controls: [] }] },
      head.replace('controls:', 'controls: []'),
      /controls/,
    ],
    [
      {
        format: 'seaworthy-controls/1',
        frameworks: [{ name: 'SOC 2', controls: [{ id: 'CC1', title: 'x', gate: ['a'] }] }],
      },
      `${head}      - { id: CC1, title: x, gate: [a] }\n`,
      /gates/,
    ],
  ]
  const validate = new Ajv2020().compile(controlsJsonSchema())
  for (const [json, yaml, why] of rows) {
    assert.match(whyRefused(yaml), why)
    assert.equal(validate(json), false)
  }
  assert.equal(whyRefused(`${head}      - { id: CC1, title: x, risks: [R1] }\n`), 'read')
})
