import { authorize, submitSignInPage } from './authorize/endpoint.ts'
import { startDeviceSignIn } from './device/endpoint.ts'
import type { TenantExchange } from './directory/tenants.ts'
import { instanceDiscovery, keys, kerberos, openidConfiguration } from './discovery/documents.ts'
import type { EndpointName } from './endpoint-names.ts'
import type { Reply } from './http/reply.ts'
import { logout } from './logout/endpoint.ts'
import { tenantPaths as paths } from './paths.ts'
import type { EntraState } from './state.ts'
import { token } from './token/endpoint.ts'

interface Route {
  /** Absent when tests cannot name the endpoint. */
  name?: EndpointName
  methods: readonly string[]
  path: string
  /** A browser shows the answer, so an error is a page instead of JSON. */
  page?: true
  answer: (state: EntraState, exchange: TenantExchange) => Reply | Promise<Reply>
}

const read = ['GET', 'HEAD']
const browser = ['GET', 'POST']
const post = ['POST']

/** The endpoints of an authority: one row for each. */
export const routes: readonly Route[] = [
  {
    name: 'discovery',
    methods: read,
    path: paths.openidConfiguration,
    answer: openidConfiguration,
  },
  { name: 'keys', methods: read, path: paths.keys, answer: keys },
  { methods: read, path: paths.instance, answer: instanceDiscovery },
  { methods: browser, path: paths.kerberos, answer: kerberos },
  { name: 'authorize', methods: browser, path: paths.authorize, page: true, answer: authorize },
  { methods: post, path: paths.login, page: true, answer: submitSignInPage },
  { name: 'token', methods: post, path: paths.token, answer: token },
  { name: 'devicecode', methods: post, path: paths.deviceCode, answer: startDeviceSignIn },
  { name: 'logout', methods: browser, path: paths.logout, page: true, answer: logout },
]
