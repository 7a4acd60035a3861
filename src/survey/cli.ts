// The init command: looks at a repository and proposes a checklist for its releases; runs nothing of it.
import { EXIT, harmlessText, utf8Bytes } from '../kernel/index.ts'
import type { CommandContext, CommandOutcome, OptionValues } from '../client/index.ts'
import { composeChecklist } from './checklist.ts'
import { surveyFault } from './errors.ts'
import type { RepositoryFiles, Survey } from './model.ts'
import { surveyRepository } from './survey.ts'

/** Largest file that is opened, in bytes; manifests are far smaller. */
const FILE_LIMIT_BYTES = 512 * 1024

const CHECKLIST_FILE = 'RELEASE_CHECKLIST.md'
const CONFIG_FILE = 'seaworthy.yaml'

/** Checklists as repositories call them. */
const KNOWN_CHECKLIST =
  /^(?:docs\/|\.github\/|doc\/)?(?:ISSUE_TEMPLATE\/)?(?:release[-_ ]?checklist|releasing[-_ ]?checklist|go[-_ ]?no[-_ ]?go[-_ ]?(?:checklist)?|production[-_ ]?ready[-_ ]?checklist|release)\.md$/i
const NOT_A_CHECKLIST = /^(?:docs\/|doc\/)?release\.md$/i

export async function runInit(
  context: CommandContext,
  args: readonly string[],
  options: OptionValues,
): Promise<CommandOutcome> {
  const { files } = context
  const folder = files.resolve(args[0] ?? '.')
  const { paths, isCut } = await files.listBelow(folder)
  const survey = await surveyRepository(viewOf(context, folder, paths), files.baseName(folder))
  const known = paths.find((path) => KNOWN_CHECKLIST.test(path) && !NOT_A_CHECKLIST.test(path))
  const out = typeof options['out'] === 'string' ? options['out'] : undefined
  const adopted = out === undefined && options['force'] !== true ? known : undefined
  const path =
    out === undefined ? files.resolve(folder, adopted ?? CHECKLIST_FILE) : files.resolve(out)
  const written: string[] = []
  if (adopted === undefined) {
    if (options['force'] !== true && (await files.exists(path)))
      throw surveyFault('SURVEY_CHECKLIST_EXISTS', `expected a new file, ${path} exists already`)
    await files.write(path, utf8Bytes(composeChecklist(survey)))
    written.push(path)
  }
  const config = files.resolve(folder, CONFIG_FILE)
  if (!(await files.exists(config))) {
    await files.write(config, utf8Bytes(composeConfig(survey, pathWithin(folder, path), adopted)))
    written.push(config)
  }
  const isIgnored = await ignoresDataFolder(context, folder)
  return {
    exit: EXIT.ok,
    data: { ...survey, checklist: path, adopted: adopted !== undefined, written, isCut, isIgnored },
    text: renderInit(survey, { path, isAdopted: adopted !== undefined, written, isCut, isIgnored }),
  }
}

function viewOf(
  context: CommandContext,
  folder: string,
  paths: readonly string[],
): RepositoryFiles {
  const { files } = context
  const listed = new Set(paths)
  return {
    paths,
    async read(path) {
      if (!listed.has(path)) return undefined
      return files.readText(files.resolve(folder, path), FILE_LIMIT_BYTES)
    },
  }
}

/** Relative where the file lies below the folder, so that the repository can be moved. */
function pathWithin(folder: string, path: string): string {
  return path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : path
}

function composeConfig(survey: Survey, checklist: string, adopted: string | undefined): string {
  return [
    '# What this repository says about its releases; `seaworthy config` shows every setting and where it was taken from.',
    `checklist: ${JSON.stringify(checklist)}`,
    // A proposed checklist names its service itself; one that people wrote may not.
    ...(adopted === undefined ? [] : [`service: ${JSON.stringify(survey.service)}`]),
    '',
  ].join('\n')
}

// The data folder holds signing keys, so it must not be committed by accident.
async function ignoresDataFolder(context: CommandContext, folder: string): Promise<boolean> {
  const text = await context.files.readText(
    context.files.resolve(folder, '.gitignore'),
    FILE_LIMIT_BYTES,
  )
  return /^\/?\.seaworthy\/?\s*$/m.test(text ?? '')
}

interface InitEnd {
  readonly path: string
  readonly isAdopted: boolean
  readonly written: readonly string[]
  readonly isCut: boolean
  readonly isIgnored: boolean
}

function renderInit(survey: Survey, end: InitEnd): string {
  const commands = survey.gates.filter(({ command }) => command !== undefined)
  const lines = [
    `${survey.service}: ${survey.fileCount} ${survey.fileCount === 1 ? 'file' : 'files'} looked at, nothing was run.`,
    ...(end.isCut ? ['The repository is larger than that; the rest was not looked at.'] : []),
    '',
  ]
  if (end.isAdopted) {
    lines.push(
      `This repository has a checklist: ${end.path}`,
      'It is taken as it is. `seaworthy init --out FILE` writes a proposed one beside it.',
    )
  } else {
    lines.push(
      survey.gates.length === 0
        ? 'No gate follows from its files; the checklist asks what every release should answer.'
        : `Gates that follow from its files: ${survey.gates.length}, ${commands.length} of them commands; two more ask what every release should answer.`,
      ...survey.gates.map(
        ({ title, because, command }) =>
          `  ${command === undefined ? 'a person' : 'command '}  ${title}  (${because})`,
      ),
    )
  }
  if (survey.remarks.length > 0) {
    lines.push('', 'Seen, and made no gate:')
    lines.push(...survey.remarks.map(({ where, text }) => `  ${where}: ${text}`))
  }
  lines.push('', ...end.written.map((path) => `  written: ${path}`))
  if (!end.isIgnored)
    lines.push(
      '  Add .seaworthy/ to .gitignore: it will hold evidence, reports and your keys (the keys keep themselves out of git).',
    )
  lines.push('', 'Next: read the checklist, then', '  seaworthy lint', '  seaworthy plan')
  return lines.map(harmlessText).join('\n')
}
