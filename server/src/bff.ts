import fastifyCookie from '@fastify/cookie'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { ClaimGaps } from './caller/claim-gaps.ts'
import type { Config } from './config/config.ts'
import { configured, type ConfiguredOptions } from './configured.ts'
import { setupRoute } from './http/setup.ts'
import { unconfigured } from './http/unconfigured.ts'
import type { Services } from './services.ts'

export interface BffOptions extends Pick<ConfiguredOptions, 'calls' | 'api'> {
  config: Config
  services: Services
}

/** Sign-in, sessions and `/api`; or the Setup view, while values from the app registration are missing. */
export async function bff(
  app: FastifyInstance,
  { config, services, ...others }: BffOptions,
): Promise<void> {
  const { entra } = services
  const { entra: settings } = config
  // `cookie-header.ts` reads cookies, and only where they are needed.
  if (!app.hasPlugin('@fastify/cookie')) await app.register(fastifyCookie, { hook: false })
  const claimGaps = new ClaimGaps(app.log)
  await app.register(fp(setupRoute), { config, gaps: claimGaps.statuses })
  if (entra && settings) {
    const options = { ...others, ...services, config, entra, settings, claimGaps }
    await app.register(fp(configured), options)
  } else {
    await app.register(fp(unconfigured))
  }
}
