import type { Authority } from './directory.ts'
import type { AuthorizeEndpoint } from './entra/authorize.ts'
import { startDeviceSignIn } from './entra/device-authorization.ts'
import { discoveryDocument, instanceDiscovery, keysDocument } from './entra/discovery.ts'
import { EntraError } from './entra/errors.ts'
import { logout } from './entra/logout.ts'
import type { EntraState } from './entra/state.ts'
import type { Exchange } from './http/exchange.ts'
import { send } from './http/replies.ts'
import type { EndpointName } from './requests.ts'

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
