// Front door of the application.
export { commandTable } from './commands.ts'
export { appErrors } from './errors.ts'
export { main } from './start.ts'
