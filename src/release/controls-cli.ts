// The command that reads a mapping of controls, says what of it is not there, and records it.
import { EXIT, harmlessLine } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import type { MappedControl } from '../register/index.ts'
import { CONTROLS_LIMIT_BYTES, readControlsFile } from './controls-file.ts'
import { countNoun, openRegisterOf, sendChange } from './register-calls.ts'
import type { OpenedRegister } from './register-calls.ts'
import { chooseRelease, readReview } from './release-calls.ts'
import type { ReleaseReview } from './model.ts'

/** Unknown gates and risks that are shown before the rest is only counted; the JSON answer has all. */
const DOUBTS_SHOWN_COUNT = 20

export async function runControlsImport(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const path = args[0] ?? ''
  const bytes = await context.files.read(path, CONTROLS_LIMIT_BYTES)
  const controls = readControlsFile(context.files.baseName(path), bytes)
  const release = await chooseRelease(
    context,
    typeof options['release'] === 'string' ? options['release'] : undefined,
  )
  const opened = await openRegisterOf(context, release.service, options)
  const review = await readReview(context, release)
  const doubts = doubtsOf(controls, review, opened)
  const lines = [
    ...doubts.slice(0, DOUBTS_SHOWN_COUNT).map((doubt) => `  ${doubt}`),
    ...(doubts.length > DOUBTS_SHOWN_COUNT
      ? [`  and ${doubts.length - DOUBTS_SHOWN_COUNT} more`]
      : []),
  ]
  const what = `${countNoun(controls.length, 'control')} of ${release.service}`
  if (options['as'] === undefined) {
    const head = `${what} read, nothing recorded; with --as NAME they are`
    return {
      exit: EXIT.ok,
      data: { controls, doubts, recorded: null },
      text: [head, ...lines].map(harmlessLine).join('\n'),
    }
  }
  const recorded = await sendChange(context, release.service, options, {
    kind: 'controls.mapped',
    controls,
  })
  const head = `${what} mapped: seaworthy report ${review.release} --kind controls`
  return {
    exit: EXIT.ok,
    data: { controls, doubts, recorded },
    text: [head, ...lines].map(harmlessLine).join('\n'),
  }
}

/** What of a mapping this release has not, and what nothing would show; each is a sentence and none stops the import. */
function doubtsOf(
  controls: readonly MappedControl[],
  { plan, release }: ReleaseReview,
  { register }: OpenedRegister,
): readonly string[] {
  const gates = new Set(plan.gates.map((gate) => gate.id))
  const risks = new Set(register.risks.map((risk) => risk.id))
  return controls.flatMap((control) => {
    const name = `${control.framework} ${control.id}`
    return [
      ...control.gates
        .filter((gate) => !gates.has(gate))
        .map((gate) => `${name}: ${release} has no gate ${gate}`),
      ...control.risks
        .filter((risk) => !risks.has(risk))
        .map((risk) => `${name}: the register has no risk ${risk}`),
      ...(control.gates.length + control.risks.length === 0
        ? [`${name}: nothing is named that would show it`]
        : []),
    ]
  })
}
