import type { AppInfo } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import type { OwnRoutes } from './api/own-routes.ts'
import { signedInOnly } from './api/signed-in-only.ts'
import type { ClaimGaps } from './caller/claim-gaps.ts'
import { cookieCallers } from './caller/cookie-caller.ts'
import { callerGuard } from './caller/guard.ts'
import type { Config } from './config/config.ts'
import type { EntraSettings } from './config/entra.ts'
import type { DownstreamSettings } from './config/downstream.ts'
import { graphsOf } from './config/clouds.ts'
import { callViews } from './downstream/call-views.ts'
import { createCallApi } from './downstream/call-api.ts'
import type { Call } from './downstream/calls.ts'
import { checkCalls } from './downstream/check-calls.ts'
import { DownstreamClient } from './downstream/client.ts'
import { ConcurrentCalls } from './downstream/concurrent-calls.ts'
import { downstream } from './downstream/downstream.ts'
import { GroupChecks, groupCheckScopes } from './downstream/group-checks.ts'
import type { EntraClient } from './entra/client.ts'
import { arrivalRoute } from './http/arrival.ts'
import { cookiesOf } from './http/cookie-attributes.ts'
import { rateLimits } from './http/rate-limits.ts'
import type { Metrics } from './metrics/metrics.ts'
import { createSessionRoom, sessionApi } from './session/create-session-room.ts'
import type { SessionViewsOptions } from './session/views.ts'
import { createSignIn } from './sign-in/create-sign-in.ts'
import { frontChannelRoute } from './sign-out/front-channel-logout.ts'
import { signOutRoute } from './sign-out/sign-out.ts'
import { sharedCount } from './store/shared-count.ts'
import type { Store } from './store/store.ts'
import { followNames, followRotation, openVault } from './store/vault.ts'
import { SignInDemands } from './tokens/sign-in-demands.ts'
import { createSessionTokens } from './tokens/session-tokens.ts'

export interface ConfiguredOptions {
  config: Config
  store: Store
  entra: EntraClient
  /** The settings with which `entra` was created. */
  settings: EntraSettings
  info: AppInfo
  metrics: Metrics | undefined
  claimGaps: ClaimGaps
  /** The table of calls for the settings. */
  calls: (settings: DownstreamSettings) => readonly Call[]
  api: OwnRoutes
}

/**
 * Sign-in, sessions and downstream calls: all that needs an app registration.
 *
 * `fp` keeps Fastify from making a scope for each plugin. Each scope has classes of requests and
 * replies of its own, and V8 makes code fast for up to four classes. Four scopes are needed: the
 * root, `/api`, sign-out (only it takes a form) and the redirect URI. DEVICE_LOGIN needs a fifth.
 */
export async function configured(app: FastifyInstance, options: ConfiguredOptions): Promise<void> {
  const { config, store, entra, settings, info, metrics, claimGaps } = options
  const { publicUrl, deviceLogin, proxy } = config
  const { idleMs, maxMs } = config.session
  const vault = await openVault(store, config.session, (kind) => {
    app.log.warn({ kind }, 'a record in the store has another form than this version writes')
  })
  followRotation(app, vault, config.session.secretFile)
  if (config.session.store.kind === 'redis') followNames(app, vault)
  const cookies = cookiesOf(publicUrl)
  const calls = options.calls(config)
  const graphs = graphsOf(settings.authority)
  checkCalls(calls, graphs)
  const tokens = createSessionTokens(metrics?.tokenSource(entra) ?? entra, vault, app.log)
  const demands = new SignInDemands(vault)
  const views: SessionViewsOptions = {
    app: info,
    methods: deviceLogin ? ['redirect', 'device'] : ['redirect'],
    callsFor: callViews(calls),
  }
  const room = createSessionRoom({
    vault,
    cookies,
    tokens,
    lifetimes: { idleMs, maxMs },
    admission: settings,
    views,
  })
  metrics?.showCaches({
    cookies: room.cookie.cacheCounts,
    sessions: room.sessions.cacheCounts,
    tokens: tokens.cacheCounts,
  })
  const scopesOfCalls = calls.flatMap((call) => call.scopes)
  const knownScopes = [...config.scopes, ...groupCheckScopes, ...scopesOfCalls]
  const signIn = createSignIn({
    ...options,
    vault,
    cookies,
    room,
    demands,
    knownScopes,
  })

  await app.register(rateLimits, {
    maxPerMinute: config.rateLimitPerMinute,
    countTogether: sharedCount(vault),
  })
  await app.register(fp(arrivalRoute), { ring: vault.ring })
  await app.register(fp(signIn.redirectRoutes))
  await app.register(signOutRoute, { config, entra, room })
  await app.register(fp(frontChannelRoute), { entra, room })
  await app.register(async (api) => {
    const client = metrics?.downstreamClient(proxy, app.log) ?? new DownstreamClient(proxy, app.log)
    api.addHook('onClose', () => client.close())
    const groupChecks = new GroupChecks(config.graph, client)
    const isMember = groupChecks.isMember.bind(groupChecks)
    const callers = { room, tokens, demands, publicUrl, claimGaps, knownScopes, isMember }
    await api.register(callerGuard, { sources: [cookieCallers(callers)] })
    await api.register(fp(sessionApi), room)
    await api.register(fp(signIn.apiRoutes))
    const concurrent = new ConcurrentCalls()
    await api.register(fp(downstream), { calls, client, concurrent })
    await api.register(signedInOnly)
    await api.register(fp(options.api), {
      graph: config.graph,
      callApi: createCallApi(client, concurrent, graphs),
    })
  })
}
