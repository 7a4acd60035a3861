// Front door of the application.
export { commandTable, globalOptions } from './commands.ts'
export { appErrors } from './errors.ts'
export { main } from './start.ts'
