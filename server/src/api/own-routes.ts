import type { FastifyInstance } from 'fastify'
import type { CallApi } from '../downstream/call-api.ts'
import { agendaReport } from './agenda-report.ts'

export interface OwnRouteTools {
  /** Origin of Microsoft Graph in the cloud of the settings. */
  graph: string
  callApi: CallApi
}

/** Adds routes below `/api`. Each needs a session, and is part of `/openapi.json`. */
export type OwnRoutes = (api: FastifyInstance, tools: OwnRouteTools) => Promise<void>

/** Your own routes: a file for each, and a line here. */
export const ownRoutes: OwnRoutes = async (api, tools) => {
  agendaReport(api, tools)
}
