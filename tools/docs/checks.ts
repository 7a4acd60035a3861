// Writes docs/checks.md from the built-in checks that the slices bring.
import { slices } from '../../src/app/compose.ts'
import type { CheckDescription } from '../../src/kernel/index.ts'

export function renderChecksPage(): string {
  const checks = slices.flatMap((slice) => slice.checks ?? [])
  if (checks.length === 0) throw new Error('expected built-in checks, found none')
  return [
    '# Built-in checks',
    '',
    'Written by `npm run docs` from the slices; do not edit.',
    '',
    'A built-in check collects facts inside the control plane, which signs the record with its own key. Nothing in it decides: the',
    'assertions of the plan judge the record, and `verify` judges it again offline. `seaworthy checks` lists what a control plane knows;',
    'a plan that names another one has its gate BLOCKED with the reason.',
    '',
    '```yaml',
    'check: { type: builtin, name: ledger-chain-verifies }',
    'assertions:',
    '- { read: { from: json, path: $.ok }, op: eq, value: true }',
    'effect: read',
    'provenRead: true',
    '```',
    ...checks.flatMap(renderCheck),
    '',
  ].join('\n')
}

function renderCheck({ name, summary, parameters, fields }: CheckDescription): readonly string[] {
  const values = Object.entries(parameters)
  return [
    '',
    `## ${name}`,
    '',
    `${summary}.`,
    '',
    ...(values.length === 0
      ? []
      : ['| `with` | type | needed | meaning |', '| --- | --- | --- | --- |']),
    ...values.map(
      ([key, { type, isRequired, summary: meaning }]) =>
        `| \`${key}\` | ${type} | ${isRequired ? 'yes' : 'no'} | ${meaning} |`,
    ),
    ...(values.length === 0 ? [] : ['']),
    '| field | meaning |',
    '| --- | --- |',
    ...Object.entries(fields).map(([key, meaning]) => `| \`$.${key}\` | ${meaning} |`),
  ]
}
