import type { AppInfo } from '@entra-bff/shared'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Config } from './config/config.ts'
import type { EntraSettings } from './config/entra.ts'
import { callsOf, viewCalls } from './downstream/calls.ts'
import { DownstreamClient } from './downstream/client.ts'
import { TokenFailures } from './downstream/token-failures.ts'
import { downstreamRoutes } from './downstream/routes.ts'
import { ClaimsNotes } from './tokens/claims-challenges.ts'
import type { EntraClient } from './entra/client.ts'
import { TokenRecords } from './tokens/token-records.ts'
import { Tokens } from './tokens/session-tokens.ts'
import { cookiesOf } from './http/cookie-attributes.ts'
import { KeyRing, type Secrets } from './secrets/key-ring.ts'
import { watchSecrets } from './secrets/rotation.ts'
import { SessionCookie } from './session/cookie.ts'
import { sessionEvents } from './session/events.ts'
import { sessionGuard } from './caller/guard.ts'
import { ownSessionRoutes } from './session/own-sessions.ts'
import { sessionPlugin } from './session/plugin.ts'
import { Prolonging } from './session/renewal.ts'
import { sessionRoutes } from './session/routes.ts'
import { Sessions } from './session/sessions.ts'
import { SessionViews } from './session/views.ts'
import { AttemptCookies } from './sign-in/redirect/attempt-cookies.ts'
import { SessionBeginner } from './sign-in/begin-session.ts'
import { callbackRoute } from './sign-in/redirect/callback.ts'
import { DeviceCookie } from './sign-in/device/device-cookie.ts'
import { DeviceLogins } from './sign-in/device/device-logins.ts'
import { deviceRoutes, noDeviceRoutes } from './sign-in/device/device-routes.ts'
import { SignInErrors } from './sign-in/report/reports.ts'
import { errorRoute } from './sign-in/report/report-route.ts'
import { frontChannelRoute } from './sign-out/front-channel-logout.ts'
import { LastSession } from './session/last-session.ts'
import { signOutRoute } from './sign-out/sign-out.ts'
import { startRoute } from './sign-in/redirect/start.ts'
import { openKeys } from './store/keys.ts'
import type { RecordNames } from './store/record-names.ts'
import type { Store } from './store/store.ts'

export interface ConfiguredOptions {
  config: Config
  store: Store
  entra: EntraClient
  /** Those that `entra` was made of. */
  settings: EntraSettings
  info: AppInfo
}

/** Sign-in, sessions and downstream calls: all that needs an app registration. */
export async function configured(app: FastifyInstance, options: ConfiguredOptions): Promise<void> {
  const { config, store, entra, settings, info } = options
  const { publicUrl, scopes, deviceLogin, session: lifetimes } = config
  const cookies = cookiesOf(publicUrl)
  const { ring, names } = await openKeys(store, config.session)
  followRotation(app, ring, names, config.session.secretFile)

  const tokens = new Tokens(entra, new TokenRecords(store, ring), (err) => {
    app.log.error({ err }, 'no token can be refreshed; those that are still good serve')
  })
  const sessions = new Sessions({ store, ring, names, lifetimes, tokens, admission: settings })
  const cookie = new SessionCookie(cookies.session, ring)
  const attempts = new AttemptCookies(cookies.attempt, ring)
  const errors = new SignInErrors(cookies.signInError, ring)
  const lastSession = new LastSession(cookies.lastSession, ring, lifetimes.maxMs / 1_000)
  const deviceCookie = new DeviceCookie(cookies.deviceLogin, ring)
  const prolonging = new Prolonging(sessions, cookie, lifetimes, (reply, key) => {
    lastSession.remember(reply, key)
  })
  const forgetPerson = (reply: FastifyReply) => {
    cookie.clear(reply)
    lastSession.forget(reply)
    deviceCookie.forget(reply)
  }
  const beginner = new SessionBeginner({
    sessions,
    cookie,
    tokens,
    lastSession,
    deviceCookie,
    lifetimes,
    entra: settings,
  })
  const calls = callsOf(config)
  const sessionViews = new SessionViews({
    app: info,
    methods: deviceLogin ? ['redirect', 'device'] : ['redirect'],
    callsFor: (granted) => viewCalls(calls, granted),
    lifetimes,
  })
  const claimsNotes = new ClaimsNotes(store, ring, names)
  const client = new DownstreamClient(config.proxy)
  app.addHook('onClose', () => client.close())

  const allScopes = [...scopes, ...calls.flatMap((call) => call.scopes)]
  const start = { config, entra, attempts, errors, lastSession, claimsNotes, scopes: allScopes }
  await app.register(startRoute, start)
  await app.register(signOutRoute, { config, entra, sessions, cookie, forgetPerson })
  await app.register(frontChannelRoute, { entra, sessions })
  await app.register(async (scope) => {
    await scope.register(sessionPlugin, { sessions, cookie, lifetimes })
    const callback = { config, entra, sessions, cookie, beginner, store, attempts, errors }
    await scope.register(callbackRoute, callback)
  })
  await app.register(
    async (api) => {
      await api.register(sessionGuard, { sessions, cookie, publicUrl })
      await api.register(sessionRoutes, { views: sessionViews, prolonging })
      await api.register(sessionEvents, { sessions, lifetimes })
      await api.register(ownSessionRoutes, { sessions, forgetPerson })
      await api.register(errorRoute, { errors })
      const failures = new TokenFailures(claimsNotes)
      await api.register(downstreamRoutes, { calls, client, prolonging, tokens, failures })
      await api.register(async (scope) => {
        if (!deviceLogin) {
          await scope.register(noDeviceRoutes)
          return
        }
        await scope.register(sessionPlugin, { sessions, cookie, lifetimes })
        const logins = new DeviceLogins({ entra, store, ring, names, scopes })
        const mostStarts = Math.ceil(config.rateLimitPerMinute / 10)
        const device = {
          logins,
          beginner,
          errors,
          cookie: deviceCookie,
          views: sessionViews,
          mostStarts,
        }
        await scope.register(deviceRoutes, device)
      })
    },
    { prefix: '/api' },
  )
}

/** New secrets in the file take effect without a restart. */
function followRotation(
  app: FastifyInstance,
  ring: KeyRing,
  names: RecordNames,
  file: string | undefined,
): void {
  if (file === undefined) return
  const rotate = async (secrets: Secrets) => {
    // First, for it proves that these secrets are of use.
    await names.reseal(new KeyRing(secrets))
    ring.replace(secrets)
    app.log.info({ file }, 'the session secrets were rotated')
  }
  const stop = watchSecrets(file, rotate, (err) => {
    app.log.error({ err, file }, 'SESSION_SECRET_FILE has changed, but the old secrets stay in use')
  })
  app.addHook('onClose', (_app, done) => {
    stop()
    done()
  })
}
