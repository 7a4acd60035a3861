// Front door of the API client and of what a command is.
export { KEY_HEADER, makeClient } from './client.ts'
export { concernsRelease, positionOf } from './changes.ts'
export { followChanges } from './follow.ts'
export { Intentions, Unsent } from './intentions.ts'
export { everyRow, findRow, firstRow, rowsOf } from './pages.ts'
export { previewAction } from './preview.ts'
export { shellWordOf } from './shell-word.ts'
export { AskedOrder } from './asked-order.ts'
export type { Change, ChangeMessage, WatchedRelease } from './changes.ts'
export type { ChangeAnswer, FollowEars, FollowPorts, FollowTerms } from './follow.ts'
export type { ApiAnswer, ApiRequest, Client, Transport } from './client.ts'
export type {
  CiSystem,
  CommandArgument,
  CommandContext,
  CommandDefaults,
  CommandFiles,
  CommandOption,
  CommandOutcome,
  CommandPorts,
  CommandProcess,
  CommandRun,
  CommandSpec,
  KeyRing,
  LocalKey,
  OptionValues,
  Screen,
} from './command.ts'
