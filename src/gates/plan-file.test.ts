// Plan files: they read back to the same plan, and mistakes are shown where they stand.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalize, SeaworthyError, utf8Bytes } from '../kernel/index.ts'
import type { Plan } from '../verdict/index.ts'
import { nodeDigest } from '../../test/crypto.ts'
import { importChecklist } from './import.ts'
import { formatPlanFile, parsePlanFile, PLAN_FILE_LIMIT_BYTES } from './plan-file.ts'
import { proposePlan } from './proposal.ts'

function aPlan(...lines: string[]): Plan {
  const text =
    lines.length > 0
      ? lines.join('\n')
      : '- [ ] g\n\n  ```bash\n  test -f x\n  ```\n\n  - **Time:** `____ms` (<5)\n'
  return proposePlan(importChecklist(utf8Bytes(text), 'list.md', nodeDigest), {
    service: 's',
    version: '1.10',
    environment: 'e',
  })
}

function parseText(text: string): Plan {
  return parsePlanFile(utf8Bytes(text), 'p.yaml')
}

function refusalOf(text: string): SeaworthyError {
  try {
    parseText(text)
  } catch (thrown) {
    assert.ok(thrown instanceof SeaworthyError)
    return thrown
  }
  return assert.fail('expected a refusal')
}

test('a plan written as YAML reads back to the same canonical plan', () => {
  const title = fc.oneof(
    fc.constantFrom(
      'yes',
      'null',
      '1.10',
      '- x',
      '# c',
      'a: b',
      '{}',
      '*a',
      '&a',
      '!t',
      '%x',
      '"q',
      "'q",
      '@',
      '`',
      '~',
      '0x10',
      '2026-01-01',
      'x #y',
    ),
    fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' }),
  )
  const script = fc.array(
    fc.constantFrom(
      'echo hi',
      '  indented',
      '',
      '\ttab',
      'x: |',
      '---',
      '...',
      '# c',
      'trailing  ',
      "cat <<'EOF'",
      'é 😀',
    ),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(title, script, (text, lines) => {
      const base = aPlan()
      const gate = base.gates[0]!
      const plan: Plan = {
        ...base,
        gates: [
          {
            ...gate,
            title: text,
            section: text,
            check: { type: 'command', language: 'bash', script: lines.join('\n') },
          },
        ],
      }
      assert.equal(canonicalize(parseText(formatPlanFile(plan))), canonicalize(plan))
    }),
  )
})

test('the same plan is accepted as JSON', () => {
  const plan = aPlan()
  assert.equal(
    canonicalize(parsePlanFile(utf8Bytes(JSON.stringify(plan, null, 2)), 'p.json')),
    canonicalize(plan),
  )
})

test('a reviewer reads above each gate what it may change, and why it may prove nothing', () => {
  const text = formatPlanFile(
    aPlan(
      '- [ ] w',
      '',
      '  ```bash',
      '  kubectl apply -f x -n production',
      '  curl $U',
      '  ```',
      '',
      '- [ ] m <X>',
      '- [ ] r',
      '',
      '  ```bash',
      '  test -f x',
      '  ```',
      '',
      '- [ ] u',
      '',
      '  ```powershell',
      '  up',
      '  ```',
    ),
  )
  for (const part of [
    '# CHANGES PRODUCTION',
    '# UNSOUND',
    'no-fail-curl',
    '# needs values for: U',
    '# nothing is asserted',
    '# a person answers',
    '# BLOCKED until filled: <X>',
    '# proven to only read',
    '# BLOCKED: powershell',
  ]) {
    assert.ok(text.includes(part), part)
  }
})

test('a comment cannot be ended by what a checklist says', () => {
  const plan = aPlan()
  const hostile: Plan = {
    ...plan,
    gates: [
      {
        ...plan.gates[0]!,
        title: 'a\nformat: evil\r\n\u2028gates: []',
        holes: ['x\ny: 1'],
        parameters: ['A\nB'],
      },
    ],
  }
  assert.equal(canonicalize(parseText(formatPlanFile(hostile))), canonicalize(hostile))
})

test('a plan file shows what a reader looks for first, whatever order the plan has', () => {
  const plan = aPlan()
  const text = formatPlanFile(JSON.parse(canonicalize(plan)) as Plan)
  assert.equal(text, formatPlanFile(plan))
  const keysAt = (indent: RegExp): string[] =>
    text.split('\n').flatMap((line) => indent.exec(line)?.[1] ?? [])
  assert.deepEqual(keysAt(/^(\w+):/), [
    'format',
    'service',
    'version',
    'environment',
    'source',
    'signOffs',
    'gates',
  ])
  const inGate =
    'id title section severity effect provenRead check assertions parameters needs holes slots toggles timeoutMs ' +
    'maxAgeMs retries unsound source'
  assert.equal(
    keysAt(/^[- ] (\w+):/)
      .slice(-18)
      .join(' '),
    inGate,
  )
  assert.match(text, /\{ read: \{ from: exitCode \}, op: eq, value: 0 \}/)
})

test('the plan file of the example, written in another order, still reads', () => {
  const example = new URL('../../examples/harbour/release/plan.yaml', import.meta.url)
  const plan = parsePlanFile(new Uint8Array(readFileSync(example)), 'plan.yaml')
  assert.equal(plan.gates.length, 19)
  assert.equal(canonicalize(parseText(formatPlanFile(plan))), canonicalize(plan))
})

test('broken YAML, duplicate keys, tags and several documents are refused with their place', () => {
  const text = formatPlanFile(aPlan())
  for (const broken of [
    `${text}x: [`,
    `${text}service: again\n`,
    text.replace('service: s', 'service: !!js/function s'),
    `${text}---\n${text}`,
    'gates: *none',
    '',
  ]) {
    assert.equal(refusalOf(broken).code, 'GATES_PLAN_FILE_REFUSED')
  }
})

test('a plan that makes no sense is refused by the verdict, not by its shape', () => {
  const text = formatPlanFile(aPlan())
  assert.equal(
    refusalOf(text.replace('needs: []', 'needs: [none]')).code,
    'VERDICT_PLAN_NEED_UNKNOWN',
  )
})

test('files that multiply, nest without end, are too large or no text are refused', () => {
  const bomb = ['a: &a [x,x,x,x,x,x,x,x,x]']
  for (let i = 1; i < 12; i++)
    bomb.push(
      `k${i}: &k${i} [${Array.from({ length: 9 }, () => (i === 1 ? '*a' : `*k${i - 1}`)).join(',')}]`,
    )
  assert.match(refusalOf(bomb.join('\n')).message, /multiplying aliases/)
  assert.equal(refusalOf('['.repeat(100_000)).code, 'GATES_PLAN_FILE_REFUSED')
  assert.equal(refusalOf(`a: ${'{a: '.repeat(50_000)}`).code, 'GATES_PLAN_FILE_REFUSED')
  assert.throws(() => parsePlanFile(new Uint8Array(PLAN_FILE_LIMIT_BYTES + 1).fill(35), 'p'), {
    code: 'GATES_PLAN_FILE_EXCEEDED',
  })
  assert.throws(() => parsePlanFile(Uint8Array.from([0xff, 0xfe]), 'p'), {
    code: 'GATES_PLAN_FILE_REFUSED',
  })
})

test('keys of the prototype are neither followed nor set', () => {
  const refusal = refusalOf(`${formatPlanFile(aPlan())}__proto__: { polluted: true }\n`)
  assert.equal(refusal.code, 'GATES_PLAN_FILE_REFUSED')
  assert.equal(Reflect.get({}, 'polluted'), undefined)
})

test('the plan of the reference checklist reads back to the same canonical plan', (t) => {
  const folder = process.env['SEAWORTHY_SEEDS']
  if (folder === undefined) {
    t.skip('SEAWORTHY_SEEDS is not set')
    return
  }
  const bytes = new Uint8Array(readFileSync(join(folder, '003_146a4ac4e9b5b9a5.txt')))
  const plan = proposePlan(importChecklist(bytes, 'release.md', nodeDigest), {
    service: 'm',
    version: 'v24.4.0',
    environment: 'production',
  })
  assert.equal(canonicalize(parseText(formatPlanFile(plan))), canonicalize(plan))
})
