import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { Config } from '../config/config.ts'
import type { EntraSettings } from '../config/entra.ts'
import type { EntraClient } from '../entra/client.ts'
import type { Cookies } from '../http/cookie-attributes.ts'
import type { SessionRoom } from '../session/room.ts'
import { sessionPlugin } from '../session/plugin.ts'
import type { Vault } from '../store/vault.ts'
import type { SignInDemands } from '../tokens/sign-in-demands.ts'
import { deviceLoginCookie } from './device/device-login-cookie.ts'
import { DeviceLogins } from './device/device-logins.ts'
import { deviceLoginRoutes, noDeviceLoginRoutes } from './device/device-login-routes.ts'
import { AttemptCookies } from './redirect/attempt-cookies.ts'
import { callbackRoute } from './redirect/callback.ts'
import { startRoute } from './redirect/start.ts'
import { reportRoute } from './report/report-route.ts'
import { SignInReports } from './report/reports.ts'

export interface SignInOptions {
  config: Config
  settings: EntraSettings
  entra: EntraClient
  vault: Vault
  cookies: Cookies
  room: SessionRoom
  demands: SignInDemands
  /** The scopes that the query of a sign-in may name. */
  knownScopes: readonly string[]
}

/** The two plugins of `sign-in/`: the routes that a browser visits, and the routes below `/api`. */
export function createSignIn(options: SignInOptions) {
  const { config, entra, vault, cookies, room } = options
  const reports = new SignInReports(cookies.signInError, vault.ring)
  const shared = {
    ...options,
    reports,
    deviceLoginCookie: deviceLoginCookie(cookies.deviceLogin, vault.ring),
  }

  /** `GET /auth/login`, and the redirect URI. */
  async function redirectRoutes(app: FastifyInstance): Promise<void> {
    const attempts = new AttemptCookies(cookies.attempt, vault.ring)
    await app.register(fp(startRoute), { ...shared, attempts })
    await app.register(async (scope) => {
      await scope.register(sessionPlugin, room)
      await scope.register(fp(callbackRoute), { ...shared, attempts, store: vault.store })
    })
  }

  async function apiRoutes(api: FastifyInstance): Promise<void> {
    await api.register(fp(reportRoute), { reports })
    if (!config.deviceLogin) {
      await api.register(fp(noDeviceLoginRoutes))
      return
    }
    await api.register(async (scope) => {
      await scope.register(sessionPlugin, room)
      const logins = new DeviceLogins({ entra, vault, scopes: config.scopes })
      const maxStartsPerMinute = Math.ceil(config.rateLimitPerMinute / 10)
      await scope.register(fp(deviceLoginRoutes), { ...shared, logins, maxStartsPerMinute })
    })
  }

  return { redirectRoutes, apiRoutes }
}
