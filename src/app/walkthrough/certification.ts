// Second part: a release of the example service is certified by people and by gates of seven kinds.
import type { ExitCode } from '../../kernel/index.ts'
import { EXIT } from '../../kernel/index.ts'
import { fileURLToPath } from 'node:url'
import type { CommandContext } from '../../client/index.ts'
import { runPlanReview } from '../../gates/index.ts'
import { runKeyCreate } from '../../identity/index.ts'
import { runDecide, runSign } from '../../release/index.ts'
import { runAnswer } from '../../runner/index.ts'
import { runConfirm } from '../cli/confirm.ts'
import { runRunCommand } from '../cli/run.ts'
import { appFault } from '../errors.ts'
import { startHarbour } from './harbour.ts'
import type { RunningHarbour } from './harbour.ts'

const MANAGER = 'demo release manager'
const ENGINEER = 'demo sre'
const AUTHOR = 'demo author'
const ON_CALL_GATE = 'people/somebody-is-on-call-for-the-window'

/** A verdict is no fault of the walk: what follows shows this one as it would show a Go. */
const NO_GO_HERE = `
No Go, for the reasons above. Some of these gates measure time and fail on a machine that is busy: \`npm start\` again when it is not.
`

export interface CertifiedRelease {
  readonly release: string
  /** That of the verdict. */
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
    const release = await runAndConfirm(context, folder, harbour, say)
    say(`${await answerOnCall(context)}\n`)
    say(
      `${(await runSign(context, [release], { as: MANAGER, role: 'Release Manager', comment: 'walkthrough' })).text}\n`,
    )
    say(
      `${(await runSign(context, [release], { as: ENGINEER, role: 'SRE', comment: 'walkthrough' })).text}\n\n`,
    )
    const decided = await runDecide(context, [release], {})
    say(`${decided.text}\n`)
    if (decided.exit !== EXIT.ok) say(NO_GO_HERE)
    return { release, exit: decided.exit }
  } finally {
    await harbour.stop()
  }
}

interface Ran {
  readonly release: string
  readonly confirm: {
    readonly token: string
    readonly gates: readonly { readonly gate: string; readonly effect: string }[]
  } | null
}

/** What acts on the service waits for a person's word whoever reviewed the plan; here the walk gives it, once. */
async function runAndConfirm(
  context: CommandContext,
  folder: URL,
  harbour: RunningHarbour,
  say: (text: string) => void,
): Promise<string> {
  const secret = [`HARBOUR_OPERATOR_KEY=${harbour.operatorKey}`]
  const ran = await runRunCommand(context, [fileURLToPath(new URL('release/plan.yaml', folder))], {
    workspace: fileURLToPath(folder),
    author: AUTHOR,
    fresh: true,
    param: [
      `HARBOUR_URL=${harbour.url}`,
      `HARBOUR_DATABASE=${harbour.databaseUrl}`,
      `NODE=${process.execPath}`,
    ],
    secret,
  })
  const { release, confirm } = ran.data as Ran
  if (confirm === null)
    throw appFault('APP_DEMO_FAILED', 'expected gates that wait for a person’s word, got none')
  say(
    '\nThese act on the service, so no review vouches for them; a person has to say so each time:\n',
  )
  for (const { gate, effect } of confirm.gates) say(`  ${gate} (${effect})\n`)
  say(`The walkthrough says so for you, as by: seaworthy confirm ${confirm.token}\n\n`)
  await runConfirm(context, [confirm.token], { secret })
  return release
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
