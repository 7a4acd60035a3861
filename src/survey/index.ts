// Front door of the survey.
export { runInit } from './cli.ts'
