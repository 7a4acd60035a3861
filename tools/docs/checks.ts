// Writes docs/checks.md from the built-in checks that the slices bring.
import { slices } from '../../src/app/rooms.ts'
import { OUTWARD_WORDS } from '../../src/gates/index.ts'
import type { CheckDescription } from '../../src/kernel/index.ts'

export function renderChecksPage(): string {
  const checks = slices.flatMap((slice) => slice.checks ?? [])
  if (checks.length === 0) throw new Error('expected built-in checks, found none')
  return [
    '# Built-in checks',
    '',
    'Written by `npm run docs` from the slices; do not edit.',
    '',
    'A built-in check collects facts into a record. Nothing in it decides: the assertions of the plan judge the record, and `verify`',
    'judges it again offline. `seaworthy checks` lists what a control plane knows; a plan that names another one has its gate BLOCKED with the reason.',
    '',
    'Most look at the control plane itself, which signs what it saw with its own key:',
    '',
    '```yaml',
    'check: { type: builtin, name: ledger-chain-verifies }',
    'assertions:',
    '- { read: { from: json, path: $.ok }, op: eq, value: true }',
    'effect: read',
    'provenRead: true',
    '```',
    '',
    'Those with `on: runner` look at another service or at files of the workspace, from where gates run and under the runner’s key; the values under `with` may hold `$NAME`',
    'of the run’s parameters, secret ones included. They are no proven reads: one that only asks runs once the plan is reviewed, one that acts',
    'asks for a person’s word each time, whatever effect the plan names. `percentile` reads histograms, whose error is at most 1/128:',
    '',
    '```yaml',
    'check:',
    '  type: builtin',
    '  name: probe-load',
    '  on: runner',
    '  with: { url: $STAGING_URL/health, ratePerSecond: 100, seconds: 30 }',
    'assertions:',
    '- { read: { from: percentile, path: $.latency, percent: 95 }, op: le, value: 250, unit: ms }',
    '- { read: { from: json, path: $.errorPercent }, op: le, value: 1, unit: "%" }',
    '- { read: { from: json, path: $.answersPerSecond }, op: ge, value: 99 }',
    'effect: write-staging',
    'provenRead: false',
    'parameters: [STAGING_URL]',
    '```',
    '',
    '[An example plan](../examples/certify/certify.plan.yaml) has one gate for each that asks any service; `audit-log`, which asks a Seaworthy,',
    'has its gate in [our own release](../release/plan.yaml).',
    ...checks.flatMap(renderCheck),
    '',
  ].join('\n')
}

function renderCheck({
  name,
  summary,
  outward,
  parameters,
  fields,
}: CheckDescription): readonly string[] {
  const values = Object.entries(parameters)
  return [
    '',
    `## ${name}`,
    '',
    `${summary}.`,
    '',
    ...(outward === undefined ? [] : [`\`on: runner\`; ${OUTWARD_WORDS[outward]}.`, '']),
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
