// The command line: parses words by the command table, runs one command, answers text or one JSON document.
import { Command, CommanderError, Option } from 'commander'
import { EXIT, jsonLine } from '../../kernel/index.ts'
import type { ExitCode } from '../../kernel/index.ts'
import type { CommandOutcome, CommandSpec, OptionValues } from '../../client/index.ts'
import { commandTable, globalOptions } from '../commands.ts'
import { appFault } from '../errors.ts'
import { describeFault, envelopeOfFault, envelopeOfOutcome, renderFault } from './envelope.ts'

/** Where the command line writes; the process's own streams outside tests. */
export interface ShellStreams {
  stdout(text: string): void
  stderr(text: string): void
  /** Makes text for people harmless for who keeps it, such as the log of a CI system. */
  plain(text: string): string
}

export interface ShellCall {
  readonly spec: CommandSpec
  readonly args: readonly string[]
  readonly options: OptionValues
  /** What the command needs with these options. */
  readonly needs: CommandSpec['needs']
}

export type ShellExecutor = (call: ShellCall) => Promise<CommandOutcome>

/** @param argv words after the program's name @returns the exit code */
export async function runShell(
  argv: readonly string[],
  version: string,
  streams: ShellStreams,
  execute: ShellExecutor,
): Promise<ExitCode> {
  let call: ShellCall | undefined
  const asides: string[] = []
  const parserStreams = { ...streams, stderr: (text: string) => void asides.push(text) }
  const program = buildProgram(version, parserStreams, (chosen) => {
    call = chosen
  })
  const isJson = argv.includes('--json')
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok
    // Without a command the parser writes the help that fits to standard error.
    if (error instanceof CommanderError && error.code === 'commander.help') {
      streams.stdout(asides.join(''))
      return EXIT.ok
    }
    const text =
      error instanceof CommanderError ? error.message.replace(/^error: /, '') : String(error)
    return reportFault(
      appFault('APP_COMMAND_UNKNOWN', text),
      argv[0] ?? '',
      version,
      isJson,
      streams,
    )
  }
  if (call === undefined) {
    streams.stdout(program.helpInformation())
    return EXIT.ok
  }
  try {
    const outcome = await execute(call)
    if (isJson) streams.stdout(`${jsonLine(envelopeOfOutcome(outcome, call.spec.name, version))}\n`)
    else if (outcome.text !== '')
      streams.stdout(
        streams.plain(outcome.text.endsWith('\n') ? outcome.text : `${outcome.text}\n`),
      )
    return outcome.exit
  } catch (error) {
    return reportFault(error, call.spec.name, version, isJson, streams)
  }
}

function reportFault(
  error: unknown,
  command: string,
  version: string,
  isJson: boolean,
  streams: ShellStreams,
): ExitCode {
  const fault = describeFault(error)
  if (isJson) streams.stdout(`${jsonLine(envelopeOfFault(error, command, version))}\n`)
  else streams.stderr(streams.plain(renderFault(fault)))
  return fault.exit
}

function buildProgram(
  version: string,
  streams: ShellStreams,
  choose: (call: ShellCall) => void,
): Command {
  const program = new Command('seaworthy')
    .description(
      'No release sails on a promise: checklists become gates, ticks become evidence, evidence a verdict.',
    )
    .version(version)
    .exitOverride()
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureOutput({ writeOut: streams.stdout, writeErr: streams.stderr })
    .addHelpText(
      'after',
      '\nExit codes: 0 GO or success, 1 fault, 10 GO_WITH_WAIVERS, 11 CONDITIONAL_GO, 12 intact but signer unknown,\n20 NOT_READY, 30 NO_GO, 40 INVALID, 2 usage, 5 not permitted, 6 not found, 7 conflict, 8 confirm first, 9 retry later,\n78 Node too old, 130 interrupted.',
    )
  const groups = new Map<string, Command>()
  for (const spec of commandTable) {
    const words = spec.name.split(' ')
    let parent = program
    // `guard switch kill` is a command of the group `guard switch` in the group `guard`.
    for (let count = 1; count < words.length; count++)
      parent = groupCommand(parent, groups, words.slice(0, count).join(' '))
    const command = addCommand(parent, spec, words.at(-1)!, choose)
    if (words.length === 1) groups.set(words[0]!, command)
  }
  return program
}

const GROUP_SUMMARIES: Readonly<Record<string, string>> = {
  attestation: 'Verify what others signed about an artefact, offline',
  evidence: 'Show what reports of tools say, before a gate rests on them',
  risk: 'Keep the register of risks: add, accept, close, reopen, import',
  condition: 'Let a release go on condition: what is owed, by whom, until when',
  freeze: 'Keep the calendar of freezes, lift one, or let one release pass',
  budget: 'Enter the error budget, or let one release pass with too little',
  roster: 'Confirm who is on call',
  rules: 'Show and set the rules that decisions follow',
  launch: 'Plan when a release launches, and show what is due by then',
  cab: 'Write the agenda of a change advisory board, record and list what it decided',
  controls: 'Map controls of SOC 2, ASVS and others to the gates and risks that show them',
  guard: 'Turn switches of running services, and try rate limits on recorded traffic',
  'guard switch': 'List, make, turn off, turn on again: without a restart, each flip in the ledger',
  jobs: 'Show, run, retry, cancel and schedule background work',
  audit: 'The audit log: what was asked of the server, and refused',
  ledger: 'Append to, list, verify, prove and sign the tamper-evident ledger',
  'ledger migrate': 'Take a ledger of the first version in, and give it back',
  webhook: 'Deliver facts of the ledger to other services, signed, and send again what was lost',
  notify: 'Tell people: channels, messages with receipts, and the proof that a page arrives',
  'notify channel':
    'Add, list, change and remove channels: webhook, Slack, PagerDuty, e-mail, wiki page',
  'notify rule': 'Say which facts of the ledger go over which channels',
  'notify template':
    'Set, list, remove and try templates that are filled from the facts of a release',
  runner: 'Enrol machines that run gates, list and revoke them',
  key: 'Make signing keys of people, and see who is registered',
  'service-token': 'Get tokens of five minutes for calls between services',
  'api-key': 'Make, list, rotate and revoke the keys that open the API',
  account: 'Invite people, see who there is, give them other rights, end their sessions',
}

function summaryOfGroup(word: string): string {
  const summary = GROUP_SUMMARIES[word]
  if (summary === undefined) throw new Error(`expected a summary of the command group ${word}`)
  return summary
}

function groupCommand(program: Command, groups: Map<string, Command>, word: string): Command {
  const known = groups.get(word)
  if (known !== undefined) return known
  const group = program
    .command(word.split(' ').at(-1) ?? word)
    .exitOverride()
    .description(summaryOfGroup(word))
  groups.set(word, group)
  return group
}

function addCommand(
  parent: Command,
  spec: CommandSpec,
  word: string,
  choose: (call: ShellCall) => void,
): Command {
  const command = parent.command(word).description(spec.summary).exitOverride()
  for (const option of globalOptions) {
    if (!option.isForFolder || mayNeedFolder(spec)) command.option(option.flags, option.description)
  }
  for (const argument of spec.arguments) command.argument(argument.name, argument.description)
  for (const option of spec.options) {
    if (option.repeated === true)
      command.option(option.flags, option.description, collect, [] as string[])
    else command.option(option.flags, option.description)
  }
  command.addHelpText(
    'after',
    `\nExamples:\n${spec.examples.map((example) => `  ${example}`).join('\n')}`,
  )
  command.action((...values: unknown[]) => {
    const args = values
      .slice(0, spec.arguments.length)
      .map((value) => (typeof value === 'string' ? value : ''))
    const options: OptionValues = command.opts()
    choose({
      spec,
      args: args.filter((value) => value !== ''),
      options,
      needs: needsOf(spec, options),
    })
  })
  return command
}

function needsOf({ needs, options }: CommandSpec, given: OptionValues): CommandSpec['needs'] {
  const asked = options.find(
    (option) =>
      option.needs !== undefined && given[new Option(option.flags).attributeName()] !== undefined,
  )
  return asked?.needs ?? needs
}

function mayNeedFolder({ needs, options }: CommandSpec): boolean {
  return (
    (needs !== 'alone' && needs !== 'words') || options.some((option) => option.needs !== undefined)
  )
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value]
}
