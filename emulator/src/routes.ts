import type { Authority } from './directory/users.ts'
import type { AuthorizeEndpoint } from './authorize/endpoint.ts'
import { startDeviceSignIn } from './device/endpoint.ts'
import { discoveryDocument, instanceDiscovery, keysDocument } from './discovery/documents.ts'
import { EntraError } from './errors/entra-error.ts'
import { logout } from './logout/endpoint.ts'
import type { EntraState } from './state.ts'
import type { Exchange } from './http/exchange.ts'
import { send } from './http/reply.ts'
import type { EndpointName } from './control/request-log.ts'

export interface Endpoints {
  state: EntraState
  authorize: AuthorizeEndpoint
  token: (exchange: Exchange) => Promise<void>
}

interface Place {
  exchange: Exchange
  segment: string
  authority: Authority
}

interface Route {
  endpoint?: EndpointName
  methods: readonly string[]
  path: string
  page?: true
  handle: (place: Place, endpoints: Endpoints) => void | Promise<void>
}

const read = ['GET', 'HEAD']
const browser = ['GET', 'POST']

/** What each tenant has: one row per endpoint. */
export const tenantRoutes: Route[] = [
  {
    endpoint: 'discovery',
    methods: read,
    path: 'v2.0/.well-known/openid-configuration',
    handle: ({ exchange, authority }, { state }) => {
      send(exchange.res, discoveryDocument(state, authority))
    },
  },
  {
    endpoint: 'keys',
    methods: read,
    path: 'discovery/v2.0/keys',
    handle: ({ exchange }, { state }) => {
      send(exchange.res, keysDocument(state))
    },
  },
  {
    methods: read,
    path: 'discovery/instance',
    handle: ({ exchange }, { state }) => {
      send(exchange.res, instanceDiscovery(state, exchange))
    },
  },
  {
    methods: browser,
    path: 'kerberos',
    handle: () => {
      throw new EntraError('invalid_request', 90000, 'The emulator issues no Kerberos tickets.')
    },
  },
  {
    endpoint: 'authorize',
    methods: browser,
    path: 'oauth2/v2.0/authorize',
    page: true,
    handle: ({ exchange, segment, authority }, { authorize }) =>
      authorize.start(exchange, segment, authority),
  },
  {
    methods: ['POST'],
    path: 'login',
    page: true,
    handle: ({ exchange, segment, authority }, { authorize }) =>
      authorize.submit(exchange, segment, authority),
  },
  {
    endpoint: 'token',
    methods: ['POST'],
    path: 'oauth2/v2.0/token',
    handle: ({ exchange }, { token }) => token(exchange),
  },
  {
    endpoint: 'devicecode',
    methods: ['POST'],
    path: 'oauth2/v2.0/devicecode',
    handle: ({ exchange }, { state }) => {
      startDeviceSignIn(state, exchange)
    },
  },
  {
    endpoint: 'logout',
    methods: browser,
    path: 'oauth2/v2.0/logout',
    page: true,
    handle: ({ exchange }, { state }) => logout(state, exchange),
  },
]
