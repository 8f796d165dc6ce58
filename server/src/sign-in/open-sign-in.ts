import type { FastifyInstance } from 'fastify'
import type { Config } from '../config/config.ts'
import type { EntraSettings } from '../config/entra.ts'
import type { EntraClient } from '../entra/client.ts'
import type { Cookies } from '../http/cookie-attributes.ts'
import type { SessionRoom } from '../session/open-sessions.ts'
import { sessionPlugin } from '../session/plugin.ts'
import type { Vault } from '../store/vault.ts'
import type { ClaimsChallenges } from '../tokens/claims-challenges.ts'
import type { SessionTokens } from '../tokens/session-tokens.ts'
import { SessionBeginner } from './begin-session.ts'
import { deviceLoginCookie } from './device/device-login-cookie.ts'
import { DeviceLogins } from './device/device-logins.ts'
import { deviceLoginRoutes, noDeviceLoginRoutes } from './device/device-login-routes.ts'
import { AttemptCookies } from './redirect/attempt-cookies.ts'
import { callbackRoute } from './redirect/callback.ts'
import { startRoute } from './redirect/start.ts'
import { reportRoute } from './report/report-route.ts'
import { SignInReports } from './report/reports.ts'

export interface OpenSignInOptions {
  config: Config
  settings: EntraSettings
  entra: EntraClient
  vault: Vault
  cookies: Cookies
  room: SessionRoom
  tokens: SessionTokens
  claimsChallenges: ClaimsChallenges
  /** Every scope that some call needs: no others can be asked for. */
  scopes: readonly string[]
}

/** The two plugins of `sign-in/`: the routes that a browser visits, and the routes below `/api`. */
export function openSignIn(options: OpenSignInOptions) {
  const { config, settings, entra, vault, cookies, room, tokens } = options
  const reports = new SignInReports(cookies.signInError, vault.ring)
  const cookie = deviceLoginCookie(cookies.deviceLogin, vault.ring)
  const beginner = new SessionBeginner({ room, tokens, deviceLoginCookie: cookie, entra: settings })

  /** `GET /auth/login`, and the redirect URI. */
  async function redirectRoutes(app: FastifyInstance): Promise<void> {
    const { store, ring } = vault
    const attempts = new AttemptCookies(cookies.attempt, ring)
    const { lastSession } = room
    await app.register(startRoute, { ...options, attempts, reports, lastSession })
    await app.register(async (scope) => {
      await scope.register(sessionPlugin, room)
      const callback = { config, entra, room, beginner, store, attempts, reports }
      await scope.register(callbackRoute, callback)
    })
  }

  async function apiRoutes(api: FastifyInstance): Promise<void> {
    await api.register(reportRoute, { reports })
    if (!config.deviceLogin) {
      await api.register(noDeviceLoginRoutes)
      return
    }
    await api.register(async (scope) => {
      await scope.register(sessionPlugin, room)
      const logins = new DeviceLogins({ entra, vault, scopes: config.scopes })
      const { views } = room
      const mostStarts = Math.ceil(config.rateLimit / 10)
      await scope.register(deviceLoginRoutes, {
        logins,
        beginner,
        reports,
        views,
        cookie,
        mostStarts,
      })
    })
  }

  return { redirectRoutes, apiRoutes }
}
