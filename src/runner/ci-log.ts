// The log syntax of CI systems: groups, annotations, and texts that can give a CI system no command.
import type { CiSystem } from '../client/index.ts'
import { harmlessLine, withoutLogCommands } from '../kernel/index.ts'

/** Where in the repository a message belongs. */
export interface LogPlace {
  readonly file: string
  /** From 1. */
  readonly line: number
}

export interface CiLog {
  /** Line that opens a part which can be folded; undefined where there is none. */
  openGroup(title: string, nowMs: number): string | undefined
  closeGroup(nowMs: number): string | undefined
  /** Line that shows a message beside the code; undefined where the log is all there is. */
  annotate(
    level: 'error' | 'warning',
    title: string,
    text: string,
    place: LogPlace,
  ): string | undefined
}

const NO_SYNTAX: CiLog = {
  openGroup: () => undefined,
  closeGroup: () => undefined,
  annotate: () => undefined,
}

const GITLAB_SECTION = 'seaworthy_gates'

const LOGS: Readonly<Record<CiSystem, CiLog>> = {
  // https://docs.github.com/actions/reference/workflow-commands-for-github-actions
  github: {
    openGroup: (title) => `::group::${messageOf(title)}`,
    closeGroup: () => '::endgroup::',
    annotate: (level, title, text, { file, line }) =>
      `::${level} file=${propertyOf(file)},line=${line},title=${propertyOf(title)}::${messageOf(text)}`,
  },
  // https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections
  gitlab: {
    ...NO_SYNTAX,
    openGroup: (title, nowMs) =>
      `\u001b[0Ksection_start:${Math.floor(nowMs / 1_000)}:${GITLAB_SECTION}\r\u001b[0K${plain(title)}`,
    closeGroup: (nowMs) =>
      `\u001b[0Ksection_end:${Math.floor(nowMs / 1_000)}:${GITLAB_SECTION}\r\u001b[0K`,
  },
  // https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
  azure: {
    openGroup: (title) => `##[group]${plain(title)}`,
    closeGroup: () => '##[endgroup]',
    annotate: (level, title, text, { file, line }) =>
      `##vso[task.logissue type=${level};sourcepath=${azureProperty(file)};linenumber=${line}]${plain(`${title}: ${text}`)}`,
  },
  // https://buildkite.com/docs/pipelines/configure/managing-log-output
  buildkite: { ...NO_SYNTAX, openGroup: (title) => `--- ${plain(title)}` },
  circleci: NO_SYNTAX,
  jenkins: NO_SYNTAX,
  other: NO_SYNTAX,
}

export function ciLogOf(system: CiSystem): CiLog {
  return LOGS[system]
}

function plain(text: string): string {
  return withoutLogCommands(harmlessLine(text))
}

function messageOf(text: string): string {
  return plain(text).replaceAll('%', '%25')
}

function propertyOf(text: string): string {
  return messageOf(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

function azureProperty(text: string): string {
  return plain(text).replaceAll('%', '%AZP25').replaceAll(';', '%3B').replaceAll(']', '%5D')
}
