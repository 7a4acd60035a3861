// Front door of the API client.
export { makeClient } from './client.ts'
export type { ApiAnswer, ApiRequest, Client, Transport } from './client.ts'
