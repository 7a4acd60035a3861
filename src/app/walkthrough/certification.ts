// Second part: a release of the example service is certified by people and by gates of six kinds.
import type { ExitCode } from '../../kernel/index.ts'
import { EXIT } from '../../kernel/index.ts'
import { fileURLToPath } from 'node:url'
import type { CommandContext } from '../../client/index.ts'
import { runPlanReview } from '../../gates/index.ts'
import { runKeyCreate } from '../../identity/index.ts'
import { runDecide, runSign } from '../../release/index.ts'
import { runAnswer } from '../../runner/index.ts'
import { runRunCommand } from '../cli/run.ts'
import { appFault } from '../errors.ts'
import { startHarbour } from './harbour.ts'

const MANAGER = 'demo release manager'
const ENGINEER = 'demo sre'
const AUTHOR = 'demo author'
const ON_CALL_GATE = 'people/somebody-is-on-call-for-the-window'

export interface CertifiedRelease {
  readonly release: string
  readonly exit: ExitCode
}

export async function certifyHarbour(
  context: CommandContext,
  folder: URL,
  say: (text: string) => void,
): Promise<CertifiedRelease> {
  say('\n2 of 3: a release of the example service harbour, certified\n')
  const harbour = await startHarbour(folder, context.ports.fetch)
  say(
    `harbour runs on ${harbour.url}, its database on ${harbour.databaseUrl.replace(/^.*@/, '')}\n`,
  )
  try {
    const plan = fileURLToPath(new URL('release/plan.yaml', folder))
    say('Three demo identities (their keys lie in the data folder; they stand for people):\n')
    for (const [name, roles] of [
      [AUTHOR, []],
      [MANAGER, ['Release Manager']],
      [ENGINEER, ['SRE']],
    ] as const) {
      say(`  ${(await runKeyCreate(context, [name], { role: roles })).text.split('\n')[0]}\n`)
    }
    say(`${(await runPlanReview(context, [plan], { as: MANAGER })).text}\n\n`)
    const ran = await runRunCommand(context, [plan], {
      workspace: fileURLToPath(folder),
      author: AUTHOR,
      fresh: true,
      param: [
        `HARBOUR_URL=${harbour.url}`,
        `HARBOUR_DATABASE=${harbour.databaseUrl}`,
        `NODE=${process.execPath}`,
      ],
    })
    const { release } = ran.data as { release: string }
    say(`${await answerOnCall(context)}\n`)
    say(
      `${(await runSign(context, [release], { as: MANAGER, role: 'Release Manager', comment: 'walkthrough' })).text}\n`,
    )
    say(
      `${(await runSign(context, [release], { as: ENGINEER, role: 'SRE', comment: 'walkthrough' })).text}\n\n`,
    )
    const decided = await runDecide(context, [release], {})
    say(`${decided.text}\n`)
    if (decided.exit !== EXIT.ok)
      throw appFault(
        'APP_DEMO_FAILED',
        `expected GO for ${release}, got exit ${decided.exit}; the reasons stand above`,
      )
    return { release, exit: decided.exit }
  } finally {
    await harbour.stop()
  }
}

async function answerOnCall(context: CommandContext): Promise<string> {
  const answered = await runAnswer(context, [ON_CALL_GATE], {
    as: ENGINEER,
    yes: true,
    comment: 'walkthrough: the demo sre says so',
    slot: ['on-call=demo sre'],
  })
  return answered.text
}
