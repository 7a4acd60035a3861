// The commands of checklists and plans, as data.
import type { CommandSpec } from '../../client/index.ts'
import { AS, CHECKLIST, GATES, NAMING } from './options.ts'

export const checklistCommands: readonly CommandSpec[] = [
  {
    name: 'init',
    summary: 'Propose a checklist from what a repository holds; runs nothing of it',
    arguments: [{ name: '[folder]', description: 'repository; default: the current folder' }],
    options: [
      {
        flags: '--out <file>',
        description: 'where the checklist goes; default: RELEASE_CHECKLIST.md',
      },
      { flags: '--force', description: 'write over a checklist that is there' },
    ],
    examples: ['seaworthy init', 'seaworthy init ../service --out docs/release-checklist.md'],
    needs: 'alone',
    load: async () => (await import('../../survey/index.ts')).runInit,
  },
  {
    name: 'evidence read',
    summary: 'Show what reports of tools say and which values a gate may assert of them',
    arguments: [
      {
        name: '<file>',
        description:
          'JUnit, SARIF, SBOM and others: docs/evidence-formats.md lists them; or - for standard input',
      },
    ],
    options: [
      {
        flags: '--with <file>',
        description: 'another report, read together with it as those of one gate; repeatable',
        repeated: true,
      },
      { flags: '--product <purl>', description: 'what was scanned, for VEX statements about it' },
    ],
    examples: [
      'seaworthy evidence read out/junit.xml',
      'seaworthy evidence read scan.sarif --with vex.json --product pkg:oci/harbour@sha256:abc',
    ],
    needs: 'alone',
    load: async () => (await import('../../evidence/cli.ts')).showReports,
  },
  {
    name: 'import',
    summary: 'Read a checklist and show its gates, slots, holes and findings; nothing is run',
    arguments: [
      {
        name: '[file]',
        description:
          'markdown checklist, or - for standard input; default: the one of seaworthy.yaml',
      },
    ],
    options: [GATES],
    examples: [
      'seaworthy import RELEASE_CHECKLIST.md',
      'seaworthy import checklist.md --json',
      'seaworthy import RELEASING.md --gates ordered-steps',
    ],
    needs: 'api',
    load: async () => (await import('../../gates/cli.ts')).runImport,
  },
  {
    name: 'lint',
    summary: 'Show which commands of a checklist can exit 0 while their gate is false',
    arguments: [CHECKLIST],
    options: [
      GATES,
      { flags: '--sarif <file>', description: 'also write the findings as SARIF 2.1.0' },
      {
        flags: '--explain <rule>',
        description: 'say why a rule exists and what to do; reads no file',
      },
    ],
    examples: [
      'seaworthy lint RELEASE_CHECKLIST.md',
      'seaworthy lint checklist.md --sarif findings.sarif',
      'seaworthy lint --explain no-fail-curl',
    ],
    needs: 'api',
    load: async () => (await import('../../gates/cli.ts')).runLint,
  },
  {
    name: 'checks',
    summary: 'List the built-in checks that a plan may name, with their parameters and fields',
    arguments: [],
    options: [],
    examples: ['seaworthy checks', 'seaworthy checks --json'],
    needs: 'api',
    load: async () => (await import('../../gates/cli.ts')).runChecks,
  },
  {
    name: 'plan',
    summary: 'Propose a plan from a checklist, for people to read, edit and review',
    arguments: [CHECKLIST],
    options: [
      ...NAMING,
      GATES,
      { flags: '--out <file>', description: 'where the plan goes; default: beside the results' },
      { flags: '--force', description: 'write over a plan file that is there' },
    ],
    examples: ['seaworthy plan RELEASE_CHECKLIST.md --out release.plan.yaml'],
    needs: 'api',
    load: async () => (await import('../../gates/cli.ts')).planChecklist,
  },
  {
    name: 'plan review',
    summary: 'Sign that you read a plan: its reads may then run; writes still ask each time',
    arguments: [{ name: '<plan>', description: 'plan file' }],
    options: [AS],
    examples: ['seaworthy plan review release.plan.yaml --as alice'],
    needs: 'api',
    load: async () => (await import('../../gates/cli.ts')).runPlanReview,
  },
]
