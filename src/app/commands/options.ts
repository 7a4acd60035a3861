// Arguments and options that several commands share, as data.
import type { CommandArgument, CommandOption } from '../../client/index.ts'

export const RELEASE: CommandArgument = {
  name: '[release]',
  description: 'SERVICE@VERSION; default: the release of the newest run',
}
export const ENVIRONMENT: CommandOption = {
  flags: '--environment <name>',
  description:
    'environment that is meant where the release was run in several; default: of a named release production, or where it was run first, else that of the newest run',
}
export const CHECKLIST: CommandArgument = {
  name: '[file]',
  description: 'markdown checklist; default: the one of seaworthy.yaml',
}
export const AS: CommandOption = {
  flags: '--as <name>',
  description: 'local identity that signs (see `seaworthy key list`)',
}
export const NAMING: readonly CommandOption[] = [
  {
    flags: '--service <name>',
    description: 'service that is released; default: from the document or its file name',
  },
  {
    flags: '--release-version <version>',
    description: 'version that is released; default: from the document',
  },
  {
    flags: '--environment <name>',
    description: 'environment the gates look at; default: from the document, else production',
  },
]
export const GATES: CommandOption = {
  flags: '--gates <sources>',
  description:
    'also take these for gates: ordered-steps (numbered items without boxes), headings (sections without gates)',
}
export const SERVICE: CommandOption = {
  flags: '--service <name>',
  description: 'service whose register is meant; default: that of the newest run',
}
export const TIMEZONE: CommandOption = {
  flags: '--timezone <zone>',
  description: 'IANA zone that dates are read and shown in; default: that of the rules, else UTC',
}
export const PHASE: CommandOption = {
  flags: '--phase <phase>',
  description:
    'gates of later phases do not count: pre-deploy (default when the plan has later ones), canary-5, canary-25, canary-100, post-deploy',
}
export const STAGE: CommandOption = {
  flags: '--for <stage>',
  description:
    'exit as this stage needs: freeze, deploy, phase or post; a conditional Go exits 0 (10 on waivers) unless a condition locks it or what comes before it',
}
