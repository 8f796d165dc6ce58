export { startEmulator } from './start.ts'
export type { Emulator, EmulatorOptions } from './emulator.ts'
export {
  sampleClient,
  sampleClientId,
  sampleClientSecret,
  type ClientRegistration,
  type OptionalIdTokenClaim,
} from './directory/clients.ts'
export { contoso, fabrikam, sampleUsers, type SampleUser, type Tenant } from './directory/users.ts'
export type { EntraFault, Fault } from './control/faults.ts'
export type { EndpointName, RecordedRequest } from './control/request-log.ts'
export type { Lifetimes } from './lifetimes.ts'
export type { ChangeClaims, IdTokenClaims, TamperOptions } from './signing/id-token-signer.ts'
