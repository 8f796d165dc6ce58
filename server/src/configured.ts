import type { AppInfo } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import type { Config } from './config/config.ts'
import { callsOf, viewCalls } from './downstream/calls.ts'
import { DownstreamClient } from './downstream/client.ts'
import { downstreamRoutes } from './downstream/routes.ts'
import type { EntraClient } from './entra/client.ts'
import { TokenRecords } from './entra/token-records.ts'
import { Tokens } from './entra/tokens.ts'
import { cookiesOf } from './http/cookies.ts'
import { createKeyRing } from './secrets/key-ring.ts'
import { sessionSecrets } from './secrets/session-secret.ts'
import { sessionGuard } from './session/guard.ts'
import { sessionPlugin } from './session/plugin.ts'
import { sessionRoutes } from './session/routes.ts'
import { Sessions } from './session/sessions.ts'
import { AttemptCookies } from './sign-in/attempt-cookies.ts'
import { callbackRoute } from './sign-in/callback.ts'
import { SignInErrors } from './sign-in/error-cookies.ts'
import { errorRoute } from './sign-in/error-route.ts'
import { LastSession } from './sign-in/last-session.ts'
import { signOutRoute } from './sign-in/sign-out.ts'
import { startRoute } from './sign-in/start.ts'
import type { Store } from './store/store.ts'

export interface ConfiguredOptions {
  config: Config
  store: Store
  entra: EntraClient
  info: AppInfo
}

/** Sign-in, sessions and downstream calls: all that needs an app registration. */
export async function configured(app: FastifyInstance, options: ConfiguredOptions): Promise<void> {
  const { config, store, entra, info } = options
  const { publicUrl, session: lifetimes } = config
  const cookies = cookiesOf(publicUrl)
  const ring = createKeyRing(sessionSecrets(config.session))
  const tokens = new Tokens(entra, new TokenRecords(store, ring))
  const sessions = new Sessions(store, ring, lifetimes, (key) => tokens.erase(key))
  const attempts = new AttemptCookies(cookies.attempt, ring)
  const errors = new SignInErrors(cookies.signInError, ring)
  const lastSession = new LastSession(cookies.lastSession, ring, lifetimes.max / 1_000)
  const calls = callsOf(config)
  const scopes = [...config.scopes, ...calls.flatMap((call) => call.scopes)]
  const client = new DownstreamClient()
  app.addHook('onClose', () => client.close())

  const sessionCookie = cookies.session.name
  await app.register(startRoute, { config, entra, attempts, errors, scopes })
  await app.register(signOutRoute, { config, entra, sessions, cookies, lastSession })
  await app.register(async (scope) => {
    await scope.register(sessionPlugin, { sessions, ring, lifetimes, cookie: cookies.session })
    await scope.register(callbackRoute, {
      config,
      entra,
      tokens,
      sessions,
      store,
      attempts,
      errors,
      lastSession,
    })
  })
  await app.register(
    async (api) => {
      await api.register(sessionGuard, { sessions, publicUrl, cookieName: sessionCookie })
      const callsFor = (granted: readonly string[]) => viewCalls(calls, granted)
      await api.register(sessionRoutes, { app: info, callsFor, lifetimes })
      await api.register(errorRoute, { errors })
      await api.register(downstreamRoutes, { calls, client, sessions, tokens })
    },
    { prefix: '/api' },
  )
}
