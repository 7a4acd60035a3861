// Writes docs/run-events.md from the table of events.
import { RUN_EVENT_SCHEMA_VERSION, RUN_EVENT_WORDS } from '../../src/runner/events.ts'

export function renderRunEvents(): string {
  const lines = [
    '# Events of a run',
    '',
    'Written by `npm run docs` from `src/runner/events.ts`.',
    '',
    '`seaworthy run FILE --json` writes one JSON object per line to standard error while it runs, and its one answer to standard output',
    'when it is done. Each line has `schemaVersion`, `at` (RFC 3339, UTC, by the clock of the runner) and `kind`; then the fields below.',
    `This is version ${RUN_EVENT_SCHEMA_VERSION}. New kinds and new fields may come without a new version, so ignore what you do not know; it goes up when a`,
    'field changes its meaning or goes away.',
    '',
    '```sh',
    'seaworthy run release.plan.yaml --json 2> events.ndjson > answer.json',
    '```',
    '',
  ]
  for (const [kind, { summary, fields }] of Object.entries(RUN_EVENT_WORDS)) {
    if (kind === 'gate-output') continue
    lines.push(`## \`${kind}\``, '', summary, '', '| field | holds |', '| --- | --- |')
    for (const [name, words] of Object.entries(fields)) lines.push(`| \`${name}\` | ${words} |`)
    lines.push('')
  }
  return `${lines.join('\n').trimEnd()}\n`
}
