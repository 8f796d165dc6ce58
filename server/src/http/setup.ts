import { paths, type SettingStatus, SetupView } from '@entra-bff/shared'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { addressOf } from '../address.ts'
import type { Config } from '../config/config.ts'
import { isLoopback } from '../config/loopback.ts'
import { checkCsrf } from './csrf.ts'
import type { RouteDoc } from './route-doc.ts'

const doc: RouteDoc = {
  summary: 'Tells what is configured.',
  description:
    'Only a browser on the machine of the server gets the details, and not in production.',
  tag: 'Server',
  session: 'ignored',
  problems: ['csrf_failed'],
}

export interface SetupOptions {
  config: Config
  /** What turned out to be missing from the app registration since the start. */
  gaps: () => SettingStatus[]
}

/** `GET /api/setup`: what is configured. Only a browser on this machine gets the details. */
export async function setupRoute(
  app: FastifyInstance,
  { config, gaps }: SetupOptions,
): Promise<void> {
  const schema = { response: { 200: SetupView } }
  app.get(paths.setup, { schema, config: { doc } }, (request): SetupView => {
    checkCsrf(request, config.publicUrl, false)
    const configured = config.entra !== undefined
    if (config.production || !isLocal(request)) return { configured }
    const settings = [...config.setup, ...gaps()]
    return { configured, settings, redirectUri: config.redirectUri }
  })
}

/** Checks the host name too: an attacker's name can resolve to this machine (DNS rebinding). */
function isLocal(request: FastifyRequest): boolean {
  const address = addressOf(request)
  return isLoopback(request.hostname) && (address === '::1' || isLoopback(address))
}
