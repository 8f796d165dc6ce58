import type { EntraSettings } from '../config/entra.ts'
import type { Discovery } from './discovery.ts'
import type { EntraHttp } from './http.ts'
import type { FindSigningKey } from './signing-keys.ts'

/** What the requests to one authority share. */
export interface EntraContext {
  readonly settings: EntraSettings
  readonly http: EntraHttp
  readonly readDiscovery: () => Promise<Discovery>
  readonly findSigningKey: FindSigningKey
}
