// Writes what a survey found as a checklist in markdown, with a reason beside each gate.
import { singleLine } from '../document/index.ts'
import { SECTIONS } from './model.ts'
import type { ProposedGate, Survey } from './model.ts'

/** Markdown text; every gate says which file gave rise to it. */
export function composeChecklist(survey: Survey): string {
  const gates = [...survey.gates, ...COMMON]
  return [
    '---',
    `service: ${survey.service}`,
    'environment: staging',
    '---',
    '',
    `# Release checklist: ${survey.service}`,
    '',
    '> Proposed from what this repository holds; nothing was run. Read every gate, mend what does not fit, and delete what is not',
    '> worth stopping a release for.',
    '',
    ...SECTIONS.flatMap((section) => {
      const own = gates.filter((gate) => gate.section === section)
      return own.length === 0 ? [] : [`## ${section}`, '', ...own.flatMap(writeGate)]
    }),
    '## Sign-off',
    '',
    '| Role | Name | Status | Timestamp |',
    '| --- | --- | --- | --- |',
    '| Release Manager | _[Name]_ | ✅❌ | `____` |',
    '| On call | _[Name]_ | ✅❌ | `____` |',
    '',
  ].join('\n')
}

/** What no repository shows and every release needs. */
const COMMON: readonly ProposedGate[] = [
  {
    section: 'Operations',
    title: 'The way back is written down and was tried',
    because: 'every release needs one',
    slots: ['Date'],
  },
  {
    section: 'People',
    title: 'Somebody is on call, knows of this release, and can be reached',
    because: 'every release needs one',
    slots: ['Name'],
  },
]

function writeGate(gate: ProposedGate): string[] {
  const lines = [`- [ ] **${plainWords(gate.title)}**`, '']
  if (gate.command !== undefined) lines.push('  ```bash', `  ${gate.command}`, '  ```', '')
  for (const slot of gate.slots ?? []) lines.push(`  - **${slot}:** \`____\``)
  lines.push(`  - Because: ${plainWords(gate.because)}`, '')
  return lines
}

/** Names of files can hold anything; what could start markup, HTML, a slot or a hole becomes a question mark. */
function plainWords(text: string): string {
  return singleLine(text)
    .replace(/[^\p{L}\p{N} ._/:()@,’-]/gu, '?')
    .replace(/_{3,}/g, '_')
}
