// The commands of background work, as data.
import type { CommandArgument, CommandSpec } from '../../client/index.ts'

const JOB: CommandArgument = { name: '<job>', description: 'id of the job' }

export const jobCommands: readonly CommandSpec[] = [
  {
    name: 'worker',
    summary: 'Run background work until interrupted; several workers share one PostgreSQL',
    arguments: [],
    options: [
      { flags: '--log <form>', description: 'text (default), or json: one JSON document a line' },
    ],
    examples: ['DATABASE_URL=postgresql://db/seaworthy seaworthy worker'],
    needs: 'folder',
    load: async () => (await import('../cli/worker.ts')).runWorkerCommand,
  },
  {
    name: 'jobs list',
    summary: 'List background jobs, newest first',
    arguments: [],
    options: [
      {
        flags: '--state <state>',
        description: 'waiting, ready, active, done, dead or cancelled',
      },
      { flags: '--kind <kind>', description: 'jobs of one kind' },
      { flags: '--before <job>', description: 'only jobs older than this one' },
      { flags: '--limit <rows>', description: 'at most so many, 1 to 200' },
    ],
    examples: ['seaworthy jobs list', 'seaworthy jobs list --state dead'],
    needs: 'api',
    load: async () => (await import('../../job/cli.ts')).runJobsList,
  },
  {
    name: 'jobs show',
    summary: 'Show a job: its state, attempts, progress, and what it came to',
    arguments: [JOB],
    options: [],
    examples: ['seaworthy jobs show 019ab0c1-2f00-7000-8000-000000000001'],
    needs: 'api',
    load: async () => (await import('../../job/cli.ts')).runJobsShow,
  },
  {
    name: 'jobs run',
    summary: 'Ask for a job now; a server or worker carries it out',
    arguments: [{ name: '<kind>', description: 'what is to be done' }],
    options: [],
    examples: ['seaworthy jobs run ledger.checkpoint'],
    needs: 'api',
    load: async () => (await import('../../job/cli.ts')).runJobsRun,
  },
  {
    name: 'jobs retry',
    summary: 'Begin a dead or cancelled job again',
    arguments: [JOB],
    options: [],
    examples: ['seaworthy jobs retry 019ab0c1-2f00-7000-8000-000000000001'],
    needs: 'api',
    load: async () => (await import('../../job/cli.ts')).runJobsRetry,
  },
  {
    name: 'jobs cancel',
    summary: 'Cancel a job; one that runs is told to stop',
    arguments: [JOB],
    options: [],
    examples: ['seaworthy jobs cancel 019ab0c1-2f00-7000-8000-000000000001'],
    needs: 'api',
    load: async () => (await import('../../job/cli.ts')).runJobsCancel,
  },
  {
    name: 'jobs kinds',
    summary: 'List the kinds of background work there are',
    arguments: [],
    options: [],
    examples: ['seaworthy jobs kinds'],
    needs: 'api',
    load: async () => (await import('../../job/cli.ts')).runJobsKinds,
  },
  {
    name: 'jobs schedule',
    summary: 'List the schedules; with a name set one, or remove it',
    arguments: [{ name: '[name]', description: 'name of the schedule' }],
    options: [
      { flags: '--kind <kind>', description: 'what is to be done' },
      {
        flags: '--cron <fields>',
        description: 'when: minute, hour, day of month, month, day of week, in UTC',
      },
      { flags: '--remove', description: 'take the schedule away' },
    ],
    examples: [
      'seaworthy jobs schedule',
      'seaworthy jobs schedule hourly-checkpoint --kind ledger.checkpoint --cron "0 * * * *"',
      'seaworthy jobs schedule hourly-checkpoint --remove',
    ],
    needs: 'api',
    load: async () => (await import('../../job/cli.ts')).runJobsSchedule,
  },
]
