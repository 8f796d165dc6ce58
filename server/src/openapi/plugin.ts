import { type AppInfo, paths } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { Type } from 'typebox'
import type { Config } from '../config/config.ts'
import type { RouteDoc } from '../http/route-doc.ts'
import type { CollectedRoute } from './routes.ts'

export interface OpenApiOptions {
  config: Pick<Config, 'publicUrl' | 'apiDocs'>
  info: AppInfo
}

declare module 'fastify' {
  interface FastifyInstance {
    /** The OpenAPI document of all routes, as JSON. The document is made when it is first asked for. */
    openApi: () => Promise<string>
  }
}

const body = Type.Object({ openapi: Type.String() }, { additionalProperties: true })
const doc: RouteDoc = {
  summary: 'Tells this document.',
  tag: 'Server',
  answers: { 200: { description: 'An OpenAPI document.', body } },
}

/**
 * Describes the app in OpenAPI 3.1, and serves the document where `API_DOCS` allows. To be registered
 * before the routes that it describes. A start only collects the routes.
 */
export const openApi = fp(registerOpenApi, { name: 'openapi' })

async function registerOpenApi(
  app: FastifyInstance,
  { config, info }: OpenApiOptions,
): Promise<void> {
  const routes: CollectedRoute[] = []
  app.addHook('onRoute', (route) => {
    routes.push(route)
  })
  let text: Promise<string> | undefined
  async function create(): Promise<string> {
    const { documentOf } = await import('./document.ts')
    return JSON.stringify(documentOf(routes, info, config.publicUrl))
  }
  app.decorate('openApi', () => (text ??= create()))
  if (!config.apiDocs) return
  app.get(paths.openApi, { config: { doc } }, async (_request, reply) => {
    const document = await app.openApi()
    return reply.type('application/json; charset=utf-8').send(document)
  })
}
