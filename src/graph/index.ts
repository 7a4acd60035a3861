// Front door of the provenance graph.
import type { Slice } from '../kernel/index.ts'
import { graphErrors } from './errors.ts'

export { makeGraphEngine } from './engine.ts'
export type { GraphEngine } from './engine.ts'
export type { GraphPorts } from './model.ts'
export { makeGraphRoutes } from './http.ts'

export const graphSlice: Slice = { name: 'graph', errors: graphErrors }
